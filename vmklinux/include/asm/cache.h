/* SPDX-License-Identifier: GPL-2.0-only */
/* cache.h - cache line size, and where read-mostly data goes. */
#ifndef VMKLINUX_ASM_CACHE_H
#define VMKLINUX_ASM_CACHE_H

#define L1_CACHE_SHIFT  (CONFIG_X86_L1_CACHE_SHIFT)
#define L1_CACHE_BYTES  (1 << L1_CACHE_SHIFT)
#define SMP_CACHE_BYTES L1_CACHE_BYTES

#define __read_mostly   __section(".data..read_mostly")

#endif
