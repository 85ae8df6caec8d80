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
    [0x69] = READ(multiply_immediate, PREFIXED),
    [0x6b] = READ(multiply_immediate, PREFIXED),
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
    [0xaf] = READ(multiply_register, PREFIXED),
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
     {[0 ... 1] = READ(test_immediate, BYTE),
      WRITE(not, BYTE),
      WRITE(negate, BYTE),
      [4 ... 5] = READ(multiply, BYTE),
      [6 ... 7] = READ(divide, BYTE)}},
    {INSN_MAP_ONE_BYTE,
     0xf7,
     0xf7,
     {[0 ... 1] = READ(test_immediate, PREFIXED),
      WRITE(not, PREFIXED),
      WRITE(negate, PREFIXED),
      [4 ... 5] = READ(multiply, PREFIXED),
      [6 ... 7] = READ(divide, PREFIXED)}},
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

/** Opcodes whose mandatory prefix or encoding says which instruction they are. */
static const struct extension {
    enum insn_encoding encoding;
    enum insn_map map;
    vmk_uint8 opcode, prefixes, groups; /**< Sets of mandatory prefixes, and of ModRM.reg. */
    struct operation operation;
} extensions[] = {
#define ALL_PREFIXES (PREFIX_NONE | PREFIX_66 | PREFIX_F3 | PREFIX_F2)
    {INSN_LEGACY, INSN_MAP_0F, 0xae, PREFIX_66, 0xc0, READ(touch, BYTE)},   /* CLWB CLFLUSHOPT */
    {INSN_LEGACY, INSN_MAP_0F, 0xae, PREFIX_NONE, 0x80, READ(touch, BYTE)}, /* CLFLUSH */
    {INSN_LEGACY, INSN_MAP_0F, 0xb8, PREFIX_F3, 0xff, READ(count_ones, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F, 0xbc, PREFIX_F3, 0xff, READ(count_zeroes, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F, 0xbd, PREFIX_F3, 0xff, READ(count_zeroes, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F, 0xbc, ALL_PREFIXES & ~PREFIX_F3, 0xff, READ(scan, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F, 0xbd, ALL_PREFIXES & ~PREFIX_F3, 0xff, READ(scan, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf0, PREFIX_F2, 0xff, READ(checksum, BYTE)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf1, PREFIX_F2, 0xff, READ(checksum, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf0, PREFIX_NONE | PREFIX_66, 0xff, READ(load_swapped, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf1, PREFIX_NONE | PREFIX_66, 0xff, WRITE(store_swapped, PREFIXED)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf6, PREFIX_66 | PREFIX_F3, 0xff, READ(add_carry, WIDE)},
    {INSN_LEGACY, INSN_MAP_0F38, 0xf9, PREFIX_NONE, 0xff, WRITE(store, WIDE)}, /* MOVDIRI */
    {INSN_VEX, INSN_MAP_0F38, 0xf2, PREFIX_NONE, 0xff, READ(and_not, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf3, PREFIX_NONE, 0x0e, READ(lowest_bit, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf5, PREFIX_NONE, 0xff, READ(zero_high, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf5, PREFIX_F3, 0xff, READ(gather, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf5, PREFIX_F2, 0xff, READ(scatter, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf6, PREFIX_F2, 0xff, READ(multiply_pair, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf7, PREFIX_NONE, 0xff, READ(extract, WIDE)},
    {INSN_VEX, INSN_MAP_0F38, 0xf7, PREFIX_66 | PREFIX_F3 | PREFIX_F2, 0xff, READ(shift_into, WIDE)},
    {INSN_VEX, INSN_MAP_0F3A, 0xf0, PREFIX_F2, 0xff, READ(rotate_into, WIDE)},
};

static const struct operation *extension_operation(const struct insn *insn)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(extensions); i++) {
        const struct extension *extension = &extensions[i];

        if (extension->encoding == insn->encoding && extension->map == insn->map &&
            extension->opcode == insn->opcode && (extension->prefixes & opcode_prefix(insn)) != 0 &&
            (extension->groups >> (insn->reg & 7) & 1) != 0) {
            return &extension->operation;
        }
    }
    return NULL;
}

static const struct operation *legacy_operation(const struct insn *insn)
{
    const struct operation *operation = group_operation(insn);

    if (operation != NULL) {
        return operation;
    }
    switch (insn->map) {
    case INSN_MAP_ONE_BYTE:
        return insn->opcode != 0x63 || insn->mode == INSN_MODE_64 ? &one_byte[insn->opcode] : NULL; /* ARPL */
    case INSN_MAP_0F:
        return &two_byte[insn->opcode];
    default:
        return NULL;
    }
}

const struct operation *operation_of(const struct insn *insn)
{
    const struct operation *operation = NULL;

    if (!insn->memory || (insn->encoding == INSN_VEX && insn->vector_bits != 0)) {
        return NULL;
    }
    if (insn->encoding == INSN_LEGACY) {
        operation = legacy_operation(insn);
    }
    if (operation == NULL || operation->run == NULL) {
        operation = extension_operation(insn);
    }
    return operation != NULL && operation->run != NULL ? operation : NULL;
}
