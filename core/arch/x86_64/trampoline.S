/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trampoline.S - a started CPU's way from real mode to 64-bit C, copied to a page below 1 MiB.
 *
 * The CPU comes in real mode with CS = page >> 4 and IP = 0 (Intel SDM vol. 3A, 9.4.4). The page is mapped at
 * its own address, read and execute only, while CPUs are being started; nothing here writes to it.
 */
#include "long_mode.inc"

/* Offset into the copied page. */
#define AT(symbol) (symbol - trampoline_start)

    .section .rodata
    .balign 16
    .globl trampoline_start, trampoline_end, trampoline_args
    .globl trampoline_gdt_pointer, trampoline_far_32, trampoline_far_64
    .code16
trampoline_start:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    /* %ebx: the page's address. */
    xorl %ebx, %ebx
    movw %ax, %bx
    shll $4, %ebx

    lgdtl AT(trampoline_gdt_pointer)
    movl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl *AT(trampoline_far_32)

    .code32
trampoline_32:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %ss

    movl AT(trampoline_args)(%ebx), %ecx
    enable_long_mode
    ljmpl *AT(trampoline_far_64)(%ebx)

    .code64
trampoline_64:
    movl %ebx, %ebx
    load_data_segments
    movq (AT(trampoline_args) + 8)(%rbx), %rsp
    movq (AT(trampoline_args) + 16)(%rbx), %rdi
    movq (AT(trampoline_args) + 24)(%rbx), %rax
    /* A zero return address ends this CPU's backtraces. */
    xorl %ebp, %ebp
    pushq %rbp
    jmp *%rax

    .balign 8
trampoline_gdt:
    .quad 0
    .quad DESCRIPTOR_CODE_64 /* SELECTOR_CODE, as in the GDT that comes next */
    .quad DESCRIPTOR_DATA    /* SELECTOR_DATA */
    .quad 0x00cf9b000000ffff /* 0x18: 32-bit code */
    .balign 8
/* struct trampoline_args of smp.c. */
trampoline_args:
    .quad 0, 0, 0, 0
/* smp.c adds the page's address to the 32-bit field of these three. */
trampoline_gdt_pointer:
    .word 31
    .long AT(trampoline_gdt)
trampoline_far_32:
    .long AT(trampoline_32)
    .word 0x18
trampoline_far_64:
    .long AT(trampoline_64)
    .word SELECTOR_CODE
trampoline_end:
