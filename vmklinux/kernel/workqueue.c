/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workqueue.c - work items in lists of their own, carried out by the worlds of a VMKernel helper queue.
 *
 * A helper request only says "there is work": its world takes items off the list until it is empty. So a work
 * item needs no memory to be queued, and nothing is lost when the helper's queue is full, for then a request
 * that has not begun will see the item.
 *
 * An item is pending from queue_work() (or its timer's start) until just before its function is called, and
 * running while it is. Nothing of the item is touched once its function was called: the function may free it.
 * To know what runs, each world that works has a record on the queue's list `running`.
 *
 * Whoever sets the pending bit owns the item. Where it is neither on a timer nor on a list, its owner is just
 * putting it there, with interrupts off so that nobody on the same CPU has to wait for that; or cancels it,
 * which the canceling bit says.
 */
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/helper.h>
#include <vmklinux/time.h>
#include <vmklinux/workqueue.h>
#include <asm/processor.h>

#define WORLDS_DEFAULT 4 /* items of one queue that may run at a time: enough for some to sleep */
#define REQUESTS       16
#define CANCELING_BIT  (WORK_STRUCT_PENDING_BIT + 1)

struct running {
    struct list_head entry;
    struct work_struct *work;
    work_func_t func;
    unsigned long ticket;
};

struct workqueue_struct {
    struct list_head entry; /* among all queues */
    spinlock_t lock;
    struct list_head pending VMK_GUARDED_BY(lock); /* work_struct.entry, the oldest first */
    struct list_head running VMK_GUARDED_BY(lock); /* struct running */
    unsigned long tickets VMK_GUARDED_BY(lock);    /* the last one given; each queueing gets a higher one */
    wait_queue_head_t done;                        /* an item has run, was taken off, or has been cancelled */
    vmk_Helper helper;
};

struct workqueue_struct *system_wq;
EXPORT_SYMBOL(system_wq);

static DEFINE_MUTEX(queues_mutex);
static struct list_head queues VMK_GUARDED_BY(queues_mutex) = LIST_HEAD_INIT(queues);

/* Whether a world is busy with @work; what lies at its address by now may be another item. */
static bool is_busy_with(struct workqueue_struct *wq, const struct work_struct *work) VMK_REQUIRES(&wq->lock)
{
    struct running *slot;

    list_for_each_entry (slot, &wq->running, entry) {
        if (slot->work == work && slot->func == work->func)
            return true;
    }
    return false;
}

/* An item never runs in two worlds at once: queued again while it runs, it waits for the world that runs it.
 */
static struct work_struct *oldest(struct workqueue_struct *wq) VMK_REQUIRES(&wq->lock)
{
    struct work_struct *work;

    list_for_each_entry (work, &wq->pending, entry) {
        if (!is_busy_with(wq, work))
            return work;
    }
    return NULL;
}

/* Take the oldest item that may run, noting that in @slot. */
static struct work_struct *take_oldest(struct workqueue_struct *wq, struct running *slot)
{
    struct work_struct *work;
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    work = oldest(wq);
    if (work) {
        list_del_init(&work->entry);
        slot->work = work;
        slot->func = work->func;
        slot->ticket = work->ticket;
        list_add_tail(&slot->entry, &wq->running);
        clear_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work));
    }
    spin_unlock_irqrestore(&wq->lock, flags);
    return work;
}

static void run(struct workqueue_struct *wq, struct running *slot, struct work_struct *work)
{
    work_func_t func = work->func;
    unsigned long flags;

    vmklinux_jiffies_update();
    func(work);
    if (unlikely(!vmk_CanBlock()))
        vmk_Panic("work function %p returned where nothing may block (preempt count %#x)", (void *)func,
                  (unsigned int)preempt_count());

    spin_lock_irqsave(&wq->lock, flags);
    list_del(&slot->entry);
    spin_unlock_irqrestore(&wq->lock, flags);
    wake_up_all(&wq->done);
}

static void work_through(vmk_AddrCookie data)
{
    struct workqueue_struct *wq = data.ptr;
    struct work_struct *work;
    struct running slot;

    while ((work = take_oldest(wq, &slot)) != NULL)
        run(wq, &slot, work);
}

/* Queue an item that the caller owns. */
static void enqueue(struct workqueue_struct *wq, struct work_struct *work)
{
    unsigned long flags;

    spin_lock_irqsave(&wq->lock, flags);
    work->wq = wq;
    work->ticket = ++wq->tickets;
    list_add_tail(&work->entry, &wq->pending);
    spin_unlock_irqrestore(&wq->lock, flags);
    (void)!vmk_HelperSubmitRequest(wq->helper, work_through, (vmk_AddrCookie){.ptr = wq}, NULL);
}

static bool own(struct work_struct *work)
{
    return !test_and_set_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work));
}

bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work)
{
    unsigned long flags;
    bool owned;

    local_irq_save(flags);
    owned = own(work);
    if (owned)
        enqueue(wq, work);
    local_irq_restore(flags);
    return owned;
}
EXPORT_SYMBOL(queue_work_on);

void delayed_work_timer_fn(struct timer_list *t)
{
    struct delayed_work *dwork = from_timer(dwork, t, timer);

    enqueue(dwork->wq, &dwork->work);
}
EXPORT_SYMBOL(delayed_work_timer_fn);

static void enqueue_delayed(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
                            unsigned long delay)
{
    dwork->wq = wq;
    dwork->cpu = cpu;
    if (delay)
        mod_timer(&dwork->timer, jiffies + delay);
    else
        enqueue(wq, &dwork->work);
}

bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
                           unsigned long delay)
{
    unsigned long flags;
    bool owned;

    local_irq_save(flags);
    owned = own(&dwork->work);
    if (owned)
        enqueue_delayed(cpu, wq, dwork, delay);
    local_irq_restore(flags);
    return owned;
}
EXPORT_SYMBOL(queue_delayed_work_on);

/* Take a waiting item off its list, for the caller to own. */
static bool unqueue(struct work_struct *work)
{
    struct workqueue_struct *wq = READ_ONCE(work->wq);
    unsigned long flags;
    bool queued;

    if (!wq)
        return false;
    spin_lock_irqsave(&wq->lock, flags);
    queued = !list_empty(&work->entry);
    list_del_init(&work->entry);
    spin_unlock_irqrestore(&wq->lock, flags);
    if (queued)
        wake_up_all(&wq->done);
    return queued;
}

/*
 * Own an item, wherever it is.
 *
 * Returns 1 when it was waiting; 0 when it was idle; -ENOENT while somebody cancels it; -EAGAIN in an
 * interrupt that came between a timer's end and its callback: it is about to be queued.
 */
static int grab(struct work_struct *work, struct timer_list *timer)
{
    for (;; cpu_relax()) {
        if (own(work))
            return 0;
        if ((timer && del_timer(timer)) || unqueue(work))
            return 1;
        if (test_bit(CANCELING_BIT, work_data_bits(work)))
            return -ENOENT;
        if (in_hardirq())
            return -EAGAIN;
    }
}

bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
                         unsigned long delay)
{
    unsigned long flags;
    int was;

    local_irq_save(flags);
    was = grab(&dwork->work, &dwork->timer);
    if (was >= 0)
        enqueue_delayed(cpu, wq, dwork, delay);
    local_irq_restore(flags);
    return was != 0;
}
EXPORT_SYMBOL(mod_delayed_work_on);

static bool is_running(struct workqueue_struct *wq, struct work_struct *work)
{
    struct running *slot;
    unsigned long flags;
    bool found = false;

    spin_lock_irqsave(&wq->lock, flags);
    list_for_each_entry (slot, &wq->running, entry)
        found |= slot->work == work;
    spin_unlock_irqrestore(&wq->lock, flags);
    return found;
}

static bool is_queued(struct workqueue_struct *wq, struct work_struct *work)
{
    unsigned long flags;
    bool queued;

    spin_lock_irqsave(&wq->lock, flags);
    queued = !list_empty(&work->entry);
    spin_unlock_irqrestore(&wq->lock, flags);
    return queued;
}

/* Own an item as its only canceller. */
static bool grab_to_cancel(struct work_struct *work, struct timer_list *timer)
{
    unsigned long flags;
    int was;

    for (;;) {
        local_irq_save(flags);
        was = grab(work, timer);
        if (was >= 0)
            set_bit(CANCELING_BIT, work_data_bits(work));
        local_irq_restore(flags);
        if (was >= 0)
            return was;
        wait_event(work->wq->done, !test_bit(CANCELING_BIT, work_data_bits(work)));
    }
}

static bool cancel_sync(struct work_struct *work, struct timer_list *timer)
{
    bool pending = grab_to_cancel(work, timer);
    struct workqueue_struct *wq = READ_ONCE(work->wq);

    /* Owned by us, it cannot be queued again by its own function. */
    if (wq)
        wait_event(wq->done, !is_running(wq, work));
    clear_bit(CANCELING_BIT, work_data_bits(work));
    clear_bit_unlock(WORK_STRUCT_PENDING_BIT, work_data_bits(work));
    if (wq)
        wake_up_all(&wq->done);
    return pending;
}

bool cancel_work_sync(struct work_struct *work)
{
    might_sleep();
    return cancel_sync(work, NULL);
}
EXPORT_SYMBOL(cancel_work_sync);

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
    might_sleep();
    return cancel_sync(&dwork->work, &dwork->timer);
}
EXPORT_SYMBOL(cancel_delayed_work_sync);

bool cancel_delayed_work(struct delayed_work *dwork)
{
    unsigned long flags;
    int was;

    local_irq_save(flags);
    was = grab(&dwork->work, &dwork->timer);
    if (was >= 0)
        clear_bit_unlock(WORK_STRUCT_PENDING_BIT, work_data_bits(&dwork->work));
    local_irq_restore(flags);
    return was == 1;
}
EXPORT_SYMBOL(cancel_delayed_work);

bool flush_work(struct work_struct *work)
{
    struct workqueue_struct *wq = READ_ONCE(work->wq);
    bool busy;

    might_sleep();
    if (!wq)
        return false;
    busy = is_queued(wq, work) || is_running(wq, work);
    wait_event(wq->done, !is_queued(wq, work) && !is_running(wq, work));
    return busy;
}
EXPORT_SYMBOL(flush_work);

bool flush_delayed_work(struct delayed_work *dwork)
{
    if (del_timer_sync(&dwork->timer))
        enqueue(dwork->wq, &dwork->work);
    return flush_work(&dwork->work);
}
EXPORT_SYMBOL(flush_delayed_work);

unsigned int work_busy(struct work_struct *work)
{
    struct workqueue_struct *wq = READ_ONCE(work->wq);

    return (work_pending(work) ? WORK_BUSY_PENDING : 0) |
           (wq && is_running(wq, work) ? WORK_BUSY_RUNNING : 0);
}
EXPORT_SYMBOL(work_busy);

/* Whether everything queued up to @ticket has run. */
static bool has_run(struct workqueue_struct *wq, unsigned long ticket)
{
    struct work_struct *oldest;
    struct running *slot;
    unsigned long flags;
    bool done;

    spin_lock_irqsave(&wq->lock, flags);
    oldest = list_first_entry_or_null(&wq->pending, struct work_struct, entry);
    done = !oldest || oldest->ticket > ticket;
    list_for_each_entry (slot, &wq->running, entry)
        done &= slot->ticket > ticket;
    spin_unlock_irqrestore(&wq->lock, flags);
    return done;
}

static unsigned long last_ticket(struct workqueue_struct *wq)
{
    unsigned long ticket, flags;

    spin_lock_irqsave(&wq->lock, flags);
    ticket = wq->tickets;
    spin_unlock_irqrestore(&wq->lock, flags);
    return ticket;
}

void __flush_workqueue(struct workqueue_struct *wq)
{
    unsigned long ticket = last_ticket(wq);

    wait_event(wq->done, has_run(wq, ticket));
}
EXPORT_SYMBOL(__flush_workqueue);

void drain_workqueue(struct workqueue_struct *wq)
{
    wait_event(wq->done, has_run(wq, ULONG_MAX));
}
EXPORT_SYMBOL(drain_workqueue);

struct workqueue_struct *vmklinux_alloc_workqueue(struct module *module, const char *fmt, unsigned int flags,
                                                  int max_active, ...) VMK_UNSHARED
{
    struct workqueue_struct *wq = vmklinux_kmalloc(module, sizeof(*wq), GFP_KERNEL | __GFP_ZERO);
    vmk_HelperProps props = {
        .moduleID = module->id,
        .heap = module->heap,
        .maxRequests = REQUESTS,
        .mutables.maxWorlds = max_active > 0 ? min(max_active, WORLDS_DEFAULT) : WORLDS_DEFAULT,
        .schedClass = flags & WQ_HIGHPRI ? VMK_WORLD_SCHED_CLASS_QUICK : VMK_WORLD_SCHED_CLASS_DEFAULT,
    };
    va_list args;

    if (!wq)
        return NULL;
    spin_lock_init(&wq->lock);
    INIT_LIST_HEAD(&wq->pending);
    INIT_LIST_HEAD(&wq->running);
    init_waitqueue_head(&wq->done);
    va_start(args, max_active);
    vsnprintf(props.name.string, sizeof(props.name.string), fmt, args);
    va_end(args);
    if (vmk_HelperCreate(&props, &wq->helper) != VMK_OK) {
        kfree(wq);
        return NULL;
    }
    mutex_lock(&queues_mutex);
    list_add_tail(&wq->entry, &queues);
    mutex_unlock(&queues_mutex);
    return wq;
}
EXPORT_SYMBOL(vmklinux_alloc_workqueue);

void vmklinux_workqueues_flush(void)
{
    struct workqueue_struct *wq;

    mutex_lock(&queues_mutex);
    list_for_each_entry (wq, &queues, entry)
        __flush_workqueue(wq);
    mutex_unlock(&queues_mutex);
}

void destroy_workqueue(struct workqueue_struct *wq)
{
    mutex_lock(&queues_mutex);
    list_del(&wq->entry);
    mutex_unlock(&queues_mutex);
    drain_workqueue(wq);
    (void)!vmk_HelperDestroy(wq->helper);
    kfree(wq);
}
EXPORT_SYMBOL(destroy_workqueue);

int vmklinux_workqueue_start(void)
{
    system_wq = alloc_workqueue("linux-events", 0, 0);
    return system_wq ? 0 : -ENOMEM;
}

void vmklinux_workqueue_stop(void)
{
    destroy_workqueue(system_wq);
}
