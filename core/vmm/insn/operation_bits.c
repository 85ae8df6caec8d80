/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_bits.c - bits of memory found, counted and picked into a register: BSF to CRC32, and BMI (AMD64
 * APM vol. 3, chapter 3).
 */
#include "operation.h"

#define FLAGS_ARITHMETIC (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

/** The register that VEX names besides. */
static vmk_uint64 other_value(const struct execution *execution)
{
    return register_get(execution->emulation, execution->insn->vvvv, execution->size);
}

static enum emulate_result load(struct execution *execution, unsigned number, vmk_uint64 result)
{
    register_set(execution->emulation, number, execution->size, result);
    return EMULATE_DONE;
}

/** Load @p result, and have SF and ZF tell of it; PF does too, undefined as it is. */
static enum emulate_result load_with_flags(struct execution *execution, unsigned number, vmk_uint64 result,
                                           bool carry)
{
    vmk_uint64 *rflags = &execution->emulation->rflags;

    result = alu_truncate(result, execution->size);
    alu_set_result_flags(rflags, result, execution->size);
    alu_set_flag(rflags, RFLAGS_CF, carry);
    alu_set_flag(rflags, RFLAGS_OF, false);
    return load(execution, number, result);
}

/** Zeroes below the lowest one, or above the highest; of 0: all. */
static unsigned zeroes(vmk_uint64 value, unsigned size, bool above)
{
    if (value == 0) {
        return 8 * size;
    }
    return (unsigned)(above ? __builtin_clzl(value) - (int)(64 - 8 * size) : __builtin_ctzl(value));
}

/** BC: from below; BD: from above. Of 0 there is no bit, and the register stays as it is. */
enum emulate_result operation_scan(struct execution *execution)
{
    bool above = execution->insn->opcode & 1;
    vmk_uint64 value = memory_value(execution);
    unsigned count = zeroes(value, execution->size, above);

    alu_set_flag(&execution->emulation->rflags, RFLAGS_ZF, value == 0);
    if (value == 0) {
        return EMULATE_DONE;
    }
    return load(execution, execution->insn->reg, above ? 8 * execution->size - 1 - count : count);
}

enum emulate_result operation_count_zeroes(struct execution *execution)
{
    vmk_uint64 value = memory_value(execution);
    unsigned count = zeroes(value, execution->size, execution->insn->opcode & 1);

    alu_set_flag(&execution->emulation->rflags, RFLAGS_CF, value == 0);
    alu_set_flag(&execution->emulation->rflags, RFLAGS_ZF, count == 0);
    return load(execution, execution->insn->reg, count);
}

static unsigned ones(vmk_uint64 value)
{
    unsigned count = 0;

    for (; value != 0; value &= value - 1) {
        count++;
    }
    return count;
}

enum emulate_result operation_count_ones(struct execution *execution)
{
    vmk_uint64 value = memory_value(execution);

    alu_set_flag(&execution->emulation->rflags, FLAGS_ARITHMETIC, false);
    alu_set_flag(&execution->emulation->rflags, RFLAGS_ZF, value == 0);
    return load(execution, execution->insn->reg, ones(value));
}

/** CRC-32C, its bits reversed. The register is one of 32 bits, whatever memory is. */
enum emulate_result operation_checksum(struct execution *execution)
{
    const vmk_uint32 polynomial = 0x82f63b78;
    struct emulation *emulation = execution->emulation;
    vmk_uint64 value = memory_value(execution) ^ (vmk_uint32)emulation->gpr[execution->insn->reg];

    for (unsigned i = 0; i < 8 * execution->size; i++) {
        value = value >> 1 ^ (value & 1 ? polynomial : 0);
    }
    register_set(emulation, execution->insn->reg, 4, value);
    return EMULATE_DONE;
}

enum emulate_result operation_and_not(struct execution *execution)
{
    return load_with_flags(execution, execution->insn->reg, ~other_value(execution) & memory_value(execution),
                           false);
}

/** Group 17, into the register that VEX names. */
enum emulate_result operation_lowest_bit(struct execution *execution)
{
    vmk_uint64 value = memory_value(execution);
    unsigned to = execution->insn->vvvv;

    switch (execution->insn->reg & 7) {
    case 1: /* BLSR */
        return load_with_flags(execution, to, value & (value - 1), value == 0);
    case 2: /* BLSMSK */
        return load_with_flags(execution, to, value ^ (value - 1), value == 0);
    default: /* BLSI */
        return load_with_flags(execution, to, value & -value, value != 0);
    }
}

enum emulate_result operation_zero_high(struct execution *execution)
{
    unsigned from = other_value(execution) & 0xff, bits = 8 * execution->size;
    vmk_uint64 kept = from < bits ? (1ul << from) - 1 : ~0ul;

    return load_with_flags(execution, execution->insn->reg, memory_value(execution) & kept, from >= bits);
}

/** The other register's first byte says where the field begins, its second how long it is. */
enum emulate_result operation_extract(struct execution *execution)
{
    vmk_uint64 control = other_value(execution), value = memory_value(execution);
    unsigned first = control & 0xff, count = control >> 8 & 0xff;

    value = first < 64 ? value >> first : 0;
    return load_with_flags(execution, execution->insn->reg, count < 64 ? value & ((1ul << count) - 1) : value,
                           false);
}

/** The other register's bits where memory has ones, side by side. */
enum emulate_result operation_gather(struct execution *execution)
{
    vmk_uint64 value = other_value(execution), result = 0;
    unsigned to = 0;

    for (vmk_uint64 mask = memory_value(execution); mask != 0; mask &= mask - 1) {
        result |= (value >> __builtin_ctzl(mask) & 1) << to++;
    }
    return load(execution, execution->insn->reg, result);
}

/** The other register's low bits to where memory has ones. */
enum emulate_result operation_scatter(struct execution *execution)
{
    vmk_uint64 value = other_value(execution), result = 0;

    for (vmk_uint64 mask = memory_value(execution); mask != 0; mask &= mask - 1) {
        result |= (value & 1) << __builtin_ctzl(mask);
        value >>= 1;
    }
    return load(execution, execution->insn->reg, result);
}

/** Memory shifted by what the other register says; no flags. */
enum emulate_result operation_shift_into(struct execution *execution)
{
    enum alu_shift what = execution->insn->mandatory == 0x66   ? ALU_SHL
                          : execution->insn->mandatory == 0xf3 ? ALU_SAR
                                                               : ALU_SHR;
    vmk_uint64 flags = 0;

    return load(
        execution, execution->insn->reg,
        alu_shift(what, memory_value(execution), (vmk_uint8)other_value(execution), execution->size, &flags));
}

enum emulate_result operation_rotate_into(struct execution *execution)
{
    vmk_uint64 flags = 0;

    return load(execution, execution->insn->reg,
                alu_shift(ALU_ROR, memory_value(execution), (vmk_uint8)execution->insn->immediate,
                          execution->size, &flags));
}
