/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uaccess.h - what a driver takes for user memory is the VMKernel's: vmklinux calls a driver's ioctl with
 * arguments of its own (block/ioctl.c), and nobody else does.
 */
#ifndef VMKLINUX_LINUX_UACCESS_H
#define VMKLINUX_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/types.h>

/* Both return how many bytes were not copied: none. */
static inline unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n)
{
    memcpy(to, (__force const void *)from, n);
    return 0;
}

static inline unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n)
{
    memcpy((__force void *)to, from, n);
    return 0;
}

#define put_user(x, ptr)                                                                                     \
    ({                                                                                                       \
        *(__force typeof(*(ptr)) *)(ptr) = (x);                                                              \
        0L;                                                                                                  \
    })
#define get_user(x, ptr)                                                                                     \
    ({                                                                                                       \
        (x) = *(__force typeof(*(ptr)) *)(ptr);                                                              \
        0;                                                                                                   \
    })

#endif
