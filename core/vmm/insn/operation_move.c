/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_move.c - moves between memory and general registers.
 */
#include "operation.h"

/** Into ModRM.reg, in the prefixes' size. */
static enum emulate_result load(struct execution *execution, unsigned size, vmk_uint64 loaded)
{
    register_set(execution->emulation, execution->insn->reg, size, loaded);
    return EMULATE_DONE;
}

enum emulate_result operation_store(struct execution *execution)
{
    return memory_set(execution, register_value(execution));
}

enum emulate_result operation_load(struct execution *execution)
{
    return load(execution, execution->size, memory_value(execution));
}

enum emulate_result operation_store_immediate(struct execution *execution)
{
    return memory_set(execution, execution->insn->immediate);
}

enum emulate_result operation_store_rax(struct execution *execution)
{
    return memory_set(execution, execution->emulation->gpr[GPR_RAX]);
}

enum emulate_result operation_load_rax(struct execution *execution)
{
    register_set(execution->emulation, GPR_RAX, execution->size, memory_value(execution));
    return EMULATE_DONE;
}

enum emulate_result operation_store_segment(struct execution *execution)
{
    return memory_set(execution, execution->emulation->system->segments[execution->insn->reg & 7].selector);
}

enum emulate_result operation_load_zero(struct execution *execution)
{
    return load(execution, execution->insn->operand_bytes, memory_value(execution));
}

enum emulate_result operation_load_sign(struct execution *execution)
{
    return load(execution, execution->insn->operand_bytes,
                alu_sign_extend(memory_value(execution), execution->size));
}

static vmk_uint64 swapped(vmk_uint64 bytes, unsigned size)
{
    return __builtin_bswap64(bytes) >> (64 - 8 * size);
}

enum emulate_result operation_store_swapped(struct execution *execution)
{
    vmk_uint64 stored = register_value(execution);

    return memory_set(execution, swapped(stored, execution->size));
}

enum emulate_result operation_load_swapped(struct execution *execution)
{
    return load(execution, execution->size, swapped(memory_value(execution), execution->size));
}

enum emulate_result operation_load_if(struct execution *execution)
{
    const struct emulation *emulation = execution->emulation;
    vmk_uint64 loaded = memory_value(execution); /* Read either way. */
    vmk_uint64 kept = register_value(execution);

    return load(execution, execution->size,
                alu_condition(execution->insn->opcode, emulation->rflags) ? loaded : kept);
}

enum emulate_result operation_set_if(struct execution *execution)
{
    return memory_set(execution, alu_condition(execution->insn->opcode, execution->emulation->rflags));
}

enum emulate_result operation_touch(struct execution *execution)
{
    (void)execution; /* Devices are not cached. */
    return EMULATE_DONE;
}
