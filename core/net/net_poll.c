/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_poll.c - each CPU's queue of polls, and the bottom half that works it off.
 *
 * In one run of the bottom half each queued poll is called once; those that want more go to the queue's end
 * and the bottom half is scheduled again. How many such rounds a CPU stands before other worlds get their
 * share is the bottom halves' own affair.
 */
#include <core/account.h>
#include <core/heap.h>
#include <core/net_poll.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/net/net_poll.h>

VMK_STRESS_POINT(poll_lost, "A NIC asks to be polled, and is forgotten");

struct poll {
    struct vmk_NetPollInt public;
    vmk_NetPollProperties props;
    vmk_Uplink uplink;
    vmk_ModuleID module;
    vmk_SpinlockObject lock; /**< Interrupts off. */
    vmk_Bool enabled VMK_GUARDED_BY(lock);
    vmk_Bool wanted VMK_GUARDED_BY(lock); /**< To be called (again). */
    vmk_Bool queued VMK_GUARDED_BY(lock); /**< In a CPU's queue, or being called. */
    struct poll *next;                    /**< In the CPU's queue. */
};

/** One CPU's polls; touched by that CPU only, interrupts off. */
struct poll_queue {
    struct poll *first;
    struct poll **end;
    struct poll *current;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

static struct poll_queue queues[VMK_MAX_PCPUS];
static vmk_BottomHalf poll_bh = VMK_INVALID_BOTTOM_HALF;

static struct poll *to_poll(vmk_NetPoll public)
{
    return VMK_CONTAINER_OF(public, struct poll, public);
}

static void clear(struct poll_queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

/** Put @p poll, which is marked queued, at the end of this CPU's queue. Interrupts off. */
static void enqueue(struct poll *poll)
{
    struct poll_queue *queue = &queues[vmk_GetPCPUNum()];

    poll->next = NULL;
    *queue->end = poll;
    queue->end = &poll->next;
    vmk_BottomHalfSchedule(poll_bh, VMK_PCPU_THIS);
}

/** Queue @p poll if it should be and isn't. */
static void enqueue_if_wanted(struct poll *poll) VMK_REQUIRES(&poll->lock)
{
    if (poll->wanted && poll->enabled && !poll->queued) {
        poll->queued = VMK_TRUE;
        enqueue(poll);
    }
}

/** Note that a run begins. @return whether it may. */
static vmk_Bool begin(struct poll *poll)
{
    vmk_uint64 flags;
    vmk_Bool run;

    vmk_SpinlockLockIRQ(&poll->lock, &flags);
    run = poll->enabled;
    if (run) {
        poll->wanted = VMK_FALSE;
    }
    vmk_SpinlockUnlockIRQ(&poll->lock, flags);
    return run;
}

/** Let go of the poll, or queue it again. */
static void end(struct poll *poll, vmk_Bool more)
{
    vmk_uint64 flags;
    vmk_Bool disabled;

    vmk_SpinlockLockIRQ(&poll->lock, &flags);
    poll->wanted |= more;
    poll->queued = VMK_FALSE;
    enqueue_if_wanted(poll);
    disabled = !poll->enabled;
    vmk_SpinlockUnlockIRQ(&poll->lock, flags);
    if (VMK_UNLIKELY(disabled)) {
        /* Someone may wait for us in vmk_NetPollDisable(), under whose protection the poll still is. */
        (void)vmk_WorldWakeup((vmk_WorldEventID)&poll->queued);
    }
}

void vmk_NetPollFlushRx(vmk_NetPoll public)
{
    struct poll *poll = to_poll(public);

    if (vmk_PktListIsEmpty(&public->rx)) {
        return;
    }
    if (poll->props.deliveryCallback) {
        poll->props.deliveryCallback(poll->props.priv, &public->rx);
        vmk_PktListInit(&public->rx);
    } else if (poll->uplink) {
        vmk_UplinkPktListRx(poll->uplink, &public->rx);
    } else {
        vmk_PktListReleaseAllPkts(&public->rx);
    }
}
VMK_EXPORT_SYMBOL(vmk_NetPollFlushRx);

static void run(struct poll_queue *queue, struct poll *poll)
{
    vmk_Bool more = VMK_FALSE;

    if (begin(poll)) {
        queue->current = poll;
        more = poll->props.poll(poll->props.priv, VMK_NETPOLL_BUDGET);
        vmk_NetPollFlushRx(&poll->public);
        queue->current = NULL;
    }
    end(poll, more);
}

static void run_queue(vmk_AddrCookie data)
{
    struct poll_queue *queue = &queues[vmk_GetPCPUNum()];
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    struct poll *poll = queue->first;

    clear(queue);
    vmk_CPURestoreInterrupts(flags);
    while (poll) {
        struct poll *next = poll->next;

        run(queue, poll);
        poll = next;
    }
}

VMK_ReturnStatus vmk_NetPollCreate(const vmk_NetPollProperties *props, vmk_ServiceID service,
                                   vmk_ModuleID module, vmk_NetPoll *poll)
{
    struct poll *new;

    if (!props->poll) {
        return VMK_BAD_PARAM;
    }
    new = vmk_HeapZalloc(heap_kernel, sizeof(*new));
    if (!new) {
        return VMK_NO_MEMORY;
    }
    new->props = *props;
    new->module = module;
    vmk_SpinlockInit(&new->lock, "net-poll", VMK_RANK_NETPOLL);
    account_add(module, ACCOUNT_NET_POLLS, 1);
    *poll = &new->public;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_NetPollCreate);

void vmk_NetPollDestroy(vmk_NetPoll public)
{
    struct poll *poll = to_poll(public);

    vmk_NetPollDisable(public);
    account_add(poll->module, ACCOUNT_NET_POLLS, -1);
    vmk_HeapFree(heap_kernel, poll);
}
VMK_EXPORT_SYMBOL(vmk_NetPollDestroy);

void vmk_NetPollEnable(vmk_NetPoll public)
{
    struct poll *poll = to_poll(public);
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&poll->lock, &flags);
    poll->enabled = VMK_TRUE;
    enqueue_if_wanted(poll);
    vmk_SpinlockUnlockIRQ(&poll->lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_NetPollEnable);

void vmk_NetPollDisable(vmk_NetPoll public)
{
    struct poll *poll = to_poll(public);
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&poll->lock, &flags);
    poll->enabled = VMK_FALSE;
    while (poll->queued) {
        /* A bottom half always gets there: however the wait ends, there is only one thing to do. */
        (void)!vmk_WorldWaitIRQ((vmk_WorldEventID)&poll->queued, &poll->lock, flags, 10, "net poll to end");
        vmk_SpinlockLockIRQ(&poll->lock, &flags);
    }
    vmk_SpinlockUnlockIRQ(&poll->lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_NetPollDisable);

vmk_NetPollState vmk_NetPollCheckState(vmk_NetPoll poll)
    VMK_NO_THREAD_SAFETY_ANALYSIS("one load, old when it returns with a lock as well")
{
    return __atomic_load_n(&to_poll(poll)->enabled, __ATOMIC_RELAXED) ? VMK_NETPOLL_ENABLED
                                                                      : VMK_NETPOLL_DISABLED;
}
VMK_EXPORT_SYMBOL(vmk_NetPollCheckState);

void vmk_NetPollActivate(vmk_NetPoll public)
{
    struct poll *poll = to_poll(public);
    vmk_uint64 flags;

    if (VMK_STRESS_HIT(poll_lost)) {
        return;
    }
    vmk_SpinlockLockIRQ(&poll->lock, &flags);
    poll->wanted = VMK_TRUE;
    enqueue_if_wanted(poll);
    vmk_SpinlockUnlockIRQ(&poll->lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_NetPollActivate);

vmk_NetPoll vmk_NetPollGetCurrent(void)
{
    struct poll *poll = queues[vmk_GetPCPUNum()].current;

    return poll ? &poll->public : NULL;
}
VMK_EXPORT_SYMBOL(vmk_NetPollGetCurrent);

vmk_AddrCookie vmk_NetPollGetPrivate(vmk_NetPoll poll)
{
    return to_poll(poll)->props.priv;
}
VMK_EXPORT_SYMBOL(vmk_NetPollGetPrivate);

VMK_ReturnStatus vmk_NetPollRegisterUplink(vmk_NetPoll poll, vmk_Uplink uplink)
{
    if (to_poll(poll)->uplink) {
        return VMK_BUSY;
    }
    to_poll(poll)->uplink = uplink;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_NetPollRegisterUplink);

void vmk_NetPollUnregisterUplink(vmk_NetPoll poll)
{
    to_poll(poll)->uplink = NULL;
}
VMK_EXPORT_SYMBOL(vmk_NetPollUnregisterUplink);

void net_poll_init(void)
{
    static const vmk_BottomHalfProps bh = {
        .moduleID = VMK_VMKERNEL_MODULE_ID,
        .name = {"net-poll"},
        .callback = run_queue,
    };

    for (vmk_uint32 i = 0; i < VMK_MAX_PCPUS; i++) {
        clear(&queues[i]);
    }
    VMK_VERIFY(vmk_BottomHalfRegister(&bh, &poll_bh) == VMK_OK);
}
