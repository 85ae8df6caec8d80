/* SPDX-License-Identifier: GPL-2.0-only */
/* wait.c - wait queues and completions on vmk_WorldWait(). */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/wait.h>
#include <vmkapi/base/world.h>
#include <vmklinux/time.h>

void vmklinux_wake_up(wait_queue_head_t *wq_head)
{
    unsigned long flags;

    spin_lock_irqsave(&wq_head->lock, flags);
    WRITE_ONCE(wq_head->wakeups, wq_head->wakeups + 1);
    spin_unlock_irqrestore(&wq_head->lock, flags);
    vmk_WorldWakeup((vmk_WorldEventID)wq_head);
}
EXPORT_SYMBOL(vmklinux_wake_up);

/* Sleep until a wake-up, from before the lock is released on. */
static void wait_unlock(wait_queue_head_t *wq_head, unsigned long flags, long timeout)
    __releases(&wq_head->lock) VMK_RELEASE(&wq_head->lock)
        VMK_NO_THREAD_SAFETY_ANALYSIS("what is released is the lock inside that one")
{
    __release(&wq_head->lock);
    (void)!vmk_WorldWaitIRQ((vmk_WorldEventID)wq_head, &wq_head->lock.object, flags,
                            vmklinux_jiffies_to_timeout_ms(timeout), "wait_event");
}

long vmklinux_wait(wait_queue_head_t *wq_head, unsigned int seen, long timeout)
{
    unsigned long begin = jiffies, flags;

    spin_lock_irqsave(&wq_head->lock, flags);
    if (wq_head->wakeups != seen) {
        spin_unlock_irqrestore(&wq_head->lock, flags);
        return timeout;
    }
    wait_unlock(wq_head, flags, timeout);
    vmklinux_jiffies_update();
    if (timeout == MAX_SCHEDULE_TIMEOUT)
        return timeout;
    return max(timeout - (long)(jiffies - begin), 0L);
}
EXPORT_SYMBOL(vmklinux_wait);

/* Take one `done`, unless it stands for all there will ever be. */
static bool take(struct completion *x)
{
    unsigned int done = READ_ONCE(x->done);

    while (done != 0 && done != UINT_MAX) {
        if (try_cmpxchg(&x->done, &done, done - 1))
            return true;
    }
    return done != 0;
}

void complete(struct completion *x)
{
    unsigned int done = READ_ONCE(x->done);

    while (done != UINT_MAX && !try_cmpxchg(&x->done, &done, done + 1))
        ;
    wake_up(&x->wait);
}
EXPORT_SYMBOL(complete);

void complete_all(struct completion *x)
{
    WRITE_ONCE(x->done, UINT_MAX);
    wake_up(&x->wait);
}
EXPORT_SYMBOL(complete_all);

void wait_for_completion(struct completion *x)
{
    wait_event(x->wait, take(x));
}
EXPORT_SYMBOL(wait_for_completion);

unsigned long wait_for_completion_timeout(struct completion *x, unsigned long timeout)
{
    return (unsigned long)wait_event_timeout(x->wait, take(x), (long)timeout);
}
EXPORT_SYMBOL(wait_for_completion_timeout);

bool try_wait_for_completion(struct completion *x)
{
    return take(x);
}
EXPORT_SYMBOL(try_wait_for_completion);

bool completion_done(struct completion *x)
{
    return READ_ONCE(x->done) != 0;
}
EXPORT_SYMBOL(completion_done);
