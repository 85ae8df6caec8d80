/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start.S - a multiboot kernel's beginning: flat 32-bit protected mode, a stack; and where its interrupts enter
 * (Multiboot Specification 0.6.96, 3.1).
 */
#define MULTIBOOT_MAGIC 0x1badb002

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_MAGIC
    .long 0
    .long -MULTIBOOT_MAGIC

    .text
    .globl _start
_start:
    movl $stack_top, %esp
    pushl $0
    popfl
    call guest_start

/* Load CS, now that there is a descriptor table: GUEST_CODE. */
    .globl guest_load_code
guest_load_code:
    ljmp $8, $1f
1:  ret

#include "vectors.inc"

enter_vector:
    pushal
    pushl %ds
    pushl %es
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %esp, %eax
    pushl %eax
    cld
    call guest_vector
    addl $4, %esp
    popl %es
    popl %ds
    popal
    addl $8, %esp
    iretl

    .section .note.GNU-stack, "", @progbits

    .bss
    .balign 16
    .skip 16384
    .globl stack_top
stack_top:
