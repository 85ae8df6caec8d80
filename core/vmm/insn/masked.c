/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * masked.c - moves of those elements of a vector that a mask chooses (AMD64 APM vol. 4: MASKMOVDQU,
 * VMASKMOVPS, VMASKMOVPD, VPMASKMOVD, VPMASKMOVQ). What it leaves out is not touched, and cannot fault.
 */
#include "operation.h"

/** The mask's sign bits choose. */
struct masked {
    unsigned element_bytes, bytes;
    bool store;
    unsigned value, mask; /**< Registers; a load's value is where it goes. */
    vmk_uint64 offset;    /**< In insn->segment. */
};

static bool is_bytewise(const struct insn *insn)
{
    return insn->map == INSN_MAP_0F && insn->opcode == 0xf7 && insn->mandatory == 0x66 && insn->mod == 3 &&
           (insn->encoding == INSN_LEGACY || insn->encoding == INSN_VEX);
}

bool masked_is_move(const struct insn *insn)
{
    bool elementwise = insn->encoding == INSN_VEX && insn->map == INSN_MAP_0F38 && insn->mandatory == 0x66 &&
                       ((insn->opcode >= 0x2c && insn->opcode <= 0x2f) || (insn->opcode & 0xfd) == 0x8c);

    return (insn->memory && elementwise) || is_bytewise(insn);
}

/** 2C to 2F: PS, PD, both to memory; 8C, 8E to memory: D, with W Q. */
static unsigned element_bytes(const struct insn *insn)
{
    bool wide = insn->opcode < 0x80 ? (insn->opcode & 1) != 0 : insn->wide;

    return wide ? 8 : 4;
}

static struct masked take_apart(const struct emulation *emulation)
{
    const struct insn *insn = &emulation->insn;

    if (is_bytewise(insn)) {
        return (struct masked){.element_bytes = 1,
                               .bytes = 16,
                               .store = true,
                               .value = insn->reg,
                               .mask = insn->rm,
                               .offset = alu_truncate(emulation->gpr[GPR_RDI], insn->address_bytes)};
    }
    return (struct masked){.element_bytes = element_bytes(insn),
                           .bytes = insn->vector_bits != 0 ? 32 : 16,
                           .store = insn->opcode < 0x80 ? insn->opcode >= 0x2e : insn->opcode == 0x8e,
                           .value = insn->reg,
                           .mask = insn->vvvv,
                           .offset = insn_offset(insn, emulation->gpr, emulate_next_rip(emulation))};
}

/**
 * Find the elements chosen; of the others the span is empty. None may be a device's: QEMU's processor reads
 * them all, and would leave for those it does not want again and again.
 */
static enum emulate_result find_elements(struct emulation *emulation, const struct masked *masked,
                                         const vmk_uint8 *mask, struct span *spans)
{
    for (unsigned at = 0, i = 0; at < masked->bytes; at += masked->element_bytes, i++) {
        enum emulate_result found;

        spans[i] = (struct span){0};
        if ((mask[at + masked->element_bytes - 1] & 0x80) == 0) {
            continue;
        }
        found = span_find(emulation, emulation->insn.segment,
                          alu_truncate(masked->offset + at, emulation->insn.address_bytes),
                          masked->element_bytes, masked->store ? SPAN_WRITE : SPAN_READ, &spans[i]);
        if (found != EMULATE_DONE) {
            return found;
        }
    }
    return EMULATE_DONE;
}

enum emulate_result masked_execute(struct emulation *emulation)
{
    struct masked masked = take_apart(emulation);
    struct emulate_vector mask, value = {{0}};
    struct span spans[16]; /* One a chosen element. */
    enum emulate_result result = vector_check_enabled(emulation);

    if (result != EMULATE_DONE) {
        return result;
    }
    emulation->ops->vector_read(emulation->ram.machine, masked.mask, &mask);
    result = find_elements(emulation, &masked, (const vmk_uint8 *)mask.words, spans);
    if (result != EMULATE_DONE) {
        return result;
    }
    if (masked.store) {
        emulation->ops->vector_read(emulation->ram.machine, masked.value, &value);
    }
    for (unsigned at = 0, i = 0; at < masked.bytes; at += masked.element_bytes, i++) {
        vmk_uint8 *element = (vmk_uint8 *)value.words + at;

        if (masked.store) {
            span_write(emulation, &spans[i], element);
        } else {
            span_read(emulation, &spans[i], element);
        }
    }
    if (!masked.store) {
        emulation->ops->vector_write(emulation->ram.machine, masked.value, &value);
    }
    emulation->rip = emulate_next_rip(emulation);
    return EMULATE_DONE;
}
