/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.c - the stack of a world that has not run yet.
 */
#include <core/arch.h>

/* What arch_context_switch() pops, lowest address first. */
struct switch_frame {
    vmk_uint64 r15, r14, r13, r12, rbx, rbp, rip;
    vmk_uint64 padding; /* The stack is 16-byte aligned when context_start begins. */
};

extern const char context_start[]; /* context.S */

void arch_context_init(struct arch_context *context, void *stack_top, void (*entry)(void *), void *arg)
{
    struct switch_frame *frame = (struct switch_frame *)stack_top - 1;

    *frame = (struct switch_frame){
        .r12 = (vmk_uint64)entry, .r13 = (vmk_uint64)arg, .rip = (vmk_uint64)context_start};
    context->rsp = (vmk_uint64)frame;
}
