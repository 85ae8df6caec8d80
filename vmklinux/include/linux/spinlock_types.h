/* SPDX-License-Identifier: GPL-2.0-only */
/* spinlock_types.h - a Linux spinlock is a VMKernel spinlock, without a rank: drivers have an order of their
 * own. */
#ifndef VMKLINUX_LINUX_SPINLOCK_TYPES_H
#define VMKLINUX_LINUX_SPINLOCK_TYPES_H

#include <linux/stringify.h>
#include <vmkapi/core/spinlock.h>

typedef struct VMK_CAPABILITY("spinlock") spinlock {
    vmk_SpinlockObject object;
} spinlock_t;

typedef spinlock_t raw_spinlock_t;

/* No rank: drivers have an order of their own. */
#define __SPIN_LOCK_UNLOCKED(lockname)                                                                       \
    {                                                                                                        \
        .object = VMK_SPINLOCK_INITIALIZER(__stringify(lockname), VMK_SPINLOCK_UNRANKED)                     \
    }
#define DEFINE_SPINLOCK(x)     spinlock_t x = __SPIN_LOCK_UNLOCKED(x)
#define DEFINE_RAW_SPINLOCK(x) DEFINE_SPINLOCK(x)

#endif
