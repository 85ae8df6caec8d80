/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sem.h - locks that sleep: counting and binary semaphores, readers-writer semaphores.
 *
 * Objects are public and may be embedded (…Init), or created by handle (…Create). Who waits first is served
 * first: a release hands over to the longest waiter. A binary semaphore is a mutex: debug builds check that
 * the world that unlocks it is the one that locked it, and that it isn't locked twice by one world.
 *
 * Lock calls without a time-out can't be cancelled: they are for sections that end by themselves. To wait for
 * an event use vmk_SemaLockTimed() or vmk_WorldWait().
 */
#ifndef VMKAPI_BASE_SEM_H
#define VMKAPI_BASE_SEM_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/list.h>

/** A counting or binary semaphore. Only the functions below touch its fields. */
typedef struct vmk_SemaphoreObject {
    vmk_SpinlockObject lock;                    /**< Guards the rest. Rank SEMA, interrupts off. */
    vmk_ListLinks waiters VMK_GUARDED_BY(lock); /**< struct waiter, the longest first. */
    vmk_int32 value; /**< How many locks succeed without waiting. Read without the lock. */
    vmk_Bool binary;
    void *owner VMK_GUARDED_BY(lock); /**< Binary: the world that holds it. */
} vmk_SemaphoreObject;

/** A semaphore by handle. */
typedef vmk_SemaphoreObject *vmk_Semaphore;

/** Initialise an embedded counting semaphore; @p name is static text. Context: any. */
void vmk_SemaInit(vmk_SemaphoreObject *sema, const char *name, vmk_int32 value);

/** Initialise an embedded mutex, unlocked; @p name is static text. Context: any. */
void vmk_BinarySemaInit(vmk_SemaphoreObject *sema, const char *name);

/** Initialiser for a static mutex @p object. */
#define VMK_BINARY_SEMA_INITIALIZER(object, sema_name)                                                       \
    {                                                                                                        \
        .lock = VMK_SPINLOCK_INITIALIZER(sema_name, VMK_RANK_SEMA),                                          \
        .waiters = VMK_LIST_INITIALIZER((object).waiters), .value = 1, .binary = VMK_TRUE, .owner = NULL     \
    }

/**
 * Create a counting semaphore, a binary one.
 *
 * @param name  copied. Context: may block. @return VMK_OK; VMK_BAD_PARAM (no heap, negative value);
 *              VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_SemaCreate(vmk_Semaphore *sema, vmk_HeapID heap, const char *name, vmk_int32 value);
VMK_ReturnStatus vmk_BinarySemaCreate(vmk_Semaphore *sema, vmk_HeapID heap, const char *name);

/** Destroy a created semaphore, on which nobody waits. Context: any but interrupt. */
void vmk_SemaDestroy(vmk_Semaphore *sema);

/** Take one; sleep until there is one. Context: may block. */
void vmk_SemaLock(vmk_Semaphore *sema);

/**
 * vmk_SemaLock(), at most for @p timeout_ms milliseconds (VMK_TIMEOUT_UNLIMITED_MS: any time).
 *
 * Context: may block. @return VMK_OK: taken. VMK_TIMEOUT, VMK_DEATH_PENDING, VMK_WAIT_INTERRUPTED: not.
 */
VMK_ReturnStatus vmk_SemaLockTimed(vmk_Semaphore *sema, vmk_uint32 timeout_ms);

/** Take one if that needs no waiting. Context: any but NMI. @return VMK_OK; VMK_BUSY. */
VMK_ReturnStatus vmk_SemaTryLock(vmk_Semaphore *sema);

/** Give one back, or a new one, to the longest waiter if there is one. Context: any but NMI. */
void vmk_SemaUnlock(vmk_Semaphore *sema);

/** @return whether a lock would have to wait now. Context: any. */
VMK_ALWAYS_INLINE vmk_Bool vmk_SemaIsLocked(const vmk_SemaphoreObject *sema)
{
    return __atomic_load_n(&sema->value, __ATOMIC_RELAXED) <= 0;
}

/** Crash, in debug builds, unless the semaphore is (not) locked. */
#define vmk_SemaAssertIsLocked(sema)   VMK_ASSERT(vmk_SemaIsLocked(*(sema)))
#define vmk_SemaAssertIsUnlocked(sema) VMK_ASSERT(!vmk_SemaIsLocked(*(sema)))

/** A readers-writer semaphore: many readers or one writer. */
typedef struct VMK_CAPABILITY("readers-writer semaphore") vmk_SemaphoreRWObject {
    vmk_SpinlockObject lock;                    /**< Guards the rest. Rank SEMA, interrupts off. */
    vmk_ListLinks waiters VMK_GUARDED_BY(lock); /**< Readers and writers in the order they came. */
    vmk_int32 readers VMK_GUARDED_BY(lock);     /**< Readers inside; -1 a writer. */
    void *upgrader VMK_GUARDED_BY(lock);        /**< Reads and wants to write; served before all. */
} vmk_SemaphoreRWObject;

typedef vmk_SemaphoreRWObject *vmk_SemaphoreRW;

/** Initialise an embedded one; @p name is static text. Context: any. */
void vmk_RWSemaInit(vmk_SemaphoreRWObject *sema, const char *name);

/** Create one; @p name is copied. Context: may block. @return VMK_OK; VMK_BAD_PARAM (no heap); VMK_NO_MEMORY.
 */
VMK_ReturnStatus vmk_RWSemaCreate(vmk_SemaphoreRW *sema, vmk_HeapID heap, const char *name);

/** Destroy a created one, which is free. Context: any but interrupt. */
void vmk_RWSemaDestroy(vmk_SemaphoreRW *sema);

/** Enter as reader, as writer; sleep until possible. A reader waits behind a waiting writer. May block. */
void vmk_RWSemaReadLock(vmk_SemaphoreRW *sema) VMK_ACQUIRE_SHARED(*sema);
void vmk_RWSemaWriteLock(vmk_SemaphoreRW *sema) VMK_ACQUIRE(*sema);

/** Enter if that needs no waiting. Context: any but NMI. @return VMK_OK; VMK_WOULD_BLOCK. */
VMK_ReturnStatus vmk_RWSemaTryReadLock(vmk_SemaphoreRW *sema);
VMK_ReturnStatus vmk_RWSemaTryWriteLock(vmk_SemaphoreRW *sema);

/** Leave. Context: any but NMI. */
void vmk_RWSemaReadUnlock(vmk_SemaphoreRW *sema) VMK_RELEASE_SHARED(*sema);
void vmk_RWSemaWriteUnlock(vmk_SemaphoreRW *sema) VMK_RELEASE(*sema);

/**
 * From reader to writer, waiting until the other readers have left; nobody writes in between.
 *
 * Context: may block. @return VMK_OK; VMK_BUSY when another reader already waits for that: still a reader.
 */
VMK_ReturnStatus vmk_RWSemaUpgradeFromRead(vmk_SemaphoreRW *sema);

/** The same without waiting. Context: any but NMI. @return VMK_OK; VMK_BUSY: still a reader. */
VMK_ReturnStatus vmk_RWSemaTryUpgradeFromRead(vmk_SemaphoreRW *sema);

/** From writer to reader; lets waiting readers in. Context: any but NMI. */
void vmk_RWSemaDowngradeToRead(vmk_SemaphoreRW *sema) VMK_RELEASE(*sema) VMK_ACQUIRE_SHARED(*sema);

#endif
