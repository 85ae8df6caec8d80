/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * start64.S - start.S for long mode: the first 4 GiB are mapped to themselves by pages of 2 MiB, and what is
 * behind runs in 64 bits (AMD64 APM vol. 2, 14.6).
 */
#define MULTIBOOT_MAGIC 0x1badb002
#define MSR_EFER        0xc0000080
#define EFER_LME        0x100
#define CR0_PG          0x80000000
#define CR4_PAE         0x20
#define PAGE_TABLE      0x003 /* Present, writable. */
#define PAGE_LARGE      0x083

    .section .multiboot, "a"
    .balign 4
    .long MULTIBOOT_MAGIC
    .long 0
    .long -MULTIBOOT_MAGIC

    .text
    .code32
    .globl _start
_start:
    movl %ebx, guest_information
    movl $boot_directories, %edi
    movl $PAGE_LARGE, %eax
1:  movl %eax, (%edi)
    addl $8, %edi
    addl $0x200000, %eax
    jnc 1b
    movl $boot_directories + PAGE_TABLE, %eax
    movl $boot_pointers, %edi
    movl $4, %ecx
2:  movl %eax, (%edi)
    addl $8, %edi
    addl $0x1000, %eax
    loop 2b
    movl $boot_pointers + PAGE_TABLE, boot_root
    movl $boot_root, %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PG, %eax
    movl %eax, %cr0
    lgdt boot_gdtr
    ljmp $8, $3f

    .code64
3:  movl $stack_top, %esp
    pushq $0
    popfq
    call guest_start

/* Load CS, now that there is a descriptor table: GUEST_CODE. */
    .globl guest_load_code
guest_load_code:
    popq %rax
    pushq $8
    pushq %rax
    lretq

#include "vectors.inc"

enter_vector:
    .irp register, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
    pushq %\register
    .endr
    movq %rsp, %rdi
    movq %rsp, %rbx
    andq $-16, %rsp
    cld
    call guest_vector
    movq %rbx, %rsp
    .irp register, r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rbx, rdx, rcx, rax
    popq %\register
    .endr
    addq $16, %rsp
    iretq

    .balign 8
boot_gdt:
    .quad 0, 0x00af9b000000ffff
boot_gdtr:
    .word 15
    .long boot_gdt

    .section .note.GNU-stack, "", @progbits

    .bss
    .balign 4
    .globl guest_information
guest_information: /* Where multiboot's is. */
    .skip 4
    .balign 4096
    .globl boot_root
boot_root:
    .skip 4096
boot_pointers:
    .skip 4096
boot_directories:
    .skip 4 * 4096
    .skip 16384
    .globl stack_top
stack_top:
