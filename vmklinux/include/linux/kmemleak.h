/* SPDX-License-Identifier: GPL-2.0-only */
/* kmemleak.h - as without CONFIG_DEBUG_KMEMLEAK: what a module has left is found by its accounts. */
#ifndef VMKLINUX_LINUX_KMEMLEAK_H
#define VMKLINUX_LINUX_KMEMLEAK_H

#include <linux/types.h>

static inline void kmemleak_alloc(const void *ptr, size_t size, int min_count, gfp_t gfp)
{
}

static inline void kmemleak_free(const void *ptr)
{
}

#endif
