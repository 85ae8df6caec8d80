/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world_wait.c - waits on event numbers, sleeps, yields: VMKAPI's side of waiting.
 *
 * Events hash to wait queues; a waiter's tag is its event.
 */
#include <core/clock.h>
#include <core/sched.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>

#define EVENT_BUCKETS 64

static struct wait_queue events[EVENT_BUCKETS];

static struct wait_queue *events_of(vmk_WorldEventID event)
{
    /* Fibonacci hashing: the golden ratio spreads addresses, whose low bits are alike. */
    return &events[event * 0x9e3779b97f4a7c15ul >> 58];
}

void world_wait_init(void)
{
    for (unsigned i = 0; i < EVENT_BUCKETS; i++) {
        wait_queue_init(&events[i], "world events");
    }
}

static vmk_uint64 deadline_of_ms(vmk_uint32 timeout_ms)
{
    return wait_deadline(timeout_ms == VMK_TIMEOUT_UNLIMITED_MS ? WAIT_FOREVER
                                                                : timeout_ms * CLOCK_NS_PER_MS);
}

static void queue_up(struct waiter *waiter, vmk_WorldEventID event, const char *reason)
{
    struct wait_queue *queue = events_of(event);
    vmk_uint64 flags;

    world_current()->reason = reason;
    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    waiter_add(waiter, &queue->waiters, event);
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
}

static VMK_ReturnStatus sleep(struct waiter *waiter, vmk_uint64 deadline_ns)
{
    vmk_StatusValue status =
        waiter_sleep(waiter, &events_of(waiter->tag)->lock, deadline_ns, WAITER_INTERRUPTIBLE);

    world_current()->reason = NULL;
    return status;
}

VMK_ReturnStatus vmk_WorldWait(vmk_WorldEventID event, vmk_Lock lock, vmk_uint32 timeout_ms,
                               const char *reason) VMK_NO_THREAD_SAFETY_ANALYSIS("the lock may be none")
{
    vmk_uint64 deadline = deadline_of_ms(timeout_ms);
    struct waiter waiter;

    queue_up(&waiter, event, reason);
    if (lock != VMK_LOCK_INVALID) {
        vmk_SpinlockUnlock(lock);
    }
    return sleep(&waiter, deadline);
}
VMK_EXPORT_SYMBOL(vmk_WorldWait);

VMK_ReturnStatus vmk_WorldWaitIRQ(vmk_WorldEventID event, vmk_Lock lock, vmk_uint64 flags,
                                  vmk_uint32 timeout_ms, const char *reason)
{
    vmk_uint64 deadline = deadline_of_ms(timeout_ms);
    struct waiter waiter;

    queue_up(&waiter, event, reason);
    vmk_SpinlockUnlockIRQ(lock, flags);
    return sleep(&waiter, deadline);
}
VMK_EXPORT_SYMBOL(vmk_WorldWaitIRQ);

vmk_StatusValue vmk_WorldWakeup(vmk_WorldEventID event)
{
    struct wait_queue *queue = events_of(event);
    vmk_StatusValue status = VMK_NOT_FOUND;
    vmk_ListLinks *links, *next;
    vmk_uint64 flags;

    if (event == VMK_EVENT_NONE) {
        return VMK_NOT_FOUND;
    }
    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    VMK_LIST_FORALL_SAFE (&queue->waiters, links, next) {
        struct waiter *waiter = VMK_LIST_ENTRY(links, struct waiter, links);

        if (waiter->tag == event) {
            waiter_wake(waiter);
            status = VMK_OK;
        }
    }
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_WorldWakeup);

vmk_StatusValue vmk_WorldForceWakeup(vmk_WorldID id)
{
    struct world *world = world_get(id);

    if (world == NULL) {
        return VMK_NOT_FOUND;
    }
    __atomic_store_n(&world->force_wakeup, 1, __ATOMIC_SEQ_CST);
    world_wake(world);
    world_put(world);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_WorldForceWakeup);

void world_forget_wakeup(void)
{
    __atomic_store_n(&world_current()->force_wakeup, 0, __ATOMIC_SEQ_CST);
}

VMK_ReturnStatus vmk_WorldSleep(vmk_uint64 delay_us)
{
    vmk_uint64 most_us = WAIT_FOREVER / CLOCK_NS_PER_US;
    vmk_uint64 deadline = wait_deadline(delay_us > most_us ? WAIT_FOREVER : delay_us * CLOCK_NS_PER_US);
    struct waiter waiter;
    vmk_StatusValue status;

    queue_up(&waiter, VMK_EVENT_NONE, "sleep");
    status = sleep(&waiter, deadline);
    return status == VMK_TIMEOUT ? VMK_OK : status;
}
VMK_EXPORT_SYMBOL(vmk_WorldSleep);

vmk_StatusValue vmk_WorldYield(void)
{
    sched_yield();
    return vmk_WorldIsDeathPending() ? VMK_DEATH_PENDING : VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_WorldYield);

void vmk_WorldAssertIsSafeToBlock(void)
{
    vmk_uint32 count = VMK_THIS_PCPU->preempt_count;

    if (VMK_LIKELY(vmk_CanBlock())) {
        return;
    }
    vmk_Panic("Blocking %s (preempt count 0x%x)",
              vmk_InInterrupt()    ? "in an interrupt"
              : vmk_InBottomHalf() ? "in a bottom half, or with bottom halves held off"
              : count != 0         ? "with a spinlock held, in an RCU read section, or with preemption off"
                                   : "with interrupts off",
              count);
}
VMK_EXPORT_SYMBOL(vmk_WorldAssertIsSafeToBlock);
