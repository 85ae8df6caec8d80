/* SPDX-License-Identifier: GPL-2.0-only */
/* processor.h - hints to the CPU. */
#ifndef VMKLINUX_ASM_PROCESSOR_H
#define VMKLINUX_ASM_PROCESSOR_H

#include <linux/compiler.h>

/* Unaligned access costs nothing here, so frames start where the device likes them. */
#define NET_IP_ALIGN 0

static __always_inline void cpu_relax(void)
{
    asm volatile("pause" ::: "memory");
}

#define ARCH_HAS_PREFETCH
static __always_inline void prefetch(const void *x)
{
    __builtin_prefetch(x, 0, 3);
}

#define ARCH_HAS_PREFETCHW
static __always_inline void prefetchw(const void *x)
{
    __builtin_prefetch(x, 1, 3);
}

#endif
