/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_table.c - which opcodes with a memory operand are executed, and by what.
 */
#include "operation.h"

#define READ(function, size)                                                                                 \
    {                                                                                                        \
        operation_##function, OPERATION_##size, SPAN_READ                                                    \
    }
#define WRITE(function, size)                                                                                \
    {                                                                                                        \
        operation_##function, OPERATION_##size, SPAN_WRITE                                                   \
    }

/** Opcodes @p base to @p base + 3 of ADD and its like. */
#define ALU(base)                                                                                            \
    [base] = WRITE(alu_memory, BYTE), [(base) + 1] = WRITE(alu_memory, PREFIXED),                            \
    [(base) + 2] = READ(alu_register, BYTE), [(base) + 3] = READ(alu_register, PREFIXED)

/** A row of sixteen: CMOVcc, SETcc. */
#define ROW(base) [base...(base) + 15]

static const struct operation one_byte[256] = {
    ALU(0x00),
    ALU(0x08),
    ALU(0x10),
    ALU(0x18),
    ALU(0x20),
    ALU(0x28),
    ALU(0x30),
    [0x38] = READ(compare, BYTE),
    [0x39] = READ(compare, PREFIXED),
    [0x3a] = READ(alu_register, BYTE),
    [0x3b] = READ(alu_register, PREFIXED),
    [0x63] = READ(load_sign, DWORD), /* MOVSXD */
    [0x84] = READ(test, BYTE),
    [0x85] = READ(test, PREFIXED),
    [0x86] = WRITE(exchange, BYTE),
    [0x87] = WRITE(exchange, PREFIXED),
    [0x88] = WRITE(store, BYTE),
    [0x89] = WRITE(store, PREFIXED),
    [0x8a] = READ(load, BYTE),
    [0x8b] = READ(load, PREFIXED),
    [0x8c] = WRITE(store_segment, WORD),
    [0x8f] = WRITE(pop, PREFIXED),
    [0xa0] = READ(load_rax, BYTE),
    [0xa1] = READ(load_rax, PREFIXED),
    [0xa2] = WRITE(store_rax, BYTE),
    [0xa3] = WRITE(store_rax, PREFIXED),
    [0xc0] = WRITE(shift_immediate, BYTE),
    [0xc1] = WRITE(shift_immediate, PREFIXED),
    [0xc6] = WRITE(store_immediate, BYTE),
    [0xc7] = WRITE(store_immediate, PREFIXED),
    [0xd0] = WRITE(shift_one, BYTE),
    [0xd1] = WRITE(shift_one, PREFIXED),
    [0xd2] = WRITE(shift_cl, BYTE),
    [0xd3] = WRITE(shift_cl, PREFIXED),
};

static const struct operation two_byte[256] = {
    ROW(0x40) = READ(load_if, PREFIXED),
    ROW(0x90) = WRITE(set_if, BYTE),
    [0xa3] = READ(bit_register, PREFIXED),
    [0xa4] = WRITE(shift_double_immediate, PREFIXED),
    [0xa5] = WRITE(shift_double_cl, PREFIXED),
    [0xab] = WRITE(bit_register, PREFIXED),
    [0xac] = WRITE(shift_double_immediate, PREFIXED),
    [0xad] = WRITE(shift_double_cl, PREFIXED),
    [0xb0] = WRITE(compare_exchange, BYTE),
    [0xb1] = WRITE(compare_exchange, PREFIXED),
    [0xb3] = WRITE(bit_register, PREFIXED),
    [0xb6] = READ(load_zero, BYTE),
    [0xb7] = READ(load_zero, WORD),
    [0xbb] = WRITE(bit_register, PREFIXED),
    [0xbe] = READ(load_sign, BYTE),
    [0xbf] = READ(load_sign, WORD),
    [0xc0] = WRITE(exchange_add, BYTE),
    [0xc1] = WRITE(exchange_add, PREFIXED),
    [0xc3] = WRITE(store, PREFIXED), /* MOVNTI */
};

/** An opcode whose ModRM.reg says which instruction it is. */
struct group {
    enum insn_map map;
    vmk_uint8 first, last;
    struct operation operations[8];
};

static const struct group groups[] = {
    {INSN_MAP_ONE_BYTE, 0x80, 0x80, {[0 ... 6] = WRITE(alu_immediate, BYTE), READ(compare_immediate, BYTE)}},
    {INSN_MAP_ONE_BYTE, 0x82, 0x82, {[0 ... 6] = WRITE(alu_immediate, BYTE), READ(compare_immediate, BYTE)}},
    {INSN_MAP_ONE_BYTE,
     0x81,
     0x83,
     {[0 ... 6] = WRITE(alu_immediate, PREFIXED), READ(compare_immediate, PREFIXED)}},
    {INSN_MAP_ONE_BYTE,
     0xf6,
     0xf6,
     {[0 ... 1] = READ(test_immediate, BYTE), WRITE(not, BYTE), WRITE(negate, BYTE)}},
    {INSN_MAP_ONE_BYTE,
     0xf7,
     0xf7,
     {[0 ... 1] = READ(test_immediate, PREFIXED), WRITE(not, PREFIXED), WRITE(negate, PREFIXED)}},
    {INSN_MAP_ONE_BYTE, 0xfe, 0xfe, {WRITE(increment, BYTE), WRITE(decrement, BYTE)}},
    {INSN_MAP_ONE_BYTE,
     0xff,
     0xff,
     {WRITE(increment, PREFIXED), WRITE(decrement, PREFIXED),
      READ(call, PREFIXED), [4] = READ(jump, PREFIXED), [6] = READ(push, PREFIXED)}},
    {INSN_MAP_0F,
     0xba,
     0xba,
     {[4] = READ(bit_immediate, PREFIXED), [5 ... 7] = WRITE(bit_immediate, PREFIXED)}},
    {INSN_MAP_0F, 0xc7, 0xc7, {[1] = WRITE(compare_exchange_pair, PAIR)}},
};

static const struct operation *group_operation(const struct insn *insn)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(groups); i++) {
        const struct group *group = &groups[i];

        if (group->map == insn->map && insn->opcode >= group->first && insn->opcode <= group->last) {
            return &group->operations[insn->reg & 7];
        }
    }
    return NULL;
}

/** Map 0F38, and what of group 15 concerns caches. */
static const struct operation *prefixed_operation(const struct insn *insn)
{
    static const struct operation load_swapped = READ(load_swapped, PREFIXED);
    static const struct operation store_swapped = WRITE(store_swapped, PREFIXED);
    static const struct operation store_direct = WRITE(store, PREFIXED);
    static const struct operation cache_line = READ(touch, BYTE);
    unsigned reg = insn->reg & 7;

    if (insn->map == INSN_MAP_0F && insn->opcode == 0xae) {
        bool flushes = (reg == 7 && insn->mandatory != 0xf3) || (reg == 6 && insn->mandatory == 0x66);

        return flushes ? &cache_line : NULL;
    }
    if (insn->map != INSN_MAP_0F38 || insn->mandatory == 0xf2) {
        return NULL;
    }
    switch (insn->opcode) {
    case 0xf0: /* MOVBE */
        return &load_swapped;
    case 0xf1:
        return &store_swapped;
    case 0xf9: /* MOVDIRI */
        return &store_direct;
    default:
        return NULL;
    }
}

const struct operation *operation_of(const struct insn *insn)
{
    const struct operation *operation;

    if (insn->encoding != INSN_LEGACY || !insn->memory ||
        (insn->map == INSN_MAP_ONE_BYTE && insn->opcode == 0x63 && insn->mode != INSN_MODE_64)) { /* ARPL */
        return NULL;
    }
    operation = group_operation(insn);
    if (operation == NULL && insn->map == INSN_MAP_ONE_BYTE) {
        operation = &one_byte[insn->opcode];
    }
    if (operation == NULL && insn->map == INSN_MAP_0F) {
        operation = &two_byte[insn->opcode];
    }
    if (operation == NULL || operation->run == NULL) {
        operation = prefixed_operation(insn);
    }
    return operation != NULL && operation->run != NULL ? operation : NULL;
}
