/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sema.c - counting and binary semaphores.
 *
 * A release with somebody waiting does not touch the value: what is released belongs to the longest waiter at
 * once, so nobody can overtake.
 */
#include <core/account.h>
#include <core/clock.h>
#include <core/sched.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/lib/libc.h>

static void init(vmk_SemaphoreObject *sema, const char *name, vmk_int32 value, vmk_Bool binary) VMK_UNSHARED
{
    vmk_SpinlockInit(&sema->lock, name, VMK_RANK_SEMA);
    vmk_ListInit(&sema->waiters);
    sema->value = value;
    sema->binary = binary;
    sema->owner = NULL;
}

void vmk_SemaInit(vmk_SemaphoreObject *sema, const char *name, vmk_int32 value)
{
    init(sema, name, value, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_SemaInit);

void vmk_BinarySemaInit(vmk_SemaphoreObject *sema, const char *name)
{
    init(sema, name, 1, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_BinarySemaInit);

vmk_ModuleID sema_heap_module(vmk_HeapID heap)
{
    vmk_HeapGetProps props;

    return vmk_HeapGetProperties(heap, &props) == VMK_OK ? props.module : VMK_INVALID_MODULE_ID;
}

/* A created semaphore, with what its destruction needs. */
struct sema_created {
    vmk_SemaphoreObject sema;
    vmk_ModuleID module;
    vmk_Name name;
};

static VMK_ReturnStatus create(vmk_Semaphore *sema, vmk_HeapID heap, const char *name, vmk_int32 value,
                               vmk_Bool binary)
{
    struct sema_created *created;

    if (heap == VMK_INVALID_HEAP_ID || value < 0) {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapAlloc(heap, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    vmk_Strlcpy(created->name.string, name, sizeof(created->name.string));
    created->module = sema_heap_module(heap);
    init(&created->sema, created->name.string, value, binary);
    account_add(created->module, ACCOUNT_SEMAS, 1);
    *sema = &created->sema;
    return VMK_OK;
}

VMK_ReturnStatus vmk_SemaCreate(vmk_Semaphore *sema, vmk_HeapID heap, const char *name, vmk_int32 value)
{
    return create(sema, heap, name, value, VMK_FALSE);
}
VMK_EXPORT_SYMBOL(vmk_SemaCreate);

VMK_ReturnStatus vmk_BinarySemaCreate(vmk_Semaphore *sema, vmk_HeapID heap, const char *name)
{
    return create(sema, heap, name, 1, VMK_TRUE);
}
VMK_EXPORT_SYMBOL(vmk_BinarySemaCreate);

void vmk_SemaDestroy(vmk_Semaphore *sema) VMK_UNSHARED
{
    struct sema_created *created = VMK_CONTAINER_OF(*sema, struct sema_created, sema);

    VMK_VERIFY(vmk_ListIsEmpty(&created->sema.waiters));
    account_add(created->module, ACCOUNT_SEMAS, -1);
    vmk_HeapFree(vmk_HeapOf(created), created);
    *sema = NULL;
}
VMK_EXPORT_SYMBOL(vmk_SemaDestroy);

/* Take one if there is one. */
static vmk_Bool take(vmk_SemaphoreObject *sema) VMK_REQUIRES(&sema->lock)
{
    if (sema->value <= 0) {
        return VMK_FALSE;
    }
    sema->value--;
    sema->owner = world_current();
    return VMK_TRUE;
}

static VMK_ReturnStatus lock(vmk_SemaphoreObject *sema, vmk_uint64 timeout_ns, enum waiter_mode mode)
{
    vmk_uint64 flags;
    struct waiter waiter;
    vmk_Bool taken;

    /* Where it might have to wait it may not be called, even if it needn't today. */
    VMK_ASSERT(VMK_THIS_PCPU->preempt_count == 0);
    vmk_SpinlockLockIRQ(&sema->lock, &flags);
    taken = take(sema);
    if (!taken) {
        VMK_ASSERT(!sema->binary || sema->owner != world_current());
        waiter_add(&waiter, &sema->waiters, 0);
    }
    vmk_SpinlockUnlockIRQ(&sema->lock, flags);
    return taken ? VMK_OK : waiter_sleep(&waiter, &sema->lock, wait_deadline(timeout_ns), mode);
}

void vmk_SemaLock(vmk_Semaphore *sema)
{
    VMK_VERIFY(lock(*sema, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE) == VMK_OK);
}
VMK_EXPORT_SYMBOL(vmk_SemaLock);

VMK_ReturnStatus vmk_SemaLockTimed(vmk_Semaphore *sema, vmk_uint32 timeout_ms)
{
    vmk_uint64 timeout_ns =
        timeout_ms == VMK_TIMEOUT_UNLIMITED_MS ? WAIT_FOREVER : timeout_ms * CLOCK_NS_PER_MS;

    return lock(*sema, timeout_ns, WAITER_INTERRUPTIBLE);
}
VMK_EXPORT_SYMBOL(vmk_SemaLockTimed);

VMK_ReturnStatus vmk_SemaTryLock(vmk_Semaphore *sema)
{
    vmk_uint64 flags;
    vmk_Bool taken;

    vmk_SpinlockLockIRQ(&(*sema)->lock, &flags);
    taken = take(*sema);
    vmk_SpinlockUnlockIRQ(&(*sema)->lock, flags);
    return taken ? VMK_OK : VMK_BUSY;
}
VMK_EXPORT_SYMBOL(vmk_SemaTryLock);

/* Give one to the longest waiter, or keep it. */
static void give(vmk_SemaphoreObject *sema) VMK_REQUIRES(&sema->lock)
{
    struct waiter *waiter;

    if (vmk_ListIsEmpty(&sema->waiters)) {
        sema->value++;
        sema->owner = NULL;
        return;
    }
    waiter = VMK_LIST_ENTRY(vmk_ListFirst(&sema->waiters), struct waiter, links);
    sema->owner = waiter->world;
    waiter_wake(waiter);
}

void vmk_SemaUnlock(vmk_Semaphore *sema)
{
    vmk_SemaphoreObject *object = *sema;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&object->lock, &flags);
    VMK_ASSERT(!object->binary || object->owner == world_current());
    give(object);
    vmk_SpinlockUnlockIRQ(&object->lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_SemaUnlock);
