/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trap_entry.S - where exceptions (vectors 0-31) and interrupts (32-255) enter, and the way back.
 *
 * Builds a struct trap_frame (core/trap.h) on the stack of whoever was interrupted, or on an IST stack. The GS
 * base is the kernel's at all times: there is no other privilege level to come from.
 */
#include "layout.h"

/* Exceptions for which the processor pushes an error code: Intel SDM vol. 3A, table 6-1; #HV, #VC, #SX of AMD's too. */
#define HAS_ERROR_CODE(n) \
    (n == 8 || (n >= 10 && n <= 14) || n == 17 || n == 21 || n == 29 || n == 30)

/* Offset of rip in struct trap_frame: behind 15 registers, vector and error code. */
#define TRAP_FRAME_RIP (17 * 8)

    .text
    .balign 16
    .globl trap_stubs
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    .if !HAS_ERROR_CODE(vector)
    pushq $0
    .endif
    pushq $vector
    .if vector < 32
    jmp trap_entry
    .else
    jmp interrupt_entry
    .endif
    .set vector, vector + 1
    .endr

    .macro save_registers
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movq %rsp, %rdi
    /* A frame like any other, of a function called by what was interrupted: backtraces go on through it. */
    pushq TRAP_FRAME_RIP(%rsp)
    pushq %rbp
    movq %rsp, %rbp
    .endm

    .balign 16
trap_entry:
    save_registers
    call trap_dispatch
    jmp restore_registers

    .balign 16
interrupt_entry:
    save_registers
    call interrupt_dispatch

restore_registers:
    addq $16, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rbp
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rbx
    popq %rax
    addq $16, %rsp
    iretq
