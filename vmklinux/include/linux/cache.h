/* SPDX-License-Identifier: GPL-2.0-only */
/* cache.h - alignment to cache lines. */
#ifndef VMKLINUX_LINUX_CACHE_H
#define VMKLINUX_LINUX_CACHE_H

#include <asm/cache.h>
#include <linux/align.h>

#define L1_CACHE_ALIGN(x)            ALIGN(x, L1_CACHE_BYTES)
#define ____cacheline_aligned        __attribute__((__aligned__(SMP_CACHE_BYTES)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define __ro_after_init              __section(".data..ro_after_init")

#endif
