/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutex.h - sleeping locks with an owner: the VMKernel's binary semaphores.
 *
 * mutex_lock_interruptible() always gets the lock: kernel worlds have no signals.
 */
#ifndef VMKLINUX_LINUX_MUTEX_H
#define VMKLINUX_LINUX_MUTEX_H

#include <linux/compiler.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <vmkapi/base/sem.h>

struct VMK_CAPABILITY("mutex") mutex {
    vmk_SemaphoreObject sema;
};

#define __MUTEX_INITIALIZER(lockname)                                                                        \
    {                                                                                                        \
        .sema = VMK_BINARY_SEMA_INITIALIZER((lockname).sema, __stringify(lockname))                          \
    }
#define DEFINE_MUTEX(mutexname) struct mutex mutexname = __MUTEX_INITIALIZER(mutexname)

#define mutex_init(mutex)       vmk_BinarySemaInit(&(mutex)->sema, #mutex)
#define mutex_destroy(lock)     ((void)(lock))

static inline void mutex_lock(struct mutex *lock) VMK_ACQUIRE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps a semaphore")
{
    vmk_Semaphore sema = &lock->sema;

    vmk_SemaLock(&sema);
}

static inline int __must_check mutex_lock_interruptible(struct mutex *lock) VMK_TRY_ACQUIRE(0, lock)
{
    mutex_lock(lock);
    return 0;
}

/* Returns 1 when taken. */
static inline int mutex_trylock(struct mutex *lock) VMK_TRY_ACQUIRE(1, lock)
{
    vmk_Semaphore sema = &lock->sema;

    return vmk_SemaTryLock(&sema) == VMK_OK;
}

static inline void mutex_unlock(struct mutex *lock) VMK_RELEASE(lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps a semaphore")
{
    vmk_Semaphore sema = &lock->sema;

    vmk_SemaUnlock(&sema);
}

static inline bool mutex_is_locked(struct mutex *lock)
{
    return vmk_SemaIsLocked(&lock->sema);
}

#define mutex_lock_nested(lock, subclass) mutex_lock(lock)

#endif
