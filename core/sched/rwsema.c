/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rwsema.c - readers-writer semaphores.
 *
 * Waiters are served in the order they came: a run of readers together, a writer alone. Only a reader that
 * waits to become the writer goes before all.
 */
#include <core/account.h>
#include <core/sched.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/lib/libc.h>

/** A waiter's tag. */
enum role {
    READER,
    WRITER,
};

#define WRITER_INSIDE (-1)

void vmk_RWSemaInit(vmk_SemaphoreRWObject *sema, const char *name) VMK_UNSHARED
{
    vmk_SpinlockInit(&sema->lock, name, VMK_RANK_SEMA);
    vmk_ListInit(&sema->waiters);
    sema->readers = 0;
    sema->upgrader = NULL;
}
VMK_EXPORT_SYMBOL(vmk_RWSemaInit);

/* A created semaphore, with what its destruction needs. */
struct rwsema_created {
    vmk_SemaphoreRWObject sema;
    vmk_ModuleID module;
    vmk_Name name;
};

VMK_ReturnStatus vmk_RWSemaCreate(vmk_SemaphoreRW *sema, vmk_HeapID heap, const char *name)
{
    struct rwsema_created *created;

    if (heap == VMK_INVALID_HEAP_ID) {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapAlloc(heap, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_Strlcpy(created->name.string, name, sizeof(created->name.string));
    created->module = sema_heap_module(heap);
    vmk_RWSemaInit(&created->sema, created->name.string);
    account_add(created->module, ACCOUNT_SEMAS, 1);
    *sema = &created->sema;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_RWSemaCreate);

void vmk_RWSemaDestroy(vmk_SemaphoreRW *sema) VMK_UNSHARED
{
    struct rwsema_created *created = VMK_CONTAINER_OF(*sema, struct rwsema_created, sema);

    VMK_VERIFY(created->sema.readers == 0 && vmk_ListIsEmpty(&created->sema.waiters));
    account_add(created->module, ACCOUNT_SEMAS, -1);
    vmk_HeapFree(vmk_HeapOf(created), created);
    *sema = NULL;
}
VMK_EXPORT_SYMBOL(vmk_RWSemaDestroy);

static vmk_Bool may_enter(const vmk_SemaphoreRWObject *sema, enum role role) VMK_REQUIRES(&sema->lock)
{
    return role == WRITER ? sema->readers == 0 : sema->readers != WRITER_INSIDE && sema->upgrader == NULL;
}

static void enter(vmk_SemaphoreRWObject *sema, enum role role) VMK_REQUIRES(&sema->lock)
{
    sema->readers = role == WRITER ? WRITER_INSIDE : sema->readers + 1;
}

/* Let in whose turn it is. */
static void serve(vmk_SemaphoreRWObject *sema) VMK_REQUIRES(&sema->lock)
{
    if (sema->upgrader != NULL && sema->readers == 1) {
        struct waiter *upgrader = sema->upgrader;

        sema->upgrader = NULL;
        sema->readers = WRITER_INSIDE;
        waiter_wake(upgrader);
        return;
    }
    while (!vmk_ListIsEmpty(&sema->waiters)) {
        struct waiter *waiter = VMK_LIST_ENTRY(vmk_ListFirst(&sema->waiters), struct waiter, links);

        if (!may_enter(sema, (enum role)waiter->tag)) {
            return;
        }
        enter(sema, (enum role)waiter->tag);
        waiter_wake(waiter);
    }
}

static vmk_Bool try_enter(vmk_SemaphoreRWObject *sema, enum role role) VMK_REQUIRES(&sema->lock)
{
    vmk_Bool entered = vmk_ListIsEmpty(&sema->waiters) && may_enter(sema, role);

    if (entered) {
        enter(sema, role);
    }
    return entered;
}

static void lock(vmk_SemaphoreRWObject *sema, enum role role)
{
    struct waiter waiter;
    vmk_uint64 flags;
    vmk_Bool entered;

    VMK_ASSERT(VMK_THIS_PCPU->preempt_count == 0);
    vmk_SpinlockLockIRQ(&sema->lock, &flags);
    entered = try_enter(sema, role);
    if (!entered) {
        waiter_add(&waiter, &sema->waiters, role);
    }
    vmk_SpinlockUnlockIRQ(&sema->lock, flags);
    if (!entered) {
        VMK_VERIFY(waiter_sleep(&waiter, &sema->lock, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE) == VMK_OK);
    }
}

static VMK_ReturnStatus try_lock(vmk_SemaphoreRWObject *sema, enum role role)
{
    vmk_uint64 flags;
    vmk_Bool entered;

    vmk_SpinlockLockIRQ(&sema->lock, &flags);
    entered = try_enter(sema, role);
    vmk_SpinlockUnlockIRQ(&sema->lock, flags);
    return entered ? VMK_OK : VMK_WOULD_BLOCK;
}

/* Leave, and let in who waited for that. */
static void leave(vmk_SemaphoreRWObject *sema, enum role role)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&sema->lock, &flags);
    VMK_ASSERT(role == WRITER ? sema->readers == WRITER_INSIDE : sema->readers > 0);
    sema->readers = role == WRITER ? 0 : sema->readers - 1;
    serve(sema);
    vmk_SpinlockUnlockIRQ(&sema->lock, flags);
}

void vmk_RWSemaReadLock(vmk_SemaphoreRW *sema) VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    lock(*sema, READER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaReadLock);

void vmk_RWSemaWriteLock(vmk_SemaphoreRW *sema) VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    lock(*sema, WRITER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaWriteLock);

VMK_ReturnStatus vmk_RWSemaTryReadLock(vmk_SemaphoreRW *sema)
{
    return try_lock(*sema, READER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaTryReadLock);

VMK_ReturnStatus vmk_RWSemaTryWriteLock(vmk_SemaphoreRW *sema)
{
    return try_lock(*sema, WRITER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaTryWriteLock);

void vmk_RWSemaReadUnlock(vmk_SemaphoreRW *sema) VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    leave(*sema, READER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaReadUnlock);

void vmk_RWSemaWriteUnlock(vmk_SemaphoreRW *sema) VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    leave(*sema, WRITER);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaWriteUnlock);

VMK_ReturnStatus vmk_RWSemaUpgradeFromRead(vmk_SemaphoreRW *sema)
{
    vmk_SemaphoreRWObject *object = *sema;
    vmk_ListLinks alone;
    struct waiter waiter;
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;
    vmk_Bool waits = VMK_FALSE;

    vmk_ListInit(&alone);
    vmk_SpinlockLockIRQ(&object->lock, &flags);
    if (object->upgrader != NULL) {
        status = VMK_BUSY;
    } else if (object->readers == 1) {
        object->readers = WRITER_INSIDE;
    } else {
        waiter_add(&waiter, &alone, WRITER);
        object->upgrader = &waiter;
        waits = VMK_TRUE;
    }
    vmk_SpinlockUnlockIRQ(&object->lock, flags);
    return waits ? waiter_sleep(&waiter, &object->lock, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE) : status;
}
VMK_EXPORT_SYMBOL(vmk_RWSemaUpgradeFromRead);

VMK_ReturnStatus vmk_RWSemaTryUpgradeFromRead(vmk_SemaphoreRW *sema)
{
    vmk_uint64 flags;
    vmk_Bool alone;

    vmk_SpinlockLockIRQ(&(*sema)->lock, &flags);
    alone = (*sema)->readers == 1;
    if (alone) {
        (*sema)->readers = WRITER_INSIDE;
    }
    vmk_SpinlockUnlockIRQ(&(*sema)->lock, flags);
    return alone ? VMK_OK : VMK_BUSY;
}
VMK_EXPORT_SYMBOL(vmk_RWSemaTryUpgradeFromRead);

static void downgrade(vmk_SemaphoreRWObject *sema)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&sema->lock, &flags);
    VMK_ASSERT(sema->readers == WRITER_INSIDE);
    sema->readers = 1;
    serve(sema);
    vmk_SpinlockUnlockIRQ(&sema->lock, flags);
}

void vmk_RWSemaDowngradeToRead(vmk_SemaphoreRW *sema) VMK_NO_THREAD_SAFETY_ANALYSIS("is the lock")
{
    downgrade(*sema);
}
VMK_EXPORT_SYMBOL(vmk_RWSemaDowngradeToRead);
