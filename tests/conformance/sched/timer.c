/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.c - timers, and queues of them.
 */
#include "sched.h"

#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/spinlock.h>

/* Timers fire once for each time they are armed and not disarmed, and never early. */

#define TIMERS 16

static struct test_timer {
    vmk_TimerObject timer;
    vmk_uint64 deadline;
    vmk_uint64 armed, disarmed, fired, early;
} timers[TIMERS];

static void timer_fired(vmk_AddrCookie data)
{
    struct test_timer *timer = data.ptr;

    /* Rearming moves the deadline while this may run: only ever back, in this test. */
    if (vmk_GetTimerCycles() < __atomic_load_n(&timer->deadline, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(&timer->early, 1, __ATOMIC_RELAXED);
    }
    __atomic_fetch_add(&timer->fired, 1, __ATOMIC_RELAXED);
}

static vmk_StatusValue use_timer(struct job *job)
{
    struct test_timer *timer = &timers[job->index];

    for (unsigned i = 0; i < 200; i++) {
        vmk_uint64 delay = random_next(&job->seed) % 300000;

        /* Quiet before the deadline changes: then `early` can be judged. */
        timer->disarmed += vmk_TimerDisarm(&timer->timer, VMK_TRUE);
        timer->deadline = vmk_GetTimerCycles() + delay;
        KTAP_CHECK(!vmk_TimerArm(&timer->timer, timer->deadline));
        timer->armed++;
        if (random_next(&job->seed) % 3 == 0) {
            vmk_StatusValue status = vmk_WorldSleep(delay / VMK_NSEC_PER_USEC);

            KTAP_CHECK(status == VMK_OK);
        }
        spin(random_next(&job->seed) % 2000);
    }
    timer->disarmed += vmk_TimerDisarm(&timer->timer, VMK_TRUE);
    KTAP_CHECK(timer->armed == timer->disarmed + timer->fired);
    KTAP_CHECK(timer->early == 0);
    return VMK_OK;
}

vmk_StatusValue test_timers(void)
{
    for (unsigned i = 0; i < TIMERS; i++) {
        vmk_AddrCookie self = {.ptr = &timers[i]};

        timers[i] = (struct test_timer){.fired = 0};
        vmk_TimerInit(&timers[i].timer, vmk_ModuleCurrentID, timer_fired, self);
    }
    return run_worlds(8, use_timer);
}

/* One timer that everybody arms and disarms. Who takes back what another armed meanwhile counts it once. */

static vmk_uint64 shared_armed, shared_disarmed;

static vmk_StatusValue fight_for_timer(struct job *job)
{
    struct test_timer *timer = &timers[0];

    for (unsigned i = 0; i < 400; i++) {
        vmk_uint32 what = random_next(&job->seed);
        vmk_Bool was_armed;

        if (what % 3 == 0) {
            was_armed = vmk_TimerDisarm(&timer->timer, what % 2 == 0);
        } else {
            was_armed = vmk_TimerArm(&timer->timer, vmk_GetTimerCycles() + what % 50000);
            __atomic_fetch_add(&shared_armed, 1, __ATOMIC_RELAXED);
        }
        __atomic_fetch_add(&shared_disarmed, was_armed, __ATOMIC_RELAXED);
        spin(what % 500);
    }
    return VMK_OK;
}

vmk_StatusValue test_shared_timer(void)
{
    vmk_AddrCookie self = {.ptr = &timers[0]};

    shared_armed = shared_disarmed = 0;
    timers[0] = (struct test_timer){.fired = 0};
    vmk_TimerInit(&timers[0].timer, vmk_ModuleCurrentID, timer_fired, self);
    KTAP_CHECK(run_worlds(8, fight_for_timer) == VMK_OK);
    shared_disarmed += vmk_TimerDisarm(&timers[0].timer, VMK_TRUE);
    KTAP_CHECK(shared_armed >= shared_disarmed + timers[0].fired);
    KTAP_CHECK(!vmk_TimerIsArmed(&timers[0].timer));
    return VMK_OK;
}

/* Timers by handle: periodic ones come again until cancelled, old handles find nothing. */

static vmk_uint64 ticks;

static void tick(vmk_AddrCookie data)
{
    __atomic_fetch_add((vmk_uint64 *)data.ptr, 1, __ATOMIC_RELAXED);
    vmk_WorldWakeup((vmk_WorldEventID)data.ptr);
}

static vmk_StatusValue wait_for_ticks(vmk_uint64 count)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 deadline = vmk_GetTimerCycles() + PATIENCE_MS * VMK_NSEC_PER_MSEC;

    while (status != VMK_DEATH_PENDING && __atomic_load_n(&ticks, __ATOMIC_RELAXED) < count) {
        status = vmk_WorldWait((vmk_WorldEventID)&ticks, VMK_LOCK_INVALID, 10, "test ticks");
        KTAP_CHECK(vmk_GetTimerCycles() < deadline);
    }
    return VMK_OK;
}

vmk_StatusValue test_timer_queue(void)
{
    vmk_TimerQueueProps props = {.moduleID = vmk_ModuleCurrentID, .heapID = heap, .maxTimers = 2};
    vmk_AddrCookie data = {.ptr = &ticks};
    vmk_Timer periodic, once, third;
    vmk_TimerQueue queue;
    vmk_uint64 last;

    ticks = 0;
    KTAP_CHECK(vmk_TimerQueueCreate(&props, &queue) == VMK_OK);
    KTAP_CHECK(vmk_TimerSchedule(queue, tick, data, 500, 0, VMK_TIMER_ATTR_PERIODIC, VMK_LOCKDOMAIN_INVALID,
                                 VMK_SPINLOCK_UNRANKED, &periodic) == VMK_OK);
    KTAP_CHECK(vmk_TimerSchedule(queue, tick, data, 3600 * (vmk_int64)VMK_USEC_PER_SEC, 0,
                                 VMK_TIMER_ATTR_NONE, VMK_LOCKDOMAIN_INVALID, VMK_SPINLOCK_UNRANKED,
                                 &once) == VMK_OK);
    KTAP_CHECK(vmk_TimerSchedule(queue, tick, data, 1, 0, VMK_TIMER_ATTR_NONE, VMK_LOCKDOMAIN_INVALID,
                                 VMK_SPINLOCK_UNRANKED, &third) == VMK_NO_RESOURCES);
    KTAP_CHECK(wait_for_ticks(20) == VMK_OK);
    KTAP_CHECK(vmk_TimerIsPending(periodic) && vmk_TimerIsPending(once));
    KTAP_CHECK(vmk_TimerCancel(periodic, VMK_TRUE) == VMK_OK);
    last = ticks;
    KTAP_CHECK(!vmk_TimerIsPending(periodic) && vmk_TimerCancel(periodic, VMK_TRUE) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_WorldSleep(5000) == VMK_OK && ticks == last);
    KTAP_CHECK(vmk_TimerSchedule(queue, tick, data, 100, 0, VMK_TIMER_ATTR_NONE, VMK_LOCKDOMAIN_INVALID,
                                 VMK_SPINLOCK_UNRANKED, &third) == VMK_OK);
    KTAP_CHECK(wait_for_ticks(last + 1) == VMK_OK);
    KTAP_CHECK(vmk_TimerCancel(third, VMK_TRUE) == VMK_NOT_FOUND);
    KTAP_CHECK(vmk_TimerQueueDestroy(queue) == VMK_OK);
    return VMK_OK;
}
