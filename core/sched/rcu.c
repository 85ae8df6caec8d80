/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.c - grace periods.
 *
 * A grace period is: awaited = all CPUs; each is kicked into its scheduler and clears its bit there; the CPU
 * that clears the last schedules the bottom half that runs the callbacks. Callbacks that come meanwhile wait
 * for the next one, which begins when these are done.
 */
#include <core/rcu.h>
#include <core/sched.h>
#include <core/smp.h>
#include <core/wait.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/spinlock.h>

struct callback_list {
    vmk_RCUHead *first;
    vmk_RCUHead **end;
};

static struct {
    vmk_SpinlockObject lock; /**< Rank HELPER, interrupts off. */
    /** From the start of a grace period until its callbacks have run. */
    vmk_Bool active VMK_GUARDED_BY(lock);
    struct callback_list next VMK_GUARDED_BY(lock);
    vmk_RCUHead *current; /**< Wait for the grace period under way; set before it, taken after it. */
} rcu = {.lock = VMK_SPINLOCK_INITIALIZER("rcu", VMK_RANK_HELPER), .next.end = &rcu.next.first};

static vmk_BottomHalf grace_period_over;

vmk_uint64 rcu_awaited;

/* Begin a grace period for what is in `next`. */
static void start(void) VMK_REQUIRES(&rcu.lock)
{
    smp_mask online = smp_online_mask();

    rcu.active = VMK_TRUE;
    rcu.current = rcu.next.first;
    rcu.next.first = NULL;
    rcu.next.end = &rcu.next.first;
    __atomic_store_n(&rcu_awaited, online, __ATOMIC_SEQ_CST);
    for (; online != 0; online &= online - 1) {
        sched_kick((vmk_uint32)__builtin_ctzl(online));
    }
}

void rcu_report(vmk_uint32 cpu)
{
    vmk_uint64 self = 1ul << cpu;

    if (__atomic_fetch_and(&rcu_awaited, ~self, __ATOMIC_SEQ_CST) == self) {
        vmk_BottomHalfSchedule(grace_period_over, VMK_PCPU_THIS);
    }
}

static void run_callbacks(vmk_AddrCookie data)
{
    vmk_RCUHead *head = rcu.current;
    vmk_uint64 flags;

    while (head != NULL) {
        vmk_RCUHead *next = head->next;

        head->callback(head);
        head = next;
    }
    vmk_SpinlockLockIRQ(&rcu.lock, &flags);
    rcu.active = VMK_FALSE;
    if (rcu.next.first != NULL) {
        start();
    }
    vmk_SpinlockUnlockIRQ(&rcu.lock, flags);
}

void vmk_RCUCall(vmk_RCUHead *head, void (*callback)(vmk_RCUHead *head))
{
    vmk_uint64 flags;

    head->callback = callback;
    head->next = NULL;
    vmk_SpinlockLockIRQ(&rcu.lock, &flags);
    *rcu.next.end = head;
    rcu.next.end = &head->next;
    if (!rcu.active) {
        start();
    }
    vmk_SpinlockUnlockIRQ(&rcu.lock, flags);
}
VMK_EXPORT_SYMBOL(vmk_RCUCall);

struct rcu_waiter {
    vmk_RCUHead head;
    struct completion done;
};

static void wake_waiter(vmk_RCUHead *head)
{
    completion_complete(&VMK_CONTAINER_OF(head, struct rcu_waiter, head)->done);
}

void vmk_RCUSynchronize(void)
{
    struct rcu_waiter waiter;

    completion_init(&waiter.done, "rcu grace period");
    vmk_RCUCall(&waiter.head, wake_waiter);
    /* Not interruptible: the waiter is RCU's until it has been called. */
    VMK_VERIFY(completion_wait(&waiter.done, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE) == VMK_OK);
}
VMK_EXPORT_SYMBOL(vmk_RCUSynchronize);

void vmk_RCUBarrier(void)
{
    /* Callbacks run in the order they came. */
    vmk_RCUSynchronize();
}
VMK_EXPORT_SYMBOL(vmk_RCUBarrier);

void rcu_init(void)
{
    vmk_BottomHalfProps props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID, .name = {"rcu"}, .callback = run_callbacks};

    VMK_VERIFY(vmk_BottomHalfRegister(&props, &grace_period_over) == VMK_OK);
}
