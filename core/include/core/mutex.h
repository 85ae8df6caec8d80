/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutex.h - sleeping locks of the kernel's own: binary semaphores whose use clang's analysis checks.
 *
 * A vmk_Semaphore can't be checked like that, for it may be an event as well, locked here and unlocked there.
 */
#ifndef CORE_MUTEX_H
#define CORE_MUTEX_H

#include <vmkapi/base/sem.h>

struct VMK_CAPABILITY("mutex") mutex {
    vmk_SemaphoreObject sema;
};

/** Initialiser for a static mutex @p object; @p name is static text. */
#define MUTEX_INITIALIZER(object, name)                                                                      \
    {                                                                                                        \
        .sema = VMK_BINARY_SEMA_INITIALIZER((object).sema, name)                                             \
    }

/** Initialise an embedded mutex; @p name is static text. */
VMK_ALWAYS_INLINE void mutex_init(struct mutex *mutex, const char *name)
{
    vmk_BinarySemaInit(&mutex->sema, name);
}

/** Take it; sleep until it is free. Context: may block. */
VMK_ALWAYS_INLINE void mutex_lock(struct mutex *mutex) VMK_ACQUIRE(mutex)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_Semaphore sema = &mutex->sema;

    vmk_SemaLock(&sema);
}

/** Release it, in the world that took it. */
VMK_ALWAYS_INLINE void mutex_unlock(struct mutex *mutex) VMK_RELEASE(mutex)
    VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    vmk_Semaphore sema = &mutex->sema;

    vmk_SemaUnlock(&sema);
}

#endif
