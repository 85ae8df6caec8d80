/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_workqueue.c - work items and timers, on a helper, a clock and worlds that move only when a case says
 * so: whoever would sleep has the next helper request carried out, or the next timer fire.
 */
#include "linux_test.h"

#include <linux/completion.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/world.h>
#include <vmklinux/time.h>
#include <vmklinux/workqueue.h>

#define REQUESTS 4
#define TIMERS   16

struct module __this_module = {.name = "test", .id = 5};

/* --- the fakes --- */

/* A lock that another CPU holds: it looks at @seen, and lets go. */
static const unsigned int *seen;
static unsigned int seen_value, contentions;

static void hold_elsewhere(spinlock_t *lock, const unsigned int *look_at)
{
    EXPECT(vmk_SpinlockTryWord(&lock->object));
    seen = look_at;
    contentions = 0;
}

void vmk_SpinlockLockContended(vmk_SpinlockObject *lock)
{
    EXPECT(contentions++ == 0);
    seen_value = *seen;
    __atomic_store_n(&lock->word, 0, __ATOMIC_RELEASE);
    EXPECT(vmk_SpinlockTryWord(lock));
}

void vmk_SpinlockNoteAcquire(vmk_SpinlockObject *lock)
{
}

void vmk_SpinlockNoteTryAcquire(vmk_SpinlockObject *lock)
{
}

void vmk_SpinlockNoteRelease(vmk_SpinlockObject *lock)
{
}

vmk_Bool vmk_SpinlockIsHeldHere(const vmk_SpinlockObject *lock)
{
    return vmk_SpinlockIsLocked(lock);
}

static struct {
    vmk_HelperRequestFunc func;
    vmk_AddrCookie data;
} requests[REQUESTS];
static unsigned int waiting;
static vmk_TimerObject *timers[TIMERS];
static vmk_uint64 now_ns;

vmk_StatusValue vmk_HelperCreate(const vmk_HelperProps *props, vmk_Helper *helper)
{
    *helper = (vmk_Helper)1;
    return VMK_OK;
}

vmk_StatusValue vmk_HelperDestroy(vmk_Helper helper)
{
    waiting = 0;
    return VMK_OK;
}

vmk_StatusValue vmk_HelperSubmitRequest(vmk_Helper helper, vmk_HelperRequestFunc func, vmk_AddrCookie data,
                                        const vmk_HelperRequestProps *props)
{
    if (waiting == REQUESTS)
        return VMK_NO_RESOURCES;
    requests[waiting].func = func;
    requests[waiting++].data = data;
    return VMK_OK;
}

static bool run_request(void)
{
    if (waiting == 0)
        return false;
    typeof(requests[0]) first = requests[0];

    memmove(requests, requests + 1, --waiting * sizeof(requests[0]));
    first.func(first.data);
    return true;
}

static void run_all(void)
{
    while (run_request())
        ;
}

vmk_TimerCycles vmk_GetTimerCycles(void)
{
    return now_ns;
}

void vmk_TimerInit(vmk_TimerObject *timer, vmk_ModuleID module, vmk_TimerCallback callback,
                   vmk_AddrCookie data)
{
    *timer = (vmk_TimerObject){.callback = callback, .data = data, .module = module};
}

vmk_Bool vmk_TimerDisarm(vmk_TimerObject *timer, vmk_Bool wait)
{
    vmk_Bool was = timer->armed;

    timer->armed = false;
    for (int i = 0; i < TIMERS; i++) {
        if (timers[i] == timer)
            timers[i] = NULL;
    }
    return was;
}

vmk_Bool vmk_TimerArm(vmk_TimerObject *timer, vmk_uint64 deadline_ns)
{
    vmk_Bool was = vmk_TimerDisarm(timer, VMK_FALSE);
    int free = 0;

    while (free < TIMERS && timers[free])
        free++;
    EXPECT(free < TIMERS);
    timers[free] = timer;
    timer->armed = true;
    timer->deadline_ns = deadline_ns;
    return was;
}

/* Let time pass, and the timers due meanwhile fire in their order. */
static void pass(u64 ns)
{
    u64 end = now_ns + ns;

    for (;;) {
        vmk_TimerObject *next = NULL;

        for (int i = 0; i < TIMERS; i++) {
            if (timers[i] && timers[i]->deadline_ns <= end &&
                (!next || timers[i]->deadline_ns < next->deadline_ns))
                next = timers[i];
        }
        if (!next)
            break;
        now_ns = max(now_ns, (u64)next->deadline_ns);
        vmk_TimerDisarm(next, VMK_FALSE);
        next->callback(next->data);
    }
    now_ns = end;
}

vmk_StatusValue vmk_WorldWaitIRQ(vmk_WorldEventID event, vmk_Lock lock, vmk_uint64 flags,
                                 vmk_uint32 timeout_ms, const char *reason)
{
    vmk_SpinlockUnlockIRQ(lock, flags);
    if (!run_request())
        pass(min((u64)timeout_ms, 10ull) * NSEC_PER_MSEC);
    return VMK_OK;
}

/* There is one world, so nobody holds what it asks for. */

vmk_WorldID vmk_WorldGetID(void)
{
    return 1;
}

void vmk_SemaLock(vmk_Semaphore *sema)
{
}

void vmk_SemaUnlock(vmk_Semaphore *sema)
{
}

vmk_StatusValue vmk_WorldWakeup(vmk_WorldEventID event)
{
    return VMK_OK;
}

vmk_StatusValue vmk_WorldSleep(vmk_uint64 delay_us)
{
    pass(delay_us * NSEC_PER_USEC);
    return VMK_OK;
}

vmk_StatusValue vmk_WorldYield(void)
{
    return VMK_OK;
}

void vmk_DelayUsecs(vmk_uint32 us)
{
    pass((u64)us * NSEC_PER_USEC);
}

vmk_HeapID vmk_HeapOf(const void *mem)
{
    return NULL;
}

vmk_ByteCount vmk_HeapUsableSize(const void *mem)
{
    return 0;
}

void vfree(const void *addr)
{
    EXPECT(!addr);
}

void *vmklinux_vmalloc(struct module *module, unsigned long size)
{
    return NULL;
}

void __might_sleep(struct module *module, const char *file, int line)
{
    EXPECT(vmk_CanBlock());
}

/* --- the cases --- */

struct counted {
    struct work_struct work;
    unsigned int runs;
    unsigned int requeue; /* times to queue itself again */
    struct workqueue_struct *wq;
};

static char order[16];
static unsigned int norder;

static void count(struct work_struct *work)
{
    struct counted *counted = container_of(work, struct counted, work);

    EXPECT(!work_pending(work));
    EXPECT(work_busy(work) == WORK_BUSY_RUNNING);
    counted->runs++;
    if (counted->requeue) {
        counted->requeue--;
        EXPECT(queue_work(counted->wq, work));
    }
}

static struct counted *make(struct workqueue_struct *wq)
{
    static struct counted pool[8];
    static unsigned int used;
    struct counted *counted = &pool[used++];

    counted->wq = wq;
    INIT_WORK(&counted->work, count);
    return counted;
}

void linux_test_start(void)
{
    vmklinux_time_start();
    EXPECT(vmklinux_workqueue_start() == 0);
}

static void test_runs_once(void)
{
    struct counted *a = make(system_wq);

    EXPECT(schedule_work(&a->work) && work_pending(&a->work) && !schedule_work(&a->work));
    EXPECT(a->runs == 0);
    run_all();
    EXPECT(a->runs == 1 && !work_pending(&a->work) && work_busy(&a->work) == 0);
    EXPECT(schedule_work(&a->work));
    run_all();
    EXPECT(a->runs == 2);
}

static void test_queues_itself(void)
{
    struct counted *a = make(system_wq);

    a->requeue = 3;
    schedule_work(&a->work);
    run_all();
    EXPECT(a->runs == 4);
}

struct lettered {
    struct work_struct work;
    char letter;
};

static void note_letter(struct work_struct *work)
{
    order[norder++] = container_of(work, struct lettered, work)->letter;
}

static void test_keeps_order(void)
{
    struct workqueue_struct *wq = alloc_ordered_workqueue("ordered-%d", 0, 1);
    static struct lettered works[8];

    EXPECT(wq);
    /* More items than the helper has room for requests: none is forgotten. */
    for (int i = 0; i < 8; i++) {
        works[i].letter = (char)('a' + i);
        INIT_WORK(&works[i].work, note_letter);
        EXPECT(queue_work(wq, &works[i].work));
    }
    destroy_workqueue(wq);
    EXPECT(norder == 8 && memcmp(order, "abcdefgh", 8) == 0);
}

static void test_cancel(void)
{
    struct counted *a = make(system_wq), *b = make(system_wq);

    schedule_work(&a->work);
    schedule_work(&b->work);
    EXPECT(cancel_work_sync(&a->work) && !work_pending(&a->work) && !cancel_work_sync(&a->work));
    run_all();
    EXPECT(a->runs == 0 && b->runs == 1);
    EXPECT(!cancel_work_sync(&b->work));
    EXPECT(schedule_work(&a->work) && flush_work(&a->work) && a->runs == 1);
    EXPECT(!flush_work(&a->work));
}

static void test_flush_leaves_what_comes_later(void)
{
    struct counted *a = make(system_wq), *b = make(system_wq);

    a->requeue = 1000;
    schedule_work(&a->work);
    schedule_work(&b->work);
    flush_scheduled_work();
    EXPECT(a->runs >= 1 && b->runs == 1);
    EXPECT(cancel_work_sync(&a->work) || a->runs == 1001);
    run_all();
}

static unsigned int delayed_runs;

static void count_delayed(struct work_struct *work)
{
    delayed_runs++;
}

static void test_delayed(void)
{
    static struct delayed_work dwork;

    INIT_DELAYED_WORK(&dwork, count_delayed);
    EXPECT(schedule_delayed_work(&dwork, HZ) && !schedule_delayed_work(&dwork, 1) &&
           delayed_work_pending(&dwork));
    pass(NSEC_PER_SEC - 20 * NSEC_PER_MSEC);
    run_all();
    EXPECT(delayed_runs == 0);
    pass(30 * NSEC_PER_MSEC);
    run_all();
    EXPECT(delayed_runs == 1 && !delayed_work_pending(&dwork));

    EXPECT(!mod_delayed_work(system_wq, &dwork, HZ) && mod_delayed_work(system_wq, &dwork, 1));
    pass(10 * NSEC_PER_MSEC);
    run_all();
    EXPECT(delayed_runs == 2);

    schedule_delayed_work(&dwork, HZ);
    EXPECT(cancel_delayed_work(&dwork) && !cancel_delayed_work(&dwork));
    schedule_delayed_work(&dwork, 1);
    pass(10 * NSEC_PER_MSEC);
    EXPECT(cancel_delayed_work_sync(&dwork)); /* fired and queued, not begun */
    pass(2 * NSEC_PER_SEC);
    run_all();
    EXPECT(delayed_runs == 2);

    schedule_delayed_work(&dwork, HZ);
    EXPECT(flush_delayed_work(&dwork) && delayed_runs == 3);
    EXPECT(schedule_delayed_work(&dwork, 0) && flush_delayed_work(&dwork) && delayed_runs == 4);
}

static void free_self(struct work_struct *work)
{
    kfree(container_of(work, struct counted, work));
    norder++;
}

static void test_frees_itself(void)
{
    struct counted *a = kzalloc(sizeof(*a), GFP_KERNEL);

    INIT_WORK(&a->work, free_self);
    schedule_work(&a->work);
    run_all();
    EXPECT(norder == 1);
}

static void test_wait(void)
{
    DECLARE_WAIT_QUEUE_HEAD(wq);
    DECLARE_COMPLETION_ONSTACK(done);
    unsigned long begin = jiffies;

    EXPECT(wait_event_timeout(wq, true, HZ) == HZ);
    EXPECT(wait_event_timeout(wq, false, HZ) == 0 && time_after_eq(jiffies, begin + HZ));
    EXPECT(wait_for_completion_timeout(&done, HZ / 10) == 0);
    complete(&done);
    EXPECT(completion_done(&done) && wait_for_completion_timeout(&done, HZ) > 0 && !completion_done(&done));
    complete_all(&done);
    EXPECT(try_wait_for_completion(&done) && try_wait_for_completion(&done));
}

/* Whoever waits may free the completion at once: complete() touches nothing that a waiter could have seen. */
static void test_completion_outlives_complete(void)
{
    DECLARE_COMPLETION_ONSTACK(done);

    hold_elsewhere(&done.wait.lock, &done.done);
    complete(&done);
    EXPECT(contentions == 1 && seen_value == 0);
    hold_elsewhere(&done.wait.lock, &done.done);
    EXPECT(completion_done(&done) && contentions == 1);
    hold_elsewhere(&done.wait.lock, &done.done);
    EXPECT(try_wait_for_completion(&done) && contentions == 1);
    hold_elsewhere(&done.wait.lock, &done.done);
    complete_all(&done);
    EXPECT(contentions == 1 && seen_value == 0);
    hold_elsewhere(&done.wait.lock, &done.done);
    wait_for_completion(&done);
    EXPECT(contentions == 1);
}

static void test_jiffies(void)
{
    unsigned long begin = jiffies;

    pass(NSEC_PER_SEC);
    EXPECT(jiffies == begin + HZ);
    EXPECT(msecs_to_jiffies(0) == 0 && msecs_to_jiffies(1) == 1 && msecs_to_jiffies(1000) == HZ);
    EXPECT(jiffies_to_msecs(HZ) == 1000 && usecs_to_jiffies(1) == 1);
    EXPECT(time_after(5UL, ~0UL) && time_before(~0UL, 5UL) && !time_after(5UL, 5UL) &&
           time_after_eq(5UL, 5UL));
}

const struct linux_case linux_cases[] = {
    {"runs once", test_runs_once},
    {"queues itself", test_queues_itself},
    {"keeps order", test_keeps_order},
    {"cancel", test_cancel},
    {"flush", test_flush_leaves_what_comes_later},
    {"delayed", test_delayed},
    {"frees itself", test_frees_itself},
    {"wait", test_wait},
    {"completion outlives complete", test_completion_outlives_complete},
    {"jiffies", test_jiffies},
    {NULL, NULL},
};
