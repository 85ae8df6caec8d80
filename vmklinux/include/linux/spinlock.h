/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spinlock.h - spinlocks, inline on vmk_SpinlockObject.
 *
 * The _irqsave and _irq forms are the same for data shared with hard interrupts; _bh keeps this CPU's
 * bottom halves (NAPI, timers) out. Debug builds check, beyond what Linux without lockdep does, that a lock
 * is not taken twice and that nothing sleeps under one. Sparse counts, by __acquire() and __release(), that
 * each is released on every path.
 */
#ifndef VMKLINUX_LINUX_SPINLOCK_H
#define VMKLINUX_LINUX_SPINLOCK_H

#include <linux/bottom_half.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>
#include <linux/typecheck.h>

/* No rank: drivers have an order of their own. */
#define spin_lock_init(lock) vmk_SpinlockInit(&(lock)->object, #lock, VMK_SPINLOCK_UNRANKED)

static __always_inline void spin_lock(spinlock_t *lock) __acquires(lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    vmk_SpinlockLock(&lock->object);
    __acquire(lock);
}

static __always_inline void spin_unlock(spinlock_t *lock) __releases(lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    __release(lock);
    vmk_SpinlockUnlock(&lock->object);
}

static __always_inline int spin_trylock(spinlock_t *lock) VMK_TRY_ACQUIRE(1, lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    return __cond_lock(lock, vmk_SpinlockTryLock(&lock->object));
}

static __always_inline void spin_lock_bh(spinlock_t *lock) __acquires(lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    local_bh_disable();
    spin_lock(lock);
}

static __always_inline void spin_unlock_bh(spinlock_t *lock) __releases(lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    spin_unlock(lock);
    local_bh_enable();
}

static __always_inline void spin_lock_irq(spinlock_t *lock) __acquires(lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    local_irq_disable();
    spin_lock(lock);
}

static __always_inline void spin_unlock_irq(spinlock_t *lock) __releases(lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    __release(lock);
    vmk_SpinlockUnlockIRQ(&lock->object, VMK_CPU_FLAG_INTERRUPTS);
}

static __always_inline unsigned long vmklinux_spin_lock_irqsave(spinlock_t *lock) __acquires(lock)
    VMK_ACQUIRE(lock) VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    unsigned long flags;

    vmk_SpinlockLockIRQ(&lock->object, &flags);
    __acquire(lock);
    return flags;
}

#define spin_lock_irqsave(lock, flags)                                                                       \
    do {                                                                                                     \
        typecheck(unsigned long, flags);                                                                     \
        flags = vmklinux_spin_lock_irqsave(lock);                                                            \
    } while (0)

static __always_inline void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags) __releases(lock)
    VMK_RELEASE(lock) VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    __release(lock);
    vmk_SpinlockUnlockIRQ(&lock->object, flags);
}

static __always_inline int vmklinux_spin_trylock_irqsave(spinlock_t *lock, unsigned long *flags)
    VMK_TRY_ACQUIRE(1, lock) VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    return __cond_lock(lock, vmk_SpinlockTryLockIRQ(&lock->object, flags));
}

#define spin_trylock_irqsave(lock, flags) vmklinux_spin_trylock_irqsave(lock, &(flags))

static __always_inline int spin_is_locked(spinlock_t *lock)
{
    return vmk_SpinlockIsLocked(&lock->object);
}

#define assert_spin_locked(x)      BUG_ON(!spin_is_locked(x))

#define raw_spin_lock_init         spin_lock_init
#define raw_spin_lock              spin_lock
#define raw_spin_unlock            spin_unlock
#define raw_spin_lock_irq          spin_lock_irq
#define raw_spin_unlock_irq        spin_unlock_irq
#define raw_spin_lock_irqsave      spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore

#endif
