/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * operation_stack.c - PUSH, POP, and near CALL and JMP, whose other operand is a device's.
 */
#include "operation.h"

#define ATTRIBUTE_BIG (1u << 10)

/** Bytes of the stack pointer that count (APM vol. 1, 2.3.2). */
static unsigned stack_bytes(const struct emulation *emulation)
{
    if (insn_mode(emulation->system, emulation->rflags) == INSN_MODE_64) {
        return 8;
    }
    return emulation->system->segments[SEGMENT_SS].attributes & ATTRIBUTE_BIG ? 4 : 2;
}

static enum emulate_result find_top(struct emulation *emulation, unsigned size, vmk_int64 by,
                                    enum span_access access, struct span *span)
{
    vmk_uint64 top = alu_truncate(emulation->gpr[GPR_RSP] + (vmk_uint64)by, stack_bytes(emulation));

    return span_find(emulation, SEGMENT_SS, top, size, access, span);
}

static void move_stack(struct emulation *emulation, vmk_int64 by)
{
    register_set(emulation, GPR_RSP, stack_bytes(emulation), emulation->gpr[GPR_RSP] + (vmk_uint64)by);
}

enum emulate_result operation_push(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    unsigned size = execution->size;
    struct span top;
    enum emulate_result result = find_top(emulation, size, -(vmk_int64)size, SPAN_WRITE, &top);

    if (result == EMULATE_DONE) {
        span_write_value(emulation, &top, span_read_value(emulation, &execution->operand));
        move_stack(emulation, -(vmk_int64)size);
    }
    return result;
}

enum emulate_result operation_pop(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    struct span top;
    enum emulate_result result = find_top(emulation, execution->size, 0, SPAN_READ, &top);

    if (result == EMULATE_DONE) {
        span_write_value(emulation, &execution->operand, span_read_value(emulation, &top));
        move_stack(emulation, execution->size);
    }
    return result;
}

/** Whether the guest may go on at @p target. */
static bool is_code(const struct emulation *emulation, vmk_uint64 target)
{
    return span_code_room(emulation, target) != 0;
}

enum emulate_result operation_jump(struct execution *execution)
{
    vmk_uint64 target = span_read_value(execution->emulation, &execution->operand);

    if (!is_code(execution->emulation, target)) {
        return take_exception_code(execution->emulation, EXCEPTION_GP, 0);
    }
    execution->next_rip = target;
    return EMULATE_DONE;
}

enum emulate_result operation_call(struct execution *execution)
{
    struct emulation *emulation = execution->emulation;
    unsigned size = execution->size;
    vmk_uint64 target, back = execution->next_rip;
    struct span top;
    enum emulate_result result = find_top(emulation, size, -(vmk_int64)size, SPAN_WRITE, &top);

    if (result != EMULATE_DONE) {
        return result;
    }
    target = span_read_value(emulation, &execution->operand);
    if (!is_code(emulation, target)) {
        return take_exception_code(emulation, EXCEPTION_GP, 0);
    }
    span_write_value(emulation, &top, back);
    move_stack(emulation, -(vmk_int64)size);
    execution->next_rip = target;
    return EMULATE_DONE;
}
