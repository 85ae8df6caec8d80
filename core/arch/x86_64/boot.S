/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.S - from a boot loader's 32-bit protected mode to 64-bit C.
 *
 * Both protocols enter here with paging off and flat segments. The first page tables map three things: this
 * code where it runs (read, execute), the low 4 GiB at DIRECT_MAP_BASE (read, write), and the image at KERNEL_BASE with
 * each part's own rights. Nothing is ever mapped writable and executable, except that until paging_init()
 * the direct map's alias of the text can be written.
 */
#include "long_mode.inc"

#define PHYS(symbol) (symbol - KERNEL_BASE)

#define MULTIBOOT2_HEADER_MAGIC 0xe85250d6
#define MULTIBOOT2_BOOT_MAGIC   0x36d76289

/* Multiboot2 specification, 3.1.1. */
    .section .multiboot2, "a"
    .balign 8
multiboot2_header:
    .long MULTIBOOT2_HEADER_MAGIC
    .long 0 /* i386 protected mode */
    .long multiboot2_header_end - multiboot2_header
    .long -(MULTIBOOT2_HEADER_MAGIC + 0 + (multiboot2_header_end - multiboot2_header))
    /* Boot modules begin on page boundaries (3.1.10). */
    .balign 8
    .word 6, 0
    .long 8
    .balign 8
    .word 0, 0
    .long 8
multiboot2_header_end:

/* PVH: an ELF note with the physical address of the 32-bit entry. Xen, public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY. */
    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, 18
    .asciz "Xen"
    .quad PHYS(pvh_entry)

    .section .boot.text, "ax"
    .code32
    .globl multiboot2_entry
multiboot2_entry:
    cmpl $MULTIBOOT2_BOOT_MAGIC, %eax
    jne bad_machine
    movl $1, %ebp
    jmp start
/* PVH: %ebx holds the physical address of the start info (Xen, docs/misc/pvh). */
pvh_entry:
    xorl %ebp, %ebp
start:
    cli
    cld
    movl $PHYS(boot_stack_top), %esp
    movl %ebx, %edi

    /* Long mode and no-execute are needed. AMD APM vol. 3, CPUID 8000_0001h EDX. */
    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb bad_machine
    movl $0x80000001, %eax
    cpuid
    andl $(CPUID_EXT_EDX_LM | CPUID_EXT_EDX_NX), %edx
    cmpl $(CPUID_EXT_EDX_LM | CPUID_EXT_EDX_NX), %edx
    jne bad_machine

    call fill_boot_tables

    movl $PHYS(boot_pml4), %ecx
    enable_long_mode
    lgdt PHYS(boot_gdt_pointer)
    ljmp $SELECTOR_CODE, $PHYS(long_mode)

/* Fill the tables: %eax, %ebx, %ecx, %edx, %esi change. An NX bit is bit 31 of an entry's upper half. */
fill_boot_tables:
    /* The low 4 GiB at DIRECT_MAP_BASE, by 2 MiB. */
    xorl %ecx, %ecx
1:  movl %ecx, %eax
    shll $21, %eax
    orl $(PTE_PRESENT | PTE_WRITE | PTE_LARGE), %eax
    movl %eax, PHYS(boot_direct_pd)(, %ecx, 8)
    movl $(PTE_NX >> 32), PHYS(boot_direct_pd) + 4(, %ecx, 8)
    incl %ecx
    cmpl $2048, %ecx
    jne 1b

    /* The image at KERNEL_BASE, by 4 KiB. */
    movl $(0x100000 >> 12), %ecx
2:  movl %ecx, %eax
    shll $12, %eax
    movl $PTE_PRESENT, %ebx
    xorl %edx, %edx
    cmpl $PHYS(kernel_text_end), %eax
    jb 3f
    movl $(PTE_NX >> 32), %edx
    cmpl $PHYS(kernel_rodata_end), %eax
    jb 3f
    orl $PTE_WRITE, %ebx
3:  orl %ebx, %eax
    movl %eax, PHYS(boot_kernel_pt)(, %ecx, 8)
    movl %edx, PHYS(boot_kernel_pt) + 4(, %ecx, 8)
    incl %ecx
    andl $~(PAGE_SIZE - 1), %eax
    cmpl $PHYS(kernel_end - PAGE_SIZE), %eax
    jb 2b
    ret

/* Not a machine for this kernel, or not a loader: say so on COM1 and on the VGA screen, and stop. */
bad_machine:
    movl $PHYS(bad_machine_text), %esi
    movl $0xb8000, %edi
    movw $0x3f8, %dx
4:  lodsb
    testb %al, %al
    jz 5f
    outb %al, %dx
    movb $0x4f, %ah
    stosw
    jmp 4b
5:  cli
    hlt
    jmp 5b

    .code64
long_mode:
    movabsq $high_half, %rax
    jmp *%rax

/* In the one page that is mapped at its own address. */
    .balign 8
boot_gdt:
    .quad 0
    .quad DESCRIPTOR_CODE_64 /* SELECTOR_CODE */
    .quad DESCRIPTOR_DATA    /* SELECTOR_DATA */
boot_gdt_pointer:
    .word . - boot_gdt - 1
    .long PHYS(boot_gdt)

    .text
high_half:
    load_data_segments
    movq $boot_stack_top, %rsp
    movl %edi, %edi
    movl %ebp, %esi
    xorl %ebp, %ebp
    call arch_boot
    ud2

    .section .rodata
bad_machine_text:
    .asciz "OpenVMK needs a 64-bit CPU with no-execute pages and a PVH or multiboot2 loader.\r\n"

#define TABLE(symbol) (symbol - KERNEL_BASE + PTE_PRESENT + PTE_WRITE)

    .data
    .balign 4096
    .globl boot_pml4
boot_pml4:
    .quad TABLE(boot_identity_pdpt)
    .fill 255, 8, 0
    .quad TABLE(boot_direct_pdpt)
    .fill 254, 8, 0
    .quad TABLE(boot_kernel_pdpt)
boot_direct_pdpt:
    .quad TABLE(boot_direct_pd), TABLE(boot_direct_pd) + 4096, TABLE(boot_direct_pd) + 8192
    .quad TABLE(boot_direct_pd) + 12288
    .fill 508, 8, 0
boot_kernel_pdpt:
    .fill 510, 8, 0
    .quad TABLE(boot_kernel_pd)
    .quad 0
boot_kernel_pd:
    .quad TABLE(boot_kernel_pt), TABLE(boot_kernel_pt) + 4096, TABLE(boot_kernel_pt) + 8192
    .quad TABLE(boot_kernel_pt) + 12288
    .fill 508, 8, 0
/* Only the page of this file's code, at 1 MiB, and only until paging_init(). */
boot_identity_pdpt:
    .quad TABLE(boot_identity_pd)
    .fill 511, 8, 0
boot_identity_pd:
    .quad TABLE(boot_identity_pt)
    .fill 511, 8, 0
boot_identity_pt:
    .fill 256, 8, 0
    .quad 0x100000 + PTE_PRESENT
    .fill 255, 8, 0

    .bss
    .balign 4096
boot_direct_pd:
    .skip 4 * 4096
boot_kernel_pt:
    .skip 4 * 4096
    .globl boot_stacks
boot_stacks:
    .skip CPU_STACKS_SIZE
boot_stack_top:
