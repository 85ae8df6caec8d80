/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * string.c - string instructions, repeated (AMD64 APM vol. 3, 1.2.6): each element is done whole or not at
 * all.
 */
#include "operation.h"

enum {
    INSB = 0x6c,
    OUTSB = 0x6e,
    MOVSB = 0xa4,
    CMPSB = 0xa6,
    STOSB = 0xaa,
    LODSB = 0xac,
    SCASB = 0xae,
};

static vmk_uint8 base_opcode(const struct insn *insn)
{
    return insn->opcode & 0xfe;
}

bool string_is_memory(const struct insn *insn)
{
    if (insn->map != INSN_MAP_ONE_BYTE || insn->encoding != INSN_LEGACY) {
        return false;
    }
    switch (base_opcode(insn)) {
    case MOVSB:
    case CMPSB:
    case STOSB:
    case LODSB:
    case SCASB:
        return true;
    default:
        return false;
    }
}

bool string_is_io(const struct insn *insn)
{
    return insn->map == INSN_MAP_ONE_BYTE && insn->encoding == INSN_LEGACY &&
           (base_opcode(insn) == INSB || base_opcode(insn) == OUTSB);
}

unsigned string_element_bytes(const struct insn *insn)
{
    if ((insn->opcode & 1) == 0) {
        return 1;
    }
    return string_is_io(insn) && insn->operand_bytes == 8 ? 4 : insn->operand_bytes;
}

/** An instruction between two elements. */
struct string {
    struct emulation *emulation;
    const struct insn *insn;
    unsigned size; /**< Of an element, in bytes. */
};

static vmk_uint64 address(const struct string *string, enum gpr number)
{
    return alu_truncate(string->emulation->gpr[number], string->insn->address_bytes);
}

static void move_address(const struct string *string, enum gpr number)
{
    struct emulation *emulation = string->emulation;
    vmk_uint64 by = emulation->rflags & RFLAGS_DF ? -(vmk_uint64)string->size : string->size;

    register_set(emulation, number, string->insn->address_bytes, emulation->gpr[number] + by);
}

static enum emulate_result find_source(const struct string *string, struct span *span)
{
    return span_find(string->emulation, string->insn->segment, address(string, GPR_RSI), string->size,
                     SPAN_READ, span);
}

/** Its segment is ES, whatever the prefixes say. */
static enum emulate_result find_destination(const struct string *string, enum span_access access,
                                            struct span *span)
{
    return span_find(string->emulation, SEGMENT_ES, address(string, GPR_RDI), string->size, access, span);
}

/** What memory an element touches. */
struct element {
    bool has_source, has_destination;
    struct span source, destination;
};

/** Find an element's memory. EMULATE_RETRY: all of it is RAM, so that the processor does it itself. */
static enum emulate_result find_element(const struct string *string, struct element *element)
{
    vmk_uint8 opcode = base_opcode(string->insn);
    bool reads_destination = opcode == CMPSB || opcode == SCASB;
    enum emulate_result result = EMULATE_DONE;

    element->has_source = opcode == MOVSB || opcode == CMPSB || opcode == LODSB || opcode == OUTSB;
    element->has_destination = opcode != LODSB && opcode != OUTSB;
    if (element->has_source) {
        result = find_source(string, &element->source);
    }
    if (result == EMULATE_DONE && element->has_destination) {
        result = find_destination(string, reads_destination ? SPAN_READ : SPAN_WRITE, &element->destination);
    }
    if (result != EMULATE_DONE || string_is_io(string->insn) ||
        (element->has_source && span_on_device(&element->source)) ||
        (element->has_destination && span_on_device(&element->destination))) {
        return result;
    }
    return EMULATE_RETRY;
}

static void compare(const struct string *string, vmk_uint64 a, vmk_uint64 b)
{
    alu_binary(ALU_CMP, a, b, string->size, &string->emulation->rflags);
}

/** Do an element whose memory has been found. */
static void do_element(const struct string *string, const struct element *element)
{
    struct emulation *emulation = string->emulation;
    vmk_uint16 port = (vmk_uint16)emulation->gpr[GPR_RDX];
    vmk_uint64 source = element->has_source ? span_read_value(emulation, &element->source) : 0;

    switch (base_opcode(string->insn)) {
    case INSB:
        span_write_value(emulation, &element->destination,
                         emulation->ops->port_read(emulation->ram.machine, port, string->size));
        break;
    case OUTSB:
        emulation->ops->port_write(emulation->ram.machine, port, string->size, (vmk_uint32)source);
        break;
    case MOVSB:
        span_write_value(emulation, &element->destination, source);
        break;
    case CMPSB:
        compare(string, source, span_read_value(emulation, &element->destination));
        break;
    case STOSB:
        span_write_value(emulation, &element->destination, emulation->gpr[GPR_RAX]);
        break;
    case LODSB:
        register_set(emulation, GPR_RAX, string->size, source);
        break;
    case SCASB:
        compare(string, emulation->gpr[GPR_RAX], span_read_value(emulation, &element->destination));
        break;
    }
    if (element->has_source) {
        move_address(string, GPR_RSI);
    }
    if (element->has_destination) {
        move_address(string, GPR_RDI);
    }
}

/** Count an element of a repeated instruction. @return whether it was the last. */
static bool count_element(const struct string *string)
{
    const struct insn *insn = string->insn;
    struct emulation *emulation = string->emulation;
    bool compares = base_opcode(insn) == CMPSB || base_opcode(insn) == SCASB;
    bool equal = emulation->rflags & RFLAGS_ZF;

    register_set(emulation, GPR_RCX, insn->address_bytes, emulation->gpr[GPR_RCX] - 1);
    return address(string, GPR_RCX) == 0 || (compares && equal != (insn->repeat == 0xf3));
}

/**
 * Do elements up to the end, a fault, one that is none of ours, or EMULATE_REPEAT_MAX of them. While the
 * guest is single-stepped, or has breakpoints, each element may trap.
 */
static enum emulate_result repeat(const struct string *string, bool *ended)
{
    const struct emulation *emulation = string->emulation;
    bool traps = (emulation->rflags & RFLAGS_TF) || (emulation->breakpoints.control & DR7_ENABLED);
    unsigned most = traps ? 1 : EMULATE_REPEAT_MAX;

    *ended = address(string, GPR_RCX) == 0;
    for (unsigned done = 0; !*ended && done < most; done++) {
        struct element element;
        enum emulate_result result = find_element(string, &element);

        if (result != EMULATE_DONE) {
            return done != 0 && result != EMULATE_EXCEPTION ? EMULATE_DONE : result;
        }
        do_element(string, &element);
        *ended = count_element(string);
    }
    return EMULATE_DONE;
}

static enum emulate_result once(const struct string *string)
{
    struct element element;
    enum emulate_result result = find_element(string, &element);

    if (result == EMULATE_DONE) {
        do_element(string, &element);
    }
    return result;
}

enum emulate_result string_execute(struct emulation *emulation)
{
    struct string string = {
        .emulation = emulation, .insn = &emulation->insn, .size = string_element_bytes(&emulation->insn)};
    bool ended = true;
    enum emulate_result result = string.insn->repeat != 0 ? repeat(&string, &ended) : once(&string);

    if (result == EMULATE_DONE && ended) {
        emulation->rip = emulate_next_rip(emulation);
    }
    return result;
}
