/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * workqueue.h - functions run later, in a world that may block.
 *
 * A work item waits at most once; queueing it while it runs has it run again. Items of an ordered queue run
 * one after the other in the order queued. cancel_*_sync() and flush_*() return when the item no longer runs.
 */
#ifndef VMKLINUX_LINUX_WORKQUEUE_H
#define VMKLINUX_LINUX_WORKQUEUE_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/list.h>
#include <linux/smp.h>
#include <linux/timer.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

#define work_data_bits(work) ((unsigned long *)(&(work)->data))

enum {
    WORK_STRUCT_PENDING_BIT = 0, /* work item is pending execution */
    WORK_STRUCT_PENDING = 1 << WORK_STRUCT_PENDING_BIT,
    WORK_CPU_UNBOUND = NR_CPUS,
    WORK_BUSY_PENDING = 1 << 0,
    WORK_BUSY_RUNNING = 1 << 1,
};

struct work_struct {
    atomic_long_t data; /* bit 0: pending */
    struct list_head entry;
    work_func_t func;
    struct workqueue_struct *wq; /* where it was queued last */
    unsigned long ticket;        /* its place in the order of that queue */
};

struct delayed_work {
    struct work_struct work;
    struct timer_list timer;
    struct workqueue_struct *wq;
    int cpu;
};

enum {
    WQ_UNBOUND = 1 << 1,
    WQ_FREEZABLE = 1 << 2,
    WQ_MEM_RECLAIM = 1 << 3,
    WQ_HIGHPRI = 1 << 4,
    WQ_CPU_INTENSIVE = 1 << 5,
    WQ_SYSFS = 1 << 6,
    WQ_POWER_EFFICIENT = 1 << 7,
    __WQ_ORDERED = 1 << 17,
    WQ_MAX_ACTIVE = 512,
    WQ_DFL_ACTIVE = WQ_MAX_ACTIVE / 2,
};

#define INIT_WORK(_work, _func)                                                                              \
    do {                                                                                                     \
        atomic_long_set(&(_work)->data, 0);                                                                  \
        INIT_LIST_HEAD(&(_work)->entry);                                                                     \
        (_work)->func = (_func);                                                                             \
        (_work)->wq = NULL;                                                                                  \
    } while (0)

#define INIT_DELAYED_WORK(_work, _func)                                                                      \
    do {                                                                                                     \
        INIT_WORK(&(_work)->work, (_func));                                                                  \
        timer_setup(&(_work)->timer, delayed_work_timer_fn, TIMER_IRQSAFE);                                  \
    } while (0)

#define INIT_WORK_ONSTACK           INIT_WORK
#define destroy_work_on_stack(work) ((void)(work))

#define __WORK_INITIALIZER(n, f)                                                                             \
    {                                                                                                        \
        .data = ATOMIC_LONG_INIT(0), .entry = {&(n).entry, &(n).entry}, .func = (f)                          \
    }
#define DECLARE_WORK(n, f)      struct work_struct n = __WORK_INITIALIZER(n, f)

#define work_pending(work)      test_bit(WORK_STRUCT_PENDING_BIT, work_data_bits(work))
#define delayed_work_pending(w) work_pending(&(w)->work)
#define to_delayed_work(_work)  container_of(_work, struct delayed_work, work)

/*
 * DEVIATION-009 (schedule_work, queue_work, system_wq, system_highpri_wq, system_long_wq, alloc_workqueue):
 * the system queues are one, with four worlds that run on any CPU; no item is bound to the CPU that queued
 * it, and WQ_UNBOUND, WQ_CPU_INTENSIVE and WQ_POWER_EFFICIENT change nothing. The scheduler places worlds
 * itself.
 */
extern struct workqueue_struct *system_wq;
#define system_highpri_wq         system_wq
#define system_long_wq            system_wq
#define system_unbound_wq         system_wq
#define system_power_efficient_wq system_wq

void delayed_work_timer_fn(struct timer_list *t);

/* Make a queue with at most @max_active items running at a time (0: the default). NULL without memory. */
__printf(2, 5) struct workqueue_struct *vmklinux_alloc_workqueue(struct module *module, const char *fmt,
                                                                 unsigned int flags, int max_active, ...);
#define alloc_workqueue(fmt, flags, max_active, args...)                                                     \
    vmklinux_alloc_workqueue(THIS_MODULE, fmt, flags, max_active, ##args)
#define alloc_ordered_workqueue(fmt, flags, args...) alloc_workqueue(fmt, __WQ_ORDERED | (flags), 1, ##args)
#define create_singlethread_workqueue(name)          alloc_ordered_workqueue("%s", WQ_MEM_RECLAIM, name)
#define create_workqueue(name)                       alloc_workqueue("%s", WQ_MEM_RECLAIM, 1, name)
extern void destroy_workqueue(struct workqueue_struct *wq);

extern bool queue_work_on(int cpu, struct workqueue_struct *wq, struct work_struct *work);
extern bool queue_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *work,
                                  unsigned long delay);
extern bool mod_delayed_work_on(int cpu, struct workqueue_struct *wq, struct delayed_work *dwork,
                                unsigned long delay);
extern void __flush_workqueue(struct workqueue_struct *wq);
extern void drain_workqueue(struct workqueue_struct *wq);
extern bool flush_work(struct work_struct *work);
extern bool cancel_work_sync(struct work_struct *work);
extern bool flush_delayed_work(struct delayed_work *dwork);
extern bool cancel_delayed_work(struct delayed_work *dwork);
extern bool cancel_delayed_work_sync(struct delayed_work *dwork);
extern unsigned int work_busy(struct work_struct *work);

#define flush_workqueue(wq)    __flush_workqueue(wq)
#define flush_scheduled_work() __flush_workqueue(system_wq)

static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
    return queue_work_on(WORK_CPU_UNBOUND, wq, work);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
                                      unsigned long delay)
{
    return queue_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork,
                                    unsigned long delay)
{
    return mod_delayed_work_on(WORK_CPU_UNBOUND, wq, dwork, delay);
}

static inline bool schedule_work(struct work_struct *work)
{
    return queue_work(system_wq, work);
}

static inline bool schedule_delayed_work(struct delayed_work *dwork, unsigned long delay)
{
    return queue_delayed_work(system_wq, dwork, delay);
}

#endif
