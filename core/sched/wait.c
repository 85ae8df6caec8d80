/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.c - sleeping until somebody says so, the time is up, or the world is told to stop.
 *
 * How a wait ended is read from the waiter under its list's lock; being woken only means to look again. So a
 * stray wake-up, by a timer that came late for the last wait say, does no harm.
 */
#include <core/clock.h>
#include <core/wait.h>

vmk_uint64 wait_deadline(vmk_uint64 timeout_ns)
{
    vmk_uint64 now;

    if (timeout_ns == WAIT_FOREVER) {
        return WAIT_FOREVER;
    }
    now = clock_now_ns();
    return timeout_ns >= WAIT_FOREVER - now ? WAIT_FOREVER : now + timeout_ns;
}

void waiter_add(struct waiter *waiter, vmk_ListLinks *list, vmk_uint64 tag)
{
    *waiter = (struct waiter){.world = world_current(), .tag = tag};
    vmk_ListInsert(&waiter->links, vmk_ListAtRear(list));
}

void waiter_wake(struct waiter *waiter)
{
    vmk_ListRemove(&waiter->links);
    waiter->woken = VMK_TRUE;
    /* The world can't go on, and this waiter vanish, before the list's lock is released. */
    world_wake(waiter->world);
}

/* Why an interruptible wait of the calling world has to end: VMK_OK for no reason. */
static VMK_ReturnStatus interruption(void)
{
    struct world *self = world_current();

    if (__atomic_load_n(&self->death_pending, __ATOMIC_SEQ_CST)) {
        return VMK_DEATH_PENDING;
    }
    return __atomic_exchange_n(&self->force_wakeup, 0, __ATOMIC_SEQ_CST) ? VMK_WAIT_INTERRUPTED : VMK_OK;
}

/* Whether the wait is over, and how. On VMK_TRUE the waiter is in no list. The list's lock is held. */
static vmk_Bool is_over(struct waiter *waiter, vmk_uint64 deadline_ns, enum waiter_mode mode,
                        vmk_StatusValue *status)
{
    *status = VMK_OK;
    if (waiter->woken) {
        return VMK_TRUE;
    }
    if (mode == WAITER_INTERRUPTIBLE) {
        *status = interruption();
    }
    if (*status == VMK_OK && deadline_ns != WAIT_FOREVER && clock_now_ns() >= deadline_ns) {
        *status = VMK_TIMEOUT;
    }
    if (*status == VMK_OK) {
        return VMK_FALSE;
    }
    vmk_ListRemove(&waiter->links);
    return VMK_TRUE;
}

VMK_ReturnStatus waiter_sleep(struct waiter *waiter, vmk_SpinlockObject *lock, vmk_uint64 deadline_ns,
                              enum waiter_mode mode)
{
    struct world *self = world_current();
    vmk_StatusValue status;
    vmk_uint64 flags;
    vmk_Bool over;

    /* Also when it turns out that there is nothing to wait for. */
    vmk_WorldAssertIsSafeToBlock();
    for (;;) {
        world_wait_announce();
        vmk_SpinlockLockIRQ(lock, &flags);
        over = is_over(waiter, deadline_ns, mode, &status);
        vmk_SpinlockUnlockIRQ(lock, flags);
        if (over) {
            break;
        }
        if (deadline_ns != WAIT_FOREVER) {
            vmk_TimerArm(&self->timer, deadline_ns);
        }
        world_block();
    }
    world_wait_cancel();
    if (vmk_TimerIsArmed(&self->timer)) {
        vmk_TimerDisarm(&self->timer, VMK_FALSE);
    }
    return status;
}

void wait_queue_init(struct wait_queue *queue, const char *name) VMK_UNSHARED
{
    vmk_SpinlockInit(&queue->lock, name, VMK_RANK_SEMA);
    vmk_ListInit(&queue->waiters);
}

static void queue_up(struct wait_queue *queue, struct waiter *waiter)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    waiter_add(waiter, &queue->waiters, 0);
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
}

VMK_ReturnStatus wait_queue_wait(struct wait_queue *queue, vmk_SpinlockObject *lock, vmk_uint64 *flags,
                                 vmk_uint64 timeout_ns)
{
    vmk_uint64 deadline = wait_deadline(timeout_ns);
    struct waiter waiter;
    vmk_StatusValue status;

    queue_up(queue, &waiter);
    vmk_SpinlockUnlockIRQ(lock, *flags);
    status = waiter_sleep(&waiter, &queue->lock, deadline, WAITER_INTERRUPTIBLE);
    vmk_SpinlockLockIRQ(lock, flags);
    return status;
}

static void wake_all(struct wait_queue *queue) VMK_REQUIRES(&queue->lock)
{
    while (!vmk_ListIsEmpty(&queue->waiters)) {
        waiter_wake(VMK_LIST_ENTRY(vmk_ListFirst(&queue->waiters), struct waiter, links));
    }
}

void wait_queue_wake_all(struct wait_queue *queue)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&queue->lock, &flags);
    wake_all(queue);
    vmk_SpinlockUnlockIRQ(&queue->lock, flags);
}

void completion_init(struct completion *completion, const char *name) VMK_UNSHARED
{
    wait_queue_init(&completion->queue, name);
    completion->done = VMK_FALSE;
}

void completion_complete(struct completion *completion)
{
    vmk_uint64 flags;

    /* Under the lock to the end: a waiter that sees `done` takes it too before it may free us. */
    vmk_SpinlockLockIRQ(&completion->queue.lock, &flags);
    completion->done = VMK_TRUE;
    while (!vmk_ListIsEmpty(&completion->queue.waiters)) {
        waiter_wake(VMK_LIST_ENTRY(vmk_ListFirst(&completion->queue.waiters), struct waiter, links));
    }
    vmk_SpinlockUnlockIRQ(&completion->queue.lock, flags);
}

VMK_ReturnStatus completion_wait(struct completion *completion, vmk_uint64 timeout_ns, enum waiter_mode mode)
{
    vmk_uint64 deadline = wait_deadline(timeout_ns), flags;
    struct waiter waiter;
    vmk_Bool done;

    vmk_SpinlockLockIRQ(&completion->queue.lock, &flags);
    done = completion->done;
    if (!done) {
        waiter_add(&waiter, &completion->queue.waiters, 0);
    }
    vmk_SpinlockUnlockIRQ(&completion->queue.lock, flags);
    return done ? VMK_OK : waiter_sleep(&waiter, &completion->queue.lock, deadline, mode);
}
