/* SPDX-License-Identifier: GPL-2.0-only */
/* compat.h - 32-bit user space: there is none. */
#ifndef VMKLINUX_LINUX_COMPAT_H
#define VMKLINUX_LINUX_COMPAT_H

#include <linux/types.h>

typedef u32 compat_uptr_t;

static inline bool in_compat_syscall(void)
{
    return false;
}

#endif
