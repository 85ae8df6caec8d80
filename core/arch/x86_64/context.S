/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context.S - from one world's stack to another's (System V ABI, AMD64 supplement, 3.2.1: callee-saved registers).
 */
    .text

/* void arch_context_switch(struct arch_context *from, struct arch_context *to) */
    .balign 16
    .globl arch_context_switch
arch_context_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

/* Where a fresh world starts: entry in %r12, its argument in %r13. A zero frame pointer ends its backtraces. */
    .balign 16
    .globl context_start
context_start:
    xorl %ebp, %ebp
    movq %r13, %rdi
    call *%r12
    ud2
