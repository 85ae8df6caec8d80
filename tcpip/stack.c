/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stack.c - the event loop around lwIP.
 */
#include "stack.h"

#include <lwip/init.h>
#include <lwip/sys.h>
#include <lwip/timeouts.h>

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/net/net_csum.h>

#include "lwip_memory.h"

#define RECEIVED_MAX 1024 /* Packets that may wait for the world before more are dropped. */

vmk_HeapID stack_heap;

static struct {
    vmk_SpinlockObject lock; /**< Interrupts off. */
    struct stack_work *work VMK_GUARDED_BY(lock);
    struct stack_work **work_end VMK_GUARDED_BY(lock);
    struct vmk_PktListInt received VMK_GUARDED_BY(lock);
    bool awake VMK_GUARDED_BY(lock); /**< The loop has something to do. */
    bool stopping VMK_GUARDED_BY(lock);
    vmk_WorldID world;
    void (*begin)(void);
    void (*turn)(void);
    void (*end)(void);
} stack;

#define WAKE_EVENT ((vmk_WorldEventID)&stack)

u32_t sys_now(void)
{
    return (u32_t)(vmk_GetTimerCycles() / VMK_NSEC_PER_MSEC);
}

unsigned short tcpip_chksum(const void *data, int len)
{
    return (unsigned short)~vmk_NetCsumDataFinal(data, (vmk_ByteCount)len);
}

/** Mark the loop as having something to do. */
static void mark_awake(void) VMK_REQUIRES(&stack.lock)
{
    if (!stack.awake) {
        stack.awake = true;
        (void)vmk_WorldWakeup(WAKE_EVENT);
    }
}

void stack_wake(void)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    mark_awake();
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
}

void stack_post(struct stack_work *work)
{
    vmk_uint64 flags;

    work->next = NULL;
    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    *stack.work_end = work;
    stack.work_end = &work->next;
    mark_awake();
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
}

/** A stack_call under way. */
struct call {
    stack_func func;
    void *arg;
    vmk_SemaphoreObject done;
};

static void run_call(void *arg)
{
    struct call *call = arg;
    vmk_Semaphore done = &call->done;

    call->func(call->arg);
    vmk_SemaUnlock(&done);
}

void stack_call(stack_func func, void *arg)
{
    struct call call = {.func = func, .arg = arg};
    struct stack_work work = {.func = run_call, .arg = &call};
    vmk_Semaphore done = &call.done;

    if (vmk_WorldGetID() == stack.world) {
        func(arg);
        return;
    }
    vmk_SemaInit(done, "tcpip-call", 0);
    stack_post(&work);
    vmk_SemaLock(&done);
}

void stack_receive(vmk_PktList list)
{
    vmk_uint64 flags;
    bool full;

    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    full = stack.received.count >= RECEIVED_MAX || stack.stopping;
    if (!full) {
        vmk_PktListAppend(&stack.received, list);
        mark_awake();
    }
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
    if (full) {
        vmk_PktListReleaseAllPkts(list);
    }
}

void stack_received(vmk_PktList list)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    vmk_PktListAppend(list, &stack.received);
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
}

static void do_work(void)
{
    struct stack_work *work;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    work = stack.work;
    stack.work = NULL;
    stack.work_end = &stack.work;
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
    while (work) {
        struct stack_work *next = work->next; /* The work may free itself. */

        work->func(work->arg);
        work = next;
    }
}

/** Sleep until there is something to do. @return whether to go on. */
static bool wait_for_work(void)
{
    vmk_uint32 timeout_ms = sys_timeouts_sleeptime();
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 flags;
    bool go_on;

    VMK_STATIC_ASSERT(SYS_TIMEOUTS_SLEEPTIME_INFINITE == VMK_TIMEOUT_UNLIMITED_MS,
                      "the same number means forever");
    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    if (!stack.awake && timeout_ms != 0) {
        status = vmk_WorldWaitIRQ(WAKE_EVENT, &stack.lock, flags, timeout_ms, "packets");
        vmk_SpinlockLockIRQ(&stack.lock, &flags);
    }
    stack.awake = false;
    if (status == VMK_DEATH_PENDING) {
        stack.stopping = true;
    }
    go_on = !stack.stopping;
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
    return go_on;
}

static vmk_StatusValue run(void *data)
{
    VMK_PKTLIST_STACK_DEF_INIT(left);

    stack.world = vmk_WorldGetID();
    lwip_init();
    stack.begin();
    do {
        do_work();
        sys_check_timeouts();
        stack.turn();
    } while (wait_for_work());
    do_work();
    stack.end();
    lwip_memory_free_all();
    stack_received(left);
    vmk_PktListReleaseAllPkts(left);
    return VMK_OK;
}

VMK_ReturnStatus stack_start(void (*begin)(void), void (*turn)(void), void (*end)(void)) VMK_UNSHARED
{
    const vmk_WorldProps props = {
        .name = "tcpip",
        .moduleID = vmk_ModuleCurrentID,
        .startFunction = run,
    };

    vmk_SpinlockInit(&stack.lock, "tcpip", VMK_RANK_DRIVER_LAST);
    stack.work_end = &stack.work;
    stack.begin = begin;
    stack.turn = turn;
    stack.end = end;
    return vmk_WorldCreate(&props, &stack.world);
}

void stack_stop(void)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&stack.lock, &flags);
    stack.stopping = true;
    mark_awake();
    vmk_SpinlockUnlockIRQ(&stack.lock, flags);
    while (vmk_WorldWaitForDeath(stack.world) != VMK_OK) {
        /* We may be told to die ourselves; the module's memory still must not go before its world has. */
        (void)vmk_WorldYield();
    }
}
