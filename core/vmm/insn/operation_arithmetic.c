/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_arithmetic.c - arithmetic, logic, bits and shifts on memory.
 */
#include "operation.h"

static vmk_uint64 *rflags(struct execution *execution)
{
    return &execution->emulation->rflags;
}

/** Opcodes 00 to 3f: bits 3 to 5. */
static enum alu_binary opcode_binary(const struct execution *execution)
{
    return execution->insn->opcode >> 3 & 7;
}

/** Group 1: ModRM.reg. */
static enum alu_binary group_binary(const struct execution *execution)
{
    return execution->insn->reg & 7;
}

enum emulate_result operation_alu_memory(struct execution *execution)
{
    return memory_set(execution, alu_binary(opcode_binary(execution), memory_value(execution),
                                            register_value(execution), execution->size, rflags(execution)));
}

enum emulate_result operation_alu_register(struct execution *execution)
{
    enum alu_binary what = opcode_binary(execution);
    vmk_uint64 memory = memory_value(execution);
    vmk_uint64 result =
        alu_binary(what, register_value(execution), memory, execution->size, rflags(execution));

    if (what != ALU_CMP) {
        register_set(execution->emulation, execution->insn->reg, execution->size, result);
    }
    return EMULATE_DONE;
}

enum emulate_result operation_alu_immediate(struct execution *execution)
{
    return memory_set(execution, alu_binary(group_binary(execution), memory_value(execution),
                                            execution->insn->immediate, execution->size, rflags(execution)));
}

/** What CMP and TEST are: flags, and no result. */
static enum emulate_result tell(struct execution *execution, enum alu_binary what, vmk_uint64 with)
{
    alu_binary(what, memory_value(execution), with, execution->size, rflags(execution));
    return EMULATE_DONE;
}

enum emulate_result operation_compare(struct execution *execution)
{
    return tell(execution, ALU_CMP, register_value(execution));
}

enum emulate_result operation_compare_immediate(struct execution *execution)
{
    return tell(execution, ALU_CMP, execution->insn->immediate);
}

enum emulate_result operation_test(struct execution *execution)
{
    return tell(execution, ALU_AND, register_value(execution));
}

enum emulate_result operation_test_immediate(struct execution *execution)
{
    return tell(execution, ALU_AND, execution->insn->immediate);
}

enum emulate_result operation_not(struct execution *execution)
{
    return memory_set(execution, ~memory_value(execution));
}

enum emulate_result operation_negate(struct execution *execution)
{
    return memory_set(execution, alu_negate(memory_value(execution), execution->size, rflags(execution)));
}

enum emulate_result operation_increment(struct execution *execution)
{
    return memory_set(execution, alu_increment(memory_value(execution), execution->size, rflags(execution)));
}

enum emulate_result operation_decrement(struct execution *execution)
{
    return memory_set(execution, alu_decrement(memory_value(execution), execution->size, rflags(execution)));
}

enum emulate_result operation_exchange(struct execution *execution)
{
    vmk_uint64 memory = memory_value(execution), was = register_value(execution);

    register_set(execution->emulation, execution->insn->reg, execution->size, memory);
    return memory_set(execution, was);
}

enum emulate_result operation_exchange_add(struct execution *execution)
{
    vmk_uint64 memory = memory_value(execution);
    vmk_uint64 sum =
        alu_binary(ALU_ADD, memory, register_value(execution), execution->size, rflags(execution));

    register_set(execution->emulation, execution->insn->reg, execution->size, memory);
    return memory_set(execution, sum);
}

/** Each has a carry of its own, and touches no other flag. */
enum emulate_result operation_add_carry(struct execution *execution)
{
    vmk_uint64 carry = execution->insn->mandatory == 0x66 ? RFLAGS_CF : RFLAGS_OF;
    vmk_uint64 flags = *rflags(execution) & carry ? RFLAGS_CF : 0;
    vmk_uint64 sum =
        alu_binary(ALU_ADC, register_value(execution), memory_value(execution), execution->size, &flags);

    register_set(execution->emulation, execution->insn->reg, execution->size, sum);
    alu_set_flag(rflags(execution), carry, flags & RFLAGS_CF);
    return EMULATE_DONE;
}

enum emulate_result operation_compare_exchange(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    vmk_uint64 memory = memory_value(execution), wanted = register_value(execution);

    alu_binary(ALU_CMP, emulation->gpr[GPR_RAX], memory, execution->size, rflags(execution));
    if ((emulation->rflags & RFLAGS_ZF) != 0) {
        return memory_set(execution, wanted);
    }
    register_set(emulation, GPR_RAX, execution->size, memory);
    return memory_set(execution, memory); /* It is written in any case (APM vol. 3, CMPXCHG). */
}

enum emulate_result operation_compare_exchange_pair(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    unsigned half = execution->size / 2;
    vmk_uint8 bytes[16];
    vmk_uint64 low = 0, high = 0;

    span_read(emulation, &execution->operand, bytes);
    for (unsigned i = 0; i < half; i++) {
        low |= (vmk_uint64)bytes[i] << 8 * i;
        high |= (vmk_uint64)bytes[half + i] << 8 * i;
    }
    if (low == alu_truncate(emulation->gpr[GPR_RAX], half) &&
        high == alu_truncate(emulation->gpr[GPR_RDX], half)) {
        emulation->rflags |= RFLAGS_ZF;
        for (unsigned i = 0; i < half; i++) {
            bytes[i] = (vmk_uint8)(emulation->gpr[GPR_RBX] >> 8 * i);
            bytes[half + i] = (vmk_uint8)(emulation->gpr[GPR_RCX] >> 8 * i);
        }
    } else {
        emulation->rflags &= ~RFLAGS_ZF;
        register_set(emulation, GPR_RAX, half, low);
        register_set(emulation, GPR_RDX, half, high);
    }
    span_write(emulation, &execution->operand, bytes);
    return EMULATE_DONE;
}

static enum emulate_result bit(struct execution *execution, enum alu_bit what, vmk_uint64 number)
{
    vmk_uint64 result = alu_bit(what, memory_value(execution), number, execution->size, rflags(execution));

    return what == ALU_BT ? EMULATE_DONE : memory_set(execution, result);
}

/** A3, AB, B3, BB: the register's bits above the operand's are in the address already. */
enum emulate_result operation_bit_register(struct execution *execution)
{
    return bit(execution, execution->insn->opcode >> 3 & 3, register_value(execution));
}

enum emulate_result operation_bit_immediate(struct execution *execution)
{
    return bit(execution, execution->insn->reg & 3, execution->insn->immediate);
}

static enum emulate_result shift(struct execution *execution, vmk_uint64 count)
{
    return memory_set(execution, alu_shift(execution->insn->reg & 7, memory_value(execution),
                                           (vmk_uint8)count, execution->size, rflags(execution)));
}

enum emulate_result operation_shift_immediate(struct execution *execution)
{
    return shift(execution, execution->insn->immediate);
}

enum emulate_result operation_shift_one(struct execution *execution)
{
    return shift(execution, 1);
}

enum emulate_result operation_shift_cl(struct execution *execution)
{
    return shift(execution, execution->emulation->gpr[GPR_RCX]);
}

/** A4, A5: left; AC, AD: right. */
static enum emulate_result shift_double(struct execution *execution, vmk_uint64 count)
{
    return memory_set(execution, alu_shift_double(execution->insn->opcode < 0xa8, memory_value(execution),
                                                  register_value(execution), (vmk_uint8)count,
                                                  execution->size, rflags(execution)));
}

enum emulate_result operation_shift_double_immediate(struct execution *execution)
{
    return shift_double(execution, execution->insn->immediate);
}

enum emulate_result operation_shift_double_cl(struct execution *execution)
{
    return shift_double(execution, execution->emulation->gpr[GPR_RCX]);
}
