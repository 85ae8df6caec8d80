/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout.h - the kernel's address space, for C and assembly.
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define DIRECT_MAP_BASE 0xffff800000000000
#define DIRECT_MAP_END  0xffffc00000000000
#define KERNEL_BASE     0xffffffff80000000

#define PAGE_SIZE       4096

/* A CPU's first stacks, each above an unmapped page: #DF, NMI, #MC, then the one it boots and idles on. */
#define IST_STACK_SIZE    8192
#define KERNEL_STACK_SIZE 16384
#define CPU_STACKS_SIZE   (3 * (PAGE_SIZE + IST_STACK_SIZE) + PAGE_SIZE + KERNEL_STACK_SIZE)

/* Segment selectors; gdt.c lays the table out. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS  0x18

/* Page table entry bits. Intel SDM vol. 3A, 4.5.4. */
#define PTE_PRESENT  0x001
#define PTE_WRITE    0x002
#define PTE_PWT      0x008
#define PTE_PCD      0x010
#define PTE_ACCESSED 0x020
#define PTE_DIRTY    0x040
#define PTE_LARGE    0x080
#define PTE_GLOBAL   0x100
#define PTE_ADDRESS  0x000ffffffffff000
#define PTE_NX       0x8000000000000000

#ifndef __ASSEMBLER__
/* From openvmk.ld: where the image's parts begin and end. */
extern const char kernel_text_start[], kernel_text_end[];
extern const char kernel_rodata_start[], kernel_rodata_end[];
extern const char kernel_end[];
#endif

#endif
