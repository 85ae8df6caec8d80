/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_sync.c - what can be asked of locks, worlds, helpers and time without load: each answer the headers
 * promise.
 *
 * test_sched.c is the one with load.
 */
#include "ktap.h"

#include <vmkapi/base/helper.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests locks, worlds, helpers and time, one call at a time");

#define PATIENCE_MS 60000u

int init_module(void);
void cleanup_module(void);

static vmk_HeapID heap;

static vmk_Bool heap_is_empty(void)
{
    vmk_HeapGetProps props;

    return vmk_HeapGetProperties(heap, &props) == VMK_OK && props.used == 0;
}

/* Locks by handle. */

static vmk_StatusValue test_counting(void)
{
    vmk_Semaphore sema;

    KTAP_CHECK(vmk_SemaCreate(&sema, VMK_INVALID_HEAP_ID, "test", 1) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_SemaCreate(&sema, heap, "test", -1) == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_SemaCreate(&sema, heap, "test", 2) == VMK_OK);
    KTAP_CHECK(vmk_SemaTryLock(&sema) == VMK_OK && !vmk_SemaIsLocked(sema));
    KTAP_CHECK(vmk_SemaTryLock(&sema) == VMK_OK && vmk_SemaIsLocked(sema));
    KTAP_CHECK(vmk_SemaTryLock(&sema) == VMK_BUSY);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, 1) == VMK_TIMEOUT);
    vmk_SemaUnlock(&sema);
    KTAP_CHECK(vmk_SemaLockTimed(&sema, 0) == VMK_OK);
    vmk_SemaDestroy(&sema);
    KTAP_CHECK(sema == NULL && heap_is_empty());
    return VMK_OK;
}

static vmk_StatusValue test_binary(void)
{
    vmk_Semaphore mutex;

    KTAP_CHECK(vmk_BinarySemaCreate(&mutex, VMK_INVALID_HEAP_ID, "test") == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_BinarySemaCreate(&mutex, heap, "test") == VMK_OK);
    KTAP_CHECK(!vmk_SemaIsLocked(mutex));
    vmk_SemaLock(&mutex);
    KTAP_CHECK(vmk_SemaTryLock(&mutex) == VMK_BUSY);
    vmk_SemaUnlock(&mutex);
    KTAP_CHECK(vmk_SemaTryLock(&mutex) == VMK_OK);
    vmk_SemaUnlock(&mutex);
    vmk_SemaDestroy(&mutex);
    KTAP_CHECK(mutex == NULL && heap_is_empty());
    return VMK_OK;
}

static vmk_StatusValue test_readers_writer(void) VMK_NO_THREAD_SAFETY_ANALYSIS("tries, and knows the outcome")
{
    vmk_SemaphoreRW sema;

    KTAP_CHECK(vmk_RWSemaCreate(&sema, VMK_INVALID_HEAP_ID, "test") == VMK_BAD_PARAM);
    KTAP_CHECK(vmk_RWSemaCreate(&sema, heap, "test") == VMK_OK);
    KTAP_CHECK(vmk_RWSemaTryReadLock(&sema) == VMK_OK);
    KTAP_CHECK(vmk_RWSemaTryReadLock(&sema) == VMK_OK);
    KTAP_CHECK(vmk_RWSemaTryWriteLock(&sema) == VMK_WOULD_BLOCK);
    KTAP_CHECK(vmk_RWSemaTryUpgradeFromRead(&sema) == VMK_BUSY);
    vmk_RWSemaReadUnlock(&sema);
    KTAP_CHECK(vmk_RWSemaTryUpgradeFromRead(&sema) == VMK_OK);
    KTAP_CHECK(vmk_RWSemaTryReadLock(&sema) == VMK_WOULD_BLOCK);
    KTAP_CHECK(vmk_RWSemaTryWriteLock(&sema) == VMK_WOULD_BLOCK);
    vmk_RWSemaDowngradeToRead(&sema);
    KTAP_CHECK(vmk_RWSemaTryReadLock(&sema) == VMK_OK);
    vmk_RWSemaReadUnlock(&sema);
    vmk_RWSemaReadUnlock(&sema);
    KTAP_CHECK(vmk_RWSemaTryWriteLock(&sema) == VMK_OK);
    vmk_RWSemaWriteUnlock(&sema);
    vmk_RWSemaDestroy(&sema);
    KTAP_CHECK(sema == NULL && heap_is_empty());
    return VMK_OK;
}

static vmk_StatusValue test_spinlock(void)
{
    vmk_SpinlockCreateProps props = {.moduleID = vmk_ModuleCurrentID,
                                     .heapID = heap,
                                     .name = {"test"},
                                     .type = VMK_SPINLOCK,
                                     .rank = VMK_SPINLOCK_UNRANKED};
    vmk_Lock lock, held = VMK_LOCK_INVALID;
    vmk_HeapGetProps used;

    props.type = (vmk_SpinlockType)99;
    KTAP_CHECK(vmk_SpinlockCreate(&props, &lock) == VMK_BAD_PARAM);
    props.type = VMK_SPINLOCK;
    props.heapID = VMK_INVALID_HEAP_ID;
    KTAP_CHECK(vmk_SpinlockCreate(&props, &lock) == VMK_BAD_PARAM);
    props.heapID = heap;
    KTAP_CHECK(vmk_SpinlockCreate(&props, &lock) == VMK_OK);
    KTAP_CHECK(vmk_HeapGetProperties(heap, &used) == VMK_OK);
    KTAP_CHECK(used.used >= vmk_SpinlockAllocSize(VMK_SPINLOCK) &&
               vmk_SpinlockAllocSize(VMK_SPINLOCK) >= sizeof(vmk_SpinlockObject));
    if (vmk_SpinlockTryLock(lock)) {
        held = lock;
        vmk_SpinlockAssertHeldByWorld(lock);
        vmk_SpinlockUnlock(lock);
    }
    KTAP_CHECK(held == lock && !vmk_SpinlockIsLocked(lock));
    vmk_SpinlockDestroy(lock);
    KTAP_CHECK(heap_is_empty());
    return VMK_OK;
}

/* Worlds. */

struct seen {
    vmk_WorldID id;
    vmk_Name name;
};

static vmk_StatusValue look_and_exit(void *data)
{
    struct seen *seen = data;
    vmk_StatusValue status;

    seen->id = vmk_WorldGetID();
    status = vmk_WorldGetName(seen->id, &seen->name);
    vmk_WorldAssertIsSafeToBlock();
    vmk_WorldExit(status);
}

static vmk_StatusValue test_world(void)
{
    struct seen seen = {0};
    vmk_WorldProps props = {.name = "test-sync-world",
                            .moduleID = vmk_ModuleCurrentID,
                            .startFunction = look_and_exit,
                            .data = &seen};
    vmk_WorldID id;
    vmk_Name name;

    KTAP_CHECK(vmk_WorldCreate(&props, &id) == VMK_OK);
    KTAP_CHECK(vmk_WorldWaitForDeath(id) == VMK_OK);
    KTAP_CHECK(seen.id == id && vmk_Strcmp(seen.name.string, props.name) == 0);
    KTAP_CHECK(vmk_WorldGetName(id, &name) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_WorldGetID() != VMK_INVALID_WORLD_ID && vmk_WorldGetID() != id);
    KTAP_CHECK(vmk_WorldWaitForDeath(vmk_WorldGetID()) == VMK_BAD_PARAM);
    return VMK_OK;
}

/* With preemption held off a wish to be preempted stays, and is granted when it is not any more. */
static vmk_StatusValue test_preemption_point(void)
{
    vmk_PreemptDisable();
    vmk_PreemptCheck();
    vmk_PreemptEnable();
    vmk_PreemptCheck();
    KTAP_CHECK(vmk_GetPCPUNum() < vmk_NumPCPUs());
    return VMK_OK;
}

#define REQUESTS 5u

/* Helpers: one request holds the only world, so that what comes after it waits. */

static vmk_SemaphoreObject gate, entered;
static volatile unsigned ran, cancelled;

static void hold(vmk_AddrCookie data)
{
    vmk_Semaphore ours = &gate, theirs = &entered;

    vmk_SemaUnlock(&theirs);
    vmk_SemaLock(&ours);
}

static void run(vmk_AddrCookie data)
{
    ran++;
}

static void count_cancelled(vmk_AddrCookie data)
{
    cancelled += data.u32 == 7;
}

static vmk_StatusValue fill_and_cancel(vmk_Helper helper)
{
    vmk_Semaphore theirs = &entered;
    vmk_HelperRequestProps tagged;
    vmk_uint32 count;

    vmk_HelperRequestPropsInit(&tagged);
    tagged.cancelFunc = count_cancelled;
    KTAP_CHECK(vmk_HelperSubmitRequest(helper, run, (vmk_AddrCookie){0}, &tagged) == VMK_BAD_PARAM);
    tagged.tag.u64 = 42;
    KTAP_CHECK(vmk_HelperSubmitRequest(helper, hold, (vmk_AddrCookie){0}, VMK_HELPER_DEFAULT_REQ_PROPS) ==
               VMK_OK);
    KTAP_CHECK(vmk_SemaLockTimed(&theirs, PATIENCE_MS) == VMK_OK);
    for (unsigned i = 0; i < 3; i++) {
        KTAP_CHECK(vmk_HelperSubmitRequest(helper, run, (vmk_AddrCookie){.u32 = 7}, &tagged) == VMK_OK);
    }
    KTAP_CHECK(vmk_HelperSubmitRequest(helper, run, (vmk_AddrCookie){0}, VMK_HELPER_DEFAULT_REQ_PROPS) ==
               VMK_OK);
    KTAP_CHECK(vmk_HelperCurrentRequestCount(helper) == 4);
    KTAP_CHECK(vmk_HelperSubmitRequest(helper, run, (vmk_AddrCookie){0}, VMK_HELPER_DEFAULT_REQ_PROPS) ==
               VMK_NO_RESOURCES);
    KTAP_CHECK(vmk_HelperCancelRequest(helper, (vmk_AddrCookie){.u64 = 41}, &count) == VMK_NOT_FOUND);
    KTAP_CHECK(count == 0);
    KTAP_CHECK(vmk_HelperCancelRequest(helper, tagged.tag, &count) == VMK_OK);
    KTAP_CHECK(count == 3 && cancelled == 3 && vmk_HelperCurrentRequestCount(helper) == 1);
    return VMK_OK;
}

static vmk_StatusValue test_helper(void)
{
    vmk_HelperProps props = {
        .name = {"test-sync"}, .moduleID = vmk_ModuleCurrentID, .heap = heap, .maxRequests = REQUESTS};
    vmk_Semaphore open = &gate;
    vmk_StatusValue status;
    vmk_Helper helper;

    ran = cancelled = 0;
    vmk_SemaInit(&gate, "gate", 0);
    vmk_SemaInit(&entered, "entered", 0);
    KTAP_CHECK(vmk_HelperCreate(&props, &helper) == VMK_OK);
    status = fill_and_cancel(helper);
    vmk_SemaUnlock(&open);
    KTAP_CHECK(vmk_HelperFlush(helper) == VMK_OK);
    KTAP_CHECK(status == VMK_OK && ran == 1 && vmk_HelperCurrentRequestCount(helper) == 0);
    KTAP_CHECK(vmk_HelperDestroy(helper) == VMK_OK && heap_is_empty());
    return VMK_OK;
}

/* Time: the clocks agree. */
static vmk_StatusValue test_time(void)
{
    vmk_uint64 before, after, between_us;
    vmk_TimeVal uptime;

    KTAP_CHECK(vmk_TimerCyclesPerSecond() == VMK_NSEC_PER_SEC);
    before = vmk_TimerUnsignedTCToUS(vmk_GetTimerCycles());
    vmk_GetUptime(&uptime);
    after = vmk_TimerUnsignedTCToUS(vmk_GetTimerCycles());
    between_us = (vmk_uint64)uptime.sec * VMK_USEC_PER_SEC + (vmk_uint64)uptime.usec;
    KTAP_CHECK(before <= between_us && between_us <= after);
    KTAP_CHECK(uptime.usec < (vmk_int64)VMK_USEC_PER_SEC);
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"a counting semaphore by handle", test_counting},
    {"a binary semaphore by handle", test_binary},
    {"a readers-writer semaphore by handle", test_readers_writer},
    {"a spinlock by handle", test_spinlock},
    {"a world knows itself", test_world},
    {"preemption points", test_preemption_point},
    {"helper requests are counted and cancelled", test_helper},
    {"uptime and timer cycles agree", test_time},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-sync"}, .module = vmk_ModuleCurrentID};
    vmk_StatusValue status = vmk_HeapCreate(&props, &heap);

    return status == VMK_OK ? ktap_run(tests, VMK_ARRAY_SIZE(tests)) : status;
}

void cleanup_module(void)
{
    if (vmk_HeapDestroy(heap) != VMK_OK) {
        vmk_WarningMessage("# the tests left memory behind");
    }
}
