/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock.c - hosted: locks that spin without a queue and check no order.
 */
#include <sched.h>

#include <vmkapi/core/spinlock.h>

void vmk_SpinlockLockContended(vmk_SpinlockObject *lock)
{
    while (!vmk_SpinlockTryWord(lock)) {
        sched_yield();
    }
}

void vmk_SpinlockNoteAcquire(vmk_SpinlockObject *lock)
{
}

void vmk_SpinlockNoteTryAcquire(vmk_SpinlockObject *lock)
{
}

void vmk_SpinlockNoteRelease(vmk_SpinlockObject *lock)
{
}

vmk_Bool vmk_SpinlockIsHeldHere(const vmk_SpinlockObject *lock)
{
    return vmk_SpinlockIsLocked(lock);
}
