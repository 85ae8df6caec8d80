/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - wait queues and completions, for the kernel itself; modules use vmk_WorldWait() and semaphores.
 *
 *     vmk_SpinlockLockIRQ(&q->lock, &flags);              the condition is guarded by the caller's lock
 *     while (!condition && status == VMK_OK)
 *         status = wait_queue_wait(&queue, &q->lock, &flags, timeout_ns);
 *     vmk_SpinlockUnlockIRQ(&q->lock, flags);
 *
 * and who makes the condition true calls wait_queue_wake_all() with or after that lock.
 */
#ifndef CORE_WAIT_H
#define CORE_WAIT_H

#include <core/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/list.h>

#define WAIT_FOREVER (~0ul)

/** One sleeping world, on its own stack while it sleeps; guarded by the lock of the list it is in. */
struct waiter {
    vmk_ListLinks links;
    struct world *world;
    vmk_Bool woken;
    vmk_uint64 tag; /**< The list owner's: what the waiter waits for. */
};

/** What ends a wait besides a wake-up and the time-out. */
enum waiter_mode {
    WAITER_UNINTERRUPTIBLE,
    WAITER_INTERRUPTIBLE, /**< Death, and vmk_WorldForceWakeup(). */
};

/** Make @p waiter stand for the calling world and queue it. Context: @p list's lock held. */
void waiter_add(struct waiter *waiter, vmk_ListLinks *list, vmk_uint64 tag);

/**
 * Sleep until the waiter is woken; it is in no list on return.
 *
 * @param lock         the list's lock, not held; taken with interrupts off.
 * @param deadline_ns  of clock_now_ns(), or WAIT_FOREVER.
 * Context: may block. @return VMK_OK woken; VMK_TIMEOUT; VMK_DEATH_PENDING; VMK_WAIT_INTERRUPTED.
 */
VMK_ReturnStatus waiter_sleep(struct waiter *waiter, vmk_SpinlockObject *lock, vmk_uint64 deadline_ns,
                              enum waiter_mode mode);

/** Take @p waiter out of its list and wake it. Context: any but NMI, the list's lock held. */
void waiter_wake(struct waiter *waiter);

/** @return the deadline @p timeout_ns from now; WAIT_FOREVER stays that. */
vmk_uint64 wait_deadline(vmk_uint64 timeout_ns);

struct wait_queue {
    vmk_SpinlockObject lock; /**< Guards the list. Rank SEMA, interrupts off. */
    vmk_ListLinks waiters VMK_GUARDED_BY(lock);
};

#define WAIT_QUEUE_INITIALIZER(queue, queue_name)                                                            \
    {                                                                                                        \
        .lock = VMK_SPINLOCK_INITIALIZER(queue_name, VMK_RANK_SEMA),                                         \
        .waiters = VMK_LIST_INITIALIZER((queue).waiters)                                                     \
    }

/** @p name is static text. */
void wait_queue_init(struct wait_queue *queue, const char *name);

/**
 * Sleep until woken. Releases @p lock when a wake-up can no longer be missed, and takes it again.
 *
 * @param lock        held by the caller, alone, by vmk_SpinlockLockIRQ(): interrupts are on while it sleeps.
 * @param flags       that lock's.
 * @param timeout_ns  or WAIT_FOREVER.
 * Context: may block. @return VMK_OK; VMK_TIMEOUT; VMK_DEATH_PENDING; VMK_WAIT_INTERRUPTED.
 */
VMK_ReturnStatus wait_queue_wait(struct wait_queue *queue, vmk_SpinlockObject *lock, vmk_uint64 *flags,
                                 vmk_uint64 timeout_ns) VMK_REQUIRES(lock);

/** Wake all waiters. Context: any but NMI. */
void wait_queue_wake_all(struct wait_queue *queue);

/** Something that happens, once. */
struct completion {
    struct wait_queue queue;
    vmk_Bool done VMK_GUARDED_BY(queue.lock);
};

void completion_init(struct completion *completion, const char *name);

/** It has happened: all waiters, present and future, go on. Context: any but NMI. The completion is not
 * touched after a waiter can return. */
void completion_complete(struct completion *completion);

/** Wait for it. Context: may block. @return VMK_OK; VMK_TIMEOUT; with WAITER_INTERRUPTIBLE also
 *  VMK_DEATH_PENDING and VMK_WAIT_INTERRUPTED. */
VMK_ReturnStatus completion_wait(struct completion *completion, vmk_uint64 timeout_ns, enum waiter_mode mode);

#endif
