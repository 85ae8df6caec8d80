/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm_enter.S - into the guest and back (AMD64 APM vol. 2, 15.5).
 *
 * VMRUN keeps RSP, RAX, RIP, RFLAGS, control and segment registers of the host; VMLOAD and VMSAVE move what it
 * leaves alone: FS, GS, TR, LDTR, KernelGSBase, STAR and its like, SYSENTER's. The other general registers are
 * ours to change.
 *
 * From CLGI to STGI nothing interrupts (15.17): the GS base and the TSS are the guest's there. IF is 1 at VMRUN,
 * because that is what lets a physical interrupt end the guest (15.21.1, V_INTR_MASKING); it comes to us once
 * the caller takes interrupts again.
 */
#define GPR(n) (8 * (n))

    .text

/* void svm_enter(vmk_uint64 gpr[GPR_COUNT], vmk_MA guest_vmcb, vmk_MA host_vmcb). Interrupts are off. */
    .balign 16
    .globl svm_enter
svm_enter:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    pushq %rdx
    pushq %rdi
    movq %rsi, %rax

    movq GPR(1)(%rdi), %rcx
    movq GPR(2)(%rdi), %rdx
    movq GPR(3)(%rdi), %rbx
    movq GPR(5)(%rdi), %rbp
    movq GPR(6)(%rdi), %rsi
    movq GPR(8)(%rdi), %r8
    movq GPR(9)(%rdi), %r9
    movq GPR(10)(%rdi), %r10
    movq GPR(11)(%rdi), %r11
    movq GPR(12)(%rdi), %r12
    movq GPR(13)(%rdi), %r13
    movq GPR(14)(%rdi), %r14
    movq GPR(15)(%rdi), %r15
    movq GPR(7)(%rdi), %rdi

    clgi
    sti
    vmload %rax
    vmrun %rax
    vmsave %rax
    movq 8(%rsp), %rax
    vmload %rax
    cli
    stgi

    popq %rax
    movq %rcx, GPR(1)(%rax)
    movq %rdx, GPR(2)(%rax)
    movq %rbx, GPR(3)(%rax)
    movq %rbp, GPR(5)(%rax)
    movq %rsi, GPR(6)(%rax)
    movq %rdi, GPR(7)(%rax)
    movq %r8, GPR(8)(%rax)
    movq %r9, GPR(9)(%rax)
    movq %r10, GPR(10)(%rax)
    movq %r11, GPR(11)(%rax)
    movq %r12, GPR(12)(%rax)
    movq %r13, GPR(13)(%rax)
    movq %r14, GPR(14)(%rax)
    movq %r15, GPR(15)(%rax)
    popq %rdx

    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
