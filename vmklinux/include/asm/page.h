/* SPDX-License-Identifier: GPL-2.0-only */
/* page.h - pages of 4 KiB, and the direct map between kernel and physical addresses. */
#ifndef VMKLINUX_ASM_PAGE_H
#define VMKLINUX_ASM_PAGE_H

#include <linux/const.h>
#include <linux/types.h>
#include <vmkapi/core/machine_memory.h>

#define PAGE_SHIFT  12
#define PAGE_SIZE   (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK   (~(PAGE_SIZE - 1))

#define PAGE_OFFSET VMK_DIRECT_MAP_BASE

static __always_inline void *__va(phys_addr_t address)
{
    return (void *)vmk_MA2VA(address);
}

static __always_inline phys_addr_t __pa(const volatile void *address)
{
    return vmk_VA2MA((vmk_VA)address);
}

static inline phys_addr_t virt_to_phys(volatile void *address)
{
    return __pa(address);
}

static inline void *phys_to_virt(phys_addr_t address)
{
    return __va(address);
}

static inline int get_order(unsigned long size)
{
    return size <= PAGE_SIZE ? 0 : 64 - __builtin_clzl((size - 1) >> PAGE_SHIFT);
}

#endif
