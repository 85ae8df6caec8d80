/* SPDX-License-Identifier: GPL-2.0-only */
/* wait.c - wait queues and completions on vmk_WorldWait(). */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/wait.h>
#include <vmkapi/base/world.h>
#include <vmklinux/time.h>

int vmklinux_wake_up(wait_queue_head_t *wq_head)
{
    unsigned long flags;

    spin_lock_irqsave(&wq_head->lock, flags);
    WRITE_ONCE(wq_head->wakeups, wq_head->wakeups + 1);
    spin_unlock_irqrestore(&wq_head->lock, flags);
    vmk_WorldWakeup((vmk_WorldEventID)wq_head);
    return 0;
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

static DEFINE_SPINLOCK(prepared_lock);
static struct list_head prepared VMK_GUARDED_BY(prepared_lock) = LIST_HEAD_INIT(prepared);

void prepare_to_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry, int state)
{
    unsigned long flags;

    spin_lock_irqsave(&prepared_lock, flags);
    wq_entry->wq_head = wq_head;
    wq_entry->world = vmk_WorldGetID();
    wq_entry->seen = READ_ONCE(wq_head->wakeups);
    if (list_empty(&wq_entry->entry))
        list_add(&wq_entry->entry, &prepared);
    spin_unlock_irqrestore(&prepared_lock, flags);
    smp_mb();
}
EXPORT_SYMBOL(prepare_to_wait);

void finish_wait(struct wait_queue_head *wq_head, struct wait_queue_entry *wq_entry)
{
    unsigned long flags;

    spin_lock_irqsave(&prepared_lock, flags);
    list_del_init(&wq_entry->entry);
    spin_unlock_irqrestore(&prepared_lock, flags);
}
EXPORT_SYMBOL(finish_wait);

static struct wait_queue_entry *prepared_by(int world)
{
    struct wait_queue_entry *wq_entry, *found = NULL;
    unsigned long flags;

    spin_lock_irqsave(&prepared_lock, flags);
    list_for_each_entry (wq_entry, &prepared, entry) {
        if (wq_entry->world == world && !found)
            found = wq_entry;
    }
    spin_unlock_irqrestore(&prepared_lock, flags);
    return found;
}

void schedule(void)
{
    struct wait_queue_entry *wq_entry = prepared_by(vmk_WorldGetID());

    might_sleep();
    if (wq_entry)
        (void)vmklinux_wait(wq_entry->wq_head, wq_entry->seen, MAX_SCHEDULE_TIMEOUT);
    else
        vmklinux_cond_resched();
}
EXPORT_SYMBOL(schedule);

/*
 * Whoever waits may be gone, with the completion on its stack, as soon as it has seen `done`: all that
 * complete() does with it, it does with the lock held, and nobody learns of `done` without the lock.
 */

/* Take one `done`, unless it stands for all there will ever be. */
static bool take(struct completion *x)
{
    unsigned long flags;
    bool taken;

    spin_lock_irqsave(&x->wait.lock, flags);
    taken = x->done != 0;
    if (taken && x->done != UINT_MAX)
        x->done--;
    spin_unlock_irqrestore(&x->wait.lock, flags);
    return taken;
}

static void complete_by(struct completion *x, unsigned int count)
{
    unsigned long flags;

    spin_lock_irqsave(&x->wait.lock, flags);
    x->done = x->done < UINT_MAX - count ? x->done + count : UINT_MAX;
    WRITE_ONCE(x->wait.wakeups, x->wait.wakeups + 1);
    spin_unlock_irqrestore(&x->wait.lock, flags);
    vmk_WorldWakeup((vmk_WorldEventID)&x->wait);
}

void complete(struct completion *x)
{
    complete_by(x, 1);
}
EXPORT_SYMBOL(complete);

void complete_all(struct completion *x)
{
    complete_by(x, UINT_MAX);
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

unsigned long wait_for_completion_io_timeout(struct completion *x, unsigned long timeout)
{
    return wait_for_completion_timeout(x, timeout);
}
EXPORT_SYMBOL(wait_for_completion_io_timeout);

int wait_for_completion_interruptible(struct completion *x)
{
    wait_for_completion(x);
    return 0;
}
EXPORT_SYMBOL(wait_for_completion_interruptible);

bool try_wait_for_completion(struct completion *x)
{
    return take(x);
}
EXPORT_SYMBOL(try_wait_for_completion);

bool completion_done(struct completion *x)
{
    unsigned long flags;
    bool done;

    spin_lock_irqsave(&x->wait.lock, flags);
    done = x->done != 0;
    spin_unlock_irqrestore(&x->wait.lock, flags);
    return done;
}
EXPORT_SYMBOL(completion_done);
