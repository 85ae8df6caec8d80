/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vector.c - moves between XMM and YMM registers and memory, as memcpy() to a device is made of (AMD64 APM
 * vol. 4).
 */
#include <vmkapi/lib/libc.h>

#include "operation.h"

#define CR0_PE      (1ul << 0)
#define CR0_EM      (1ul << 2)
#define CR0_TS      (1ul << 3)
#define CR4_OSFXSR  (1ul << 9)
#define CR4_OSXSAVE (1ul << 18)
#define XCR0_SSE    (1ul << 1)
#define XCR0_AVX    (1ul << 2)

#define PREFIX_NONE 1u
#define PREFIX_66   2u
#define PREFIX_F3   4u
#define PREFIX_F2   8u

enum { FULL = 0, WORDS = 255 }; /* Else bytes. */

/** How memory and register relate. */
enum vector_form {
    LOAD,     /**< The rest of the register becomes zero. */
    LOAD_LOW, /**< Its other half is kept; VEX: vvvv's. */
    LOAD_HIGH,
    STORE,
    STORE_HIGH,
};

static const struct vector_move {
    enum insn_map map;
    vmk_uint8 opcode, prefixes;
    vmk_uint8 bytes; /**< FULL: the register's; WORDS: 4, or 8 with W. */
    enum vector_form form;
    bool aligned;
} moves[] = {
    {INSN_MAP_0F, 0x10, PREFIX_NONE | PREFIX_66, FULL, LOAD, false}, /* MOVUPS MOVUPD */
    {INSN_MAP_0F, 0x10, PREFIX_F3, 4, LOAD, false},                  /* MOVSS */
    {INSN_MAP_0F, 0x10, PREFIX_F2, 8, LOAD, false},                  /* MOVSD */
    {INSN_MAP_0F, 0x11, PREFIX_NONE | PREFIX_66, FULL, STORE, false},
    {INSN_MAP_0F, 0x11, PREFIX_F3, 4, STORE, false},
    {INSN_MAP_0F, 0x11, PREFIX_F2, 8, STORE, false},
    {INSN_MAP_0F, 0x12, PREFIX_NONE | PREFIX_66, 8, LOAD_LOW, false}, /* MOVLPS MOVLPD */
    {INSN_MAP_0F, 0x13, PREFIX_NONE | PREFIX_66, 8, STORE, false},
    {INSN_MAP_0F, 0x16, PREFIX_NONE | PREFIX_66, 8, LOAD_HIGH, false}, /* MOVHPS MOVHPD */
    {INSN_MAP_0F, 0x17, PREFIX_NONE | PREFIX_66, 8, STORE_HIGH, false},
    {INSN_MAP_0F, 0x28, PREFIX_NONE | PREFIX_66, FULL, LOAD, true}, /* MOVAPS MOVAPD */
    {INSN_MAP_0F, 0x29, PREFIX_NONE | PREFIX_66, FULL, STORE, true},
    {INSN_MAP_0F, 0x2b, PREFIX_NONE | PREFIX_66, FULL, STORE, true}, /* MOVNTPS MOVNTPD */
    {INSN_MAP_0F, 0x6e, PREFIX_66, WORDS, LOAD, false},              /* MOVD MOVQ */
    {INSN_MAP_0F, 0x6f, PREFIX_66, FULL, LOAD, true},                /* MOVDQA */
    {INSN_MAP_0F, 0x6f, PREFIX_F3, FULL, LOAD, false},               /* MOVDQU */
    {INSN_MAP_0F, 0x7e, PREFIX_66, WORDS, STORE, false},
    {INSN_MAP_0F, 0x7e, PREFIX_F3, 8, LOAD, false}, /* MOVQ */
    {INSN_MAP_0F, 0x7f, PREFIX_66, FULL, STORE, true},
    {INSN_MAP_0F, 0x7f, PREFIX_F3, FULL, STORE, false},
    {INSN_MAP_0F, 0xd6, PREFIX_66, 8, STORE, false},    /* MOVQ */
    {INSN_MAP_0F, 0xe7, PREFIX_66, FULL, STORE, true},  /* MOVNTDQ */
    {INSN_MAP_0F, 0xf0, PREFIX_F2, FULL, LOAD, false},  /* LDDQU */
    {INSN_MAP_0F38, 0x2a, PREFIX_66, FULL, LOAD, true}, /* MOVNTDQA */
};

static unsigned prefix_bit(const struct insn *insn)
{
    switch (insn->mandatory) {
    case 0x66:
        return PREFIX_66;
    case 0xf3:
        return PREFIX_F3;
    case 0xf2:
        return PREFIX_F2;
    default:
        return PREFIX_NONE;
    }
}

static const struct vector_move *move_of(const struct insn *insn)
{
    if (!insn->memory || (insn->encoding != INSN_LEGACY && insn->encoding != INSN_VEX)) {
        return NULL;
    }
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(moves); i++) {
        if (moves[i].map == insn->map && moves[i].opcode == insn->opcode &&
            (moves[i].prefixes & prefix_bit(insn)) != 0) {
            return &moves[i];
        }
    }
    return NULL;
}

bool vector_is_move(const struct insn *insn)
{
    return move_of(insn) != NULL;
}

/** What makes a vector instruction #UD or #NM before it touches memory (APM vol. 4, 1.3; vol. 2, 11.3). */
static enum emulate_result check_enabled(struct emulation *emulation)
{
    const struct system_registers *system = emulation->system;
    bool enabled;

    if (emulation->insn.encoding == INSN_VEX) {
        enabled = (system->cr0 & CR0_PE) != 0 && (emulation->rflags & RFLAGS_VM) == 0 &&
                  (system->cr4 & CR4_OSXSAVE) != 0 &&
                  (emulation->xcr0 & (XCR0_SSE | XCR0_AVX)) == (XCR0_SSE | XCR0_AVX);
    } else {
        enabled = (system->cr0 & CR0_EM) == 0 && (system->cr4 & CR4_OSFXSR) != 0;
    }
    if (!enabled) {
        return take_exception(emulation, EXCEPTION_UD);
    }
    return system->cr0 & CR0_TS ? take_exception(emulation, EXCEPTION_NM) : EMULATE_DONE;
}

static unsigned bytes_of(const struct vector_move *move, const struct insn *insn)
{
    switch (move->bytes) {
    case FULL:
        return insn->encoding == INSN_VEX && insn->vector_bits != 0 ? 32 : 16;
    case WORDS:
        return insn->wide && insn->mode == INSN_MODE_64 ? 8 : 4;
    default:
        return move->bytes;
    }
}

/** The register after a load of @p bytes from memory. VEX clears what it does not load. */
static void load(struct emulation *emulation, const struct vector_move *move, const struct span *memory)
{
    const struct insn *insn = &emulation->insn;
    void *machine = emulation->ram.machine;
    struct emulate_vector loaded = {{0}}, kept = {{0}};

    span_read(emulation, memory, &loaded);
    if (insn->encoding == INSN_LEGACY) {
        emulation->ops->vector_read(machine, insn->reg, &kept);
        loaded.words[2] = kept.words[2];
        loaded.words[3] = kept.words[3];
    }
    if (insn->encoding == INSN_VEX && move->form != LOAD) {
        emulation->ops->vector_read(machine, insn->vvvv, &kept);
    }
    if (move->form == LOAD_LOW) {
        loaded.words[1] = kept.words[1];
    }
    if (move->form == LOAD_HIGH) {
        loaded.words[1] = loaded.words[0];
        loaded.words[0] = kept.words[0];
    }
    emulation->ops->vector_write(machine, insn->reg, &loaded);
}

static void store(struct emulation *emulation, const struct vector_move *move, const struct span *memory)
{
    struct emulate_vector stored;

    emulation->ops->vector_read(emulation->ram.machine, emulation->insn.reg, &stored);
    span_write(emulation, memory, move->form == STORE_HIGH ? &stored.words[1] : &stored.words[0]);
}

enum emulate_result vector_execute(struct emulation *emulation)
{
    const struct insn *insn = &emulation->insn;
    const struct vector_move *move = move_of(insn);
    bool stores = move->form == STORE || move->form == STORE_HIGH;
    enum emulate_result result = check_enabled(emulation);
    struct span memory;

    if (result == EMULATE_DONE) {
        result = (move->aligned ? span_find_aligned : span_find)(
            emulation, insn->segment, insn_offset(insn, emulation->gpr, emulate_next_rip(emulation)),
            bytes_of(move, insn), stores ? SPAN_WRITE : SPAN_READ, &memory);
    }
    if (result != EMULATE_DONE) {
        return result;
    }
    if (!span_on_device(&memory)) {
        return EMULATE_RETRY;
    }
    if (stores) {
        store(emulation, move, &memory);
    } else {
        load(emulation, move, &memory);
    }
    emulation->rip = emulate_next_rip(emulation);
    return EMULATE_DONE;
}
