/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.h - waiting until a condition holds.
 *
 * A queue remembers nothing but that somebody waits; waiters look at their condition again at each wake-up,
 * so wake_up() and wake_up_all() are alike.
 */
#ifndef VMKLINUX_LINUX_WAIT_H
#define VMKLINUX_LINUX_WAIT_H

#include <linux/jiffies.h>
#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

typedef struct wait_queue_head {
    spinlock_t lock;
    unsigned int wakeups; /* wake_up() calls so far: tells a waiter that it missed one */
} wait_queue_head_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name)                                                                  \
    {                                                                                                        \
        .lock = __SPIN_LOCK_UNLOCKED(name.lock)                                                              \
    }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)

#define init_waitqueue_head(wq_head)                                                                         \
    do {                                                                                                     \
        spin_lock_init(&(wq_head)->lock);                                                                    \
        (wq_head)->wakeups = 0;                                                                              \
    } while (0)

/* Wake all waiters. Returns how many exclusive ones were left asleep: there are none. Context: any. */
int vmklinux_wake_up(wait_queue_head_t *wq_head);

/* Sleep until a wake-up that came after @seen was read, at most @timeout jiffies; returns what is left of
 * them. */
long vmklinux_wait(wait_queue_head_t *wq_head, unsigned int seen, long timeout);

#define wake_up(x)                   vmklinux_wake_up(x)
#define wake_up_all(x)               vmklinux_wake_up(x)
#define wake_up_interruptible(x)     vmklinux_wake_up(x)
#define wake_up_interruptible_all(x) vmklinux_wake_up(x)

/*
 * Waiting in the open: prepare_to_wait(), look whether there is a need, schedule(), finish_wait(). A wake-up
 * after the first is not missed by the second.
 */
struct wait_queue_entry {
    struct list_head entry; /* among all worlds that prepared to wait */
    wait_queue_head_t *wq_head;
    unsigned int seen;
    int world;
};

#define DEFINE_WAIT(name) struct wait_queue_entry name = {.entry = LIST_HEAD_INIT((name).entry)}

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state);
void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry);

/*
 * DEVIATION-011 (wait_event_interruptible, wait_event_interruptible_timeout, mutex_lock_interruptible,
 * msleep_interruptible, schedule_timeout_interruptible): the _interruptible forms are never interrupted:
 * there are no signals.
 */

/* Jiffies left, at least 1, when the condition came true; 0 when it did not within @timeout. */
#define wait_event_timeout(wq_head, condition, timeout)                                                      \
    ({                                                                                                       \
        long __left = (timeout);                                                                             \
                                                                                                             \
        might_sleep();                                                                                       \
        for (;;) {                                                                                           \
            unsigned int __seen = READ_ONCE((wq_head).wakeups);                                              \
                                                                                                             \
            smp_mb();                                                                                        \
            if (condition) {                                                                                 \
                __left = __left > 0 ? __left : 1;                                                            \
                break;                                                                                       \
            }                                                                                                \
            if (__left <= 0)                                                                                 \
                break;                                                                                       \
            __left = vmklinux_wait(&(wq_head), __seen, __left);                                              \
        }                                                                                                    \
        __left;                                                                                              \
    })

#define wait_event(wq_head, condition) ((void)wait_event_timeout(wq_head, condition, MAX_SCHEDULE_TIMEOUT))
#define wait_event_interruptible(wq_head, condition)                                                         \
    ({                                                                                                       \
        wait_event(wq_head, condition);                                                                      \
        0;                                                                                                   \
    })
#define wait_event_interruptible_timeout wait_event_timeout

#endif
