/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock.h - what the kernel measures of spinlocks (vmkapi/core/spinlock.h has the locks).
 */
#ifndef CORE_SPINLOCK_H
#define CORE_SPINLOCK_H

#include <vmkapi/base/types.h>

/** Choose how to wait for a lock. Called once, with one CPU running; before, CPUs queue. */
void spinlock_init(vmk_Bool under_hypervisor);

/** @return the longest CPU @p cpu has held spinlocks without a break, in ns; 0 but in debug builds. */
vmk_uint64 spinlock_longest_ns(vmk_uint32 cpu);

#endif
