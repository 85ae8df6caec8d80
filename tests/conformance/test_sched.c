/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test_sched.c - worlds, locks, waits, timers, bottom halves, helpers and RCU under load on all CPUs.
 *
 * Nothing depends on how fast the machine is: what is checked is that counts come out even, that nothing
 * happens before its time, and that everything ends. A lost wake-up shows as a wait of PATIENCE_MS.
 */
#include "ktap.h"

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/helper.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/lib/libc.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Tests the scheduler");

#define PATIENCE_MS 120000u
#define MAX_WORLDS  32

int init_module(void);
void cleanup_module(void);

static vmk_HeapID heap;

/* Something to do at random moments, the same in every run: xorshift (Marsaglia 2003). */
static vmk_uint32 random_next(vmk_uint32 *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void spin(vmk_uint32 rounds)
{
    for (vmk_uint32 i = 0; i < rounds; i++) {
        vmk_CPURelax();
    }
}

/* What run_worlds() hands to each world. */
struct job {
    vmk_uint32 index;
    vmk_uint32 seed;
    vmk_StatusValue (*body)(struct job *job);
    vmk_StatusValue result;
};

static struct job jobs[MAX_WORLDS];

static vmk_StatusValue job_main(void *data)
{
    struct job *job = data;

    job->result = job->body(job);
    return VMK_OK;
}

static vmk_StatusValue start_job(vmk_uint32 index, vmk_StatusValue (*body)(struct job *job),
                                 vmk_uint64 affinity, vmk_WorldSchedClass class, vmk_WorldID *id)
{
    vmk_WorldProps props = {.name = "test-sched",
                            .moduleID = vmk_ModuleCurrentID,
                            .startFunction = job_main,
                            .data = &jobs[index],
                            .schedClass = class,
                            .affinity = affinity};

    jobs[index] =
        (struct job){.index = index, .seed = index * 2654435761u + 1, .body = body, .result = VMK_FAILURE};
    return vmk_WorldCreate(&props, id);
}

/* Run @p body in @p count worlds and wait for all. @return the first failure of any. */
static vmk_StatusValue run_worlds(vmk_uint32 count, vmk_StatusValue (*body)(struct job *job))
{
    vmk_WorldID id[MAX_WORLDS];
    vmk_StatusValue result = VMK_OK, status = VMK_OK;
    vmk_uint32 started;

    for (started = 0; started < count && status == VMK_OK; started++) {
        status = start_job(started, body, 0, VMK_WORLD_SCHED_CLASS_DEFAULT, &id[started]);
    }
    for (vmk_uint32 i = 0; i < started; i++) {
        status = vmk_WorldWaitForDeath(id[i]);
        if (result == VMK_OK) {
            result = status == VMK_OK ? jobs[i].result : status;
        }
    }
    return result;
}

/* Worlds begin, run where they may, end, and are waited for. */

static vmk_StatusValue stay_on_cpu(struct job *job)
{
    vmk_uint32 cpu = job->index % vmk_NumPCPUs();

    for (unsigned i = 0; i < 50; i++) {
        KTAP_CHECK(vmk_GetPCPUNum() == cpu);
        vmk_WorldYield();
    }
    return VMK_OK;
}

static vmk_StatusValue test_affinity(void)
{
    for (unsigned round = 0; round < 5; round++) {
        vmk_WorldID id[16];

        for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(id); i++) {
            KTAP_CHECK(start_job(i, stay_on_cpu, 1ul << i % vmk_NumPCPUs(), VMK_WORLD_SCHED_CLASS_DEFAULT,
                                 &id[i]) == VMK_OK);
        }
        for (vmk_uint32 i = 0; i < VMK_ARRAY_SIZE(id); i++) {
            KTAP_CHECK(vmk_WorldWaitForDeath(id[i]) == VMK_OK);
            KTAP_CHECK(jobs[i].result == VMK_OK);
        }
    }
    return VMK_OK;
}

/* Spinlocks exclude. */

static vmk_SpinlockObject counter_lock = VMK_SPINLOCK_INITIALIZER("test counter", VMK_RANK_DRIVER);
static vmk_uint64 counter;

static void count_once(vmk_uint32 how)
{
    vmk_uint64 flags;

    switch (how % 3) {
    case 0:
        vmk_SpinlockLock(&counter_lock);
        counter++;
        vmk_SpinlockUnlock(&counter_lock);
        break;
    case 1:
        vmk_SpinlockLockIRQ(&counter_lock, &flags);
        counter++;
        vmk_SpinlockUnlockIRQ(&counter_lock, flags);
        break;
    default:
        while (!vmk_SpinlockTryLock(&counter_lock)) {
            vmk_CPURelax();
        }
        counter++;
        vmk_SpinlockUnlock(&counter_lock);
    }
}

static vmk_StatusValue count_often(struct job *job)
{
    for (unsigned i = 0; i < 5000; i++) {
        count_once(random_next(&job->seed));
    }
    return VMK_OK;
}

static vmk_StatusValue test_spinlock(void)
{
    counter = 0;
    KTAP_CHECK(run_worlds(8, count_often) == VMK_OK);
    KTAP_CHECK(counter == 8 * 5000);
    return VMK_OK;
}

/* A semaphore passed back and forth loses no wake-up. */

static vmk_SemaphoreObject ping[MAX_WORLDS];

static vmk_StatusValue play(struct job *job)
{
    vmk_Semaphore mine = &ping[job->index], partner = &ping[job->index ^ 1];

    for (unsigned i = 0; i < 1000; i++) {
        KTAP_CHECK(vmk_SemaLockTimed(&mine, PATIENCE_MS) == VMK_OK);
        vmk_SemaUnlock(&partner);
    }
    return VMK_OK;
}

static vmk_StatusValue test_ping_pong(void)
{
    for (vmk_uint32 i = 0; i < MAX_WORLDS; i++) {
        vmk_SemaInit(&ping[i], "test ping", i % 2);
    }
    return run_worlds(8, play);
}

/* Mutexes exclude, and keep their owners. */

static vmk_SemaphoreObject mutex;
static vmk_uint64 guarded, inside;

static vmk_StatusValue enter_often(struct job *job)
{
    vmk_Semaphore sema = &mutex;

    for (unsigned i = 0; i < 300; i++) {
        vmk_SemaLock(&sema);
        KTAP_CHECK(__atomic_fetch_add(&inside, 1, __ATOMIC_RELAXED) == 0);
        guarded++;
        if (random_next(&job->seed) % 4 == 0) {
            vmk_WorldYield();
        }
        __atomic_fetch_sub(&inside, 1, __ATOMIC_RELAXED);
        vmk_SemaUnlock(&sema);
    }
    return VMK_OK;
}

static vmk_StatusValue test_mutex(void)
{
    vmk_BinarySemaInit(&mutex, "test mutex");
    guarded = 0;
    KTAP_CHECK(run_worlds(8, enter_often) == VMK_OK);
    KTAP_CHECK(guarded == 8 * 300);
    return VMK_OK;
}

/* Readers see what writers leave whole; upgrades and downgrades let nobody in between. */

static vmk_SemaphoreRWObject rwsema;
static volatile vmk_uint64 left, right;

static void write_pair(vmk_uint32 *seed)
{
    left++;
    spin(random_next(seed) % 200);
    right++;
}

static vmk_StatusValue read_or_write(struct job *job)
    VMK_NO_THREAD_SAFETY_ANALYSIS("an upgrade takes the lock only when it succeeds")
{
    vmk_SemaphoreRW sema = &rwsema;

    for (unsigned i = 0; i < 300; i++) {
        vmk_uint32 what = random_next(&job->seed) % 8;

        if (what == 0) {
            vmk_RWSemaWriteLock(&sema);
            write_pair(&job->seed);
            vmk_RWSemaDowngradeToRead(&sema);
        } else {
            vmk_RWSemaReadLock(&sema);
        }
        KTAP_CHECK(left == right);
        if (what == 1) {
            vmk_uint64 before = left;

            if (vmk_RWSemaUpgradeFromRead(&sema) == VMK_OK) {
                KTAP_CHECK(left == before && right == before);
                write_pair(&job->seed);
                vmk_RWSemaWriteUnlock(&sema);
                continue;
            }
        }
        vmk_RWSemaReadUnlock(&sema);
    }
    return VMK_OK;
}

static vmk_StatusValue test_rwsema(void)
{
    vmk_RWSemaInit(&rwsema, "test rwsema");
    left = right = 0;
    KTAP_CHECK(run_worlds(8, read_or_write) == VMK_OK);
    KTAP_CHECK(left == right);
    return VMK_OK;
}

/* A bounded buffer on event waits; half of the waits time out for no reason. */

#define BUFFER_SIZE 4
#define ITEMS       1500u

static struct {
    vmk_SpinlockObject lock;
    vmk_uint32 item[BUFFER_SIZE] VMK_GUARDED_BY(lock);
    vmk_uint32 put VMK_GUARDED_BY(lock);
    vmk_uint32 taken VMK_GUARDED_BY(lock);
    vmk_uint64 sum_put VMK_GUARDED_BY(lock);
    vmk_uint64 sum_taken VMK_GUARDED_BY(lock);
} buffer;

/* Wait for the other side, sometimes hardly, sometimes for long. */
static vmk_StatusValue buffer_wait(const void *event, vmk_uint32 *seed) VMK_REQUIRES(&buffer.lock)
{
    vmk_uint32 timeout_ms = random_next(seed) % 2 == 0 ? random_next(seed) % 3 : PATIENCE_MS;
    vmk_StatusValue status = vmk_WorldWait((vmk_WorldEventID)event, &buffer.lock, timeout_ms, "test buffer");

    vmk_SpinlockLock(&buffer.lock);
    return status == VMK_TIMEOUT && timeout_ms != PATIENCE_MS ? VMK_OK : status;
}

static vmk_StatusValue produce(struct job *job)
{
    for (vmk_uint32 i = 0; i < ITEMS; i++) {
        vmk_StatusValue status = VMK_OK;

        vmk_SpinlockLock(&buffer.lock);
        while (buffer.put - buffer.taken == BUFFER_SIZE && status == VMK_OK) {
            status = buffer_wait(&buffer.put, &job->seed);
        }
        if (status == VMK_OK) {
            buffer.item[buffer.put++ % BUFFER_SIZE] = i;
            buffer.sum_put += i;
        }
        vmk_SpinlockUnlock(&buffer.lock);
        vmk_WorldWakeup((vmk_WorldEventID)&buffer.taken);
        KTAP_CHECK(status == VMK_OK);
    }
    return VMK_OK;
}

static vmk_StatusValue consume(struct job *job)
{
    for (vmk_uint32 i = 0; i < ITEMS; i++) {
        vmk_StatusValue status = VMK_OK;

        vmk_SpinlockLock(&buffer.lock);
        while (buffer.put == buffer.taken && status == VMK_OK) {
            status = buffer_wait(&buffer.taken, &job->seed);
        }
        if (status == VMK_OK) {
            buffer.sum_taken += buffer.item[buffer.taken++ % BUFFER_SIZE];
        }
        vmk_SpinlockUnlock(&buffer.lock);
        vmk_WorldWakeup((vmk_WorldEventID)&buffer.put);
        KTAP_CHECK(status == VMK_OK);
    }
    return VMK_OK;
}

static vmk_StatusValue produce_or_consume(struct job *job)
{
    return job->index % 2 == 0 ? produce(job) : consume(job);
}

static vmk_StatusValue test_event_wait(void) VMK_UNSHARED
{
    vmk_Memset(&buffer, 0, sizeof(buffer));
    vmk_SpinlockInit(&buffer.lock, "test buffer", VMK_RANK_DRIVER);
    KTAP_CHECK(run_worlds(8, produce_or_consume) == VMK_OK);
    KTAP_CHECK(buffer.put == 4 * ITEMS && buffer.taken == 4 * ITEMS);
    KTAP_CHECK(buffer.sum_put == buffer.sum_taken);
    return VMK_OK;
}

/* Two worlds take turns by a variable, under a lock that keeps interrupts off. */

static vmk_SpinlockObject turn_lock = VMK_SPINLOCK_INITIALIZER("test turn", VMK_RANK_DRIVER);
static vmk_uint32 turn VMK_GUARDED_BY(turn_lock);

static vmk_StatusValue wait_for_turn(struct job *job)
{
    for (unsigned i = 0; i < 500; i++) {
        vmk_StatusValue status = VMK_OK;
        vmk_uint64 flags;

        vmk_SpinlockLockIRQ(&turn_lock, &flags);
        while (turn != job->index && status == VMK_OK) {
            status = vmk_WorldWaitIRQ((vmk_WorldEventID)&turn, &turn_lock, flags, PATIENCE_MS, "test turn");
            vmk_SpinlockLockIRQ(&turn_lock, &flags);
        }
        turn = 1 - job->index;
        vmk_SpinlockUnlockIRQ(&turn_lock, flags);
        vmk_WorldWakeup((vmk_WorldEventID)&turn);
        KTAP_CHECK(status == VMK_OK && vmk_CPUHasIntsEnabled());
    }
    return VMK_OK;
}

static vmk_StatusValue test_event_wait_irq(void) VMK_UNSHARED
{
    turn = 0;
    return run_worlds(2, wait_for_turn);
}

/* Death and forced wake-ups end waits; sleeps are never too short. */

static vmk_uint64 progress;

static vmk_StatusValue wait_for_progress(vmk_uint64 least)
{
    vmk_uint64 deadline = vmk_GetTimerCycles() + PATIENCE_MS * VMK_NSEC_PER_MSEC;

    while (__atomic_load_n(&progress, __ATOMIC_RELAXED) < least) {
        vmk_WorldYield();
        KTAP_CHECK(vmk_GetTimerCycles() < deadline);
    }
    return VMK_OK;
}

static vmk_StatusValue wait_for_nothing(struct job *job)
{
    KTAP_CHECK(vmk_WorldWait(VMK_EVENT_NONE, VMK_LOCK_INVALID, VMK_TIMEOUT_UNLIMITED_MS, "test force") ==
               VMK_WAIT_INTERRUPTED);
    __atomic_store_n(&progress, 1, __ATOMIC_RELAXED);
    KTAP_CHECK(vmk_WorldWait(VMK_EVENT_NONE, VMK_LOCK_INVALID, VMK_TIMEOUT_UNLIMITED_MS, "test death") ==
               VMK_DEATH_PENDING);
    KTAP_CHECK(vmk_WorldSleep(VMK_USEC_PER_SEC) == VMK_DEATH_PENDING);
    return VMK_OK;
}

static vmk_StatusValue test_interruption(void)
{
    vmk_WorldID id;

    for (unsigned i = 0; i < 20; i++) {
        progress = 0;
        KTAP_CHECK(start_job(0, wait_for_nothing, 0, VMK_WORLD_SCHED_CLASS_DEFAULT, &id) == VMK_OK);
        spin(i * 50);
        KTAP_CHECK(vmk_WorldForceWakeup(id) == VMK_OK);
        KTAP_CHECK(wait_for_progress(1) == VMK_OK);
        KTAP_CHECK(vmk_WorldDestroy(id) == VMK_OK);
        KTAP_CHECK(vmk_WorldWaitForDeath(id) == VMK_OK);
        KTAP_CHECK(jobs[0].result == VMK_OK);
    }
    return VMK_OK;
}

static vmk_StatusValue sleep_often(struct job *job)
{
    for (unsigned i = 0; i < 20; i++) {
        vmk_uint64 us = random_next(&job->seed) % 3000;
        vmk_uint64 start = vmk_GetTimerCycles();

        KTAP_CHECK(vmk_WorldSleep(us) == VMK_OK);
        KTAP_CHECK(vmk_GetTimerCycles() - start >= us * VMK_NSEC_PER_USEC);
    }
    return VMK_OK;
}

static vmk_StatusValue test_sleep(void)
{
    return run_worlds(8, sleep_often);
}

/* Worlds of one class take turns on a CPU even if none gives way; a quick one goes before them. */

static vmk_uint64 turns[3];

static vmk_StatusValue take_turns(struct job *job)
{
    vmk_uint64 other = 1 - job->index, start = vmk_GetTimerCycles();

    for (unsigned seen = 0; seen < 5; seen++) {
        vmk_uint64 before = __atomic_load_n(&turns[other], __ATOMIC_RELAXED);

        while (__atomic_load_n(&turns[other], __ATOMIC_RELAXED) == before) {
            __atomic_fetch_add(&turns[job->index], 1, __ATOMIC_RELAXED);
            KTAP_CHECK(vmk_GetTimerCycles() - start < PATIENCE_MS * VMK_NSEC_PER_MSEC);
            if (turns[2] == 2) {
                return VMK_OK;
            }
        }
    }
    __atomic_fetch_add(&turns[2], 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&turns[2], __ATOMIC_RELAXED) < 2) {
        __atomic_fetch_add(&turns[job->index], 1, __ATOMIC_RELAXED);
        KTAP_CHECK(vmk_GetTimerCycles() - start < PATIENCE_MS * VMK_NSEC_PER_MSEC);
    }
    return VMK_OK;
}

static vmk_StatusValue be_quick(struct job *job)
{
    for (unsigned i = 0; i < 20; i++) {
        KTAP_CHECK(vmk_WorldSleep(500) == VMK_OK);
    }
    return VMK_OK;
}

static vmk_StatusValue test_preemption(void)
{
    vmk_uint64 last = 1ul << (vmk_NumPCPUs() - 1);
    vmk_WorldID id[3];

    vmk_Memset(turns, 0, sizeof(turns));
    KTAP_CHECK(start_job(0, take_turns, last, VMK_WORLD_SCHED_CLASS_DEFAULT, &id[0]) == VMK_OK);
    KTAP_CHECK(start_job(1, take_turns, last, VMK_WORLD_SCHED_CLASS_DEFAULT, &id[1]) == VMK_OK);
    KTAP_CHECK(start_job(2, be_quick, last, VMK_WORLD_SCHED_CLASS_QUICK, &id[2]) == VMK_OK);
    for (unsigned i = 0; i < 3; i++) {
        KTAP_CHECK(vmk_WorldWaitForDeath(id[i]) == VMK_OK);
        KTAP_CHECK(jobs[i].result == VMK_OK);
    }
    return VMK_OK;
}

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

static vmk_StatusValue test_timers(void)
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

static vmk_StatusValue test_shared_timer(void)
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

static vmk_StatusValue test_timer_queue(void)
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

/* Bottom halves run where they were scheduled, one at a time there, at least once after the last schedule. */

static vmk_BottomHalf bh;
static struct {
    vmk_uint64 running, overlaps, misplaced, runs;
    vmk_uint64 asked, answered; /**< A run answers everything asked before it. */
} bh_cpu[VMK_MAX_PCPUS];

static void bh_body(vmk_AddrCookie data)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();
    vmk_uint64 asked = __atomic_load_n(&bh_cpu[cpu].asked, __ATOMIC_SEQ_CST);

    bh_cpu[cpu].overlaps += __atomic_exchange_n(&bh_cpu[cpu].running, 1, __ATOMIC_RELAXED);
    bh_cpu[cpu].misplaced += !vmk_RunningBottomHalf() || vmk_InInterrupt() || !vmk_CPUHasIntsEnabled();
    bh_cpu[cpu].runs++;
    spin(20);
    bh_cpu[cpu].answered = asked;
    __atomic_store_n(&bh_cpu[cpu].running, 0, __ATOMIC_RELAXED);
}

static vmk_StatusValue schedule_often(struct job *job)
{
    for (unsigned i = 0; i < 500; i++) {
        vmk_uint32 cpu = random_next(&job->seed) % vmk_NumPCPUs();

        __atomic_fetch_add(&bh_cpu[cpu].asked, 1, __ATOMIC_SEQ_CST);
        if (i % 3 == 0) {
            vmk_BottomHalfDisable();
        }
        vmk_BottomHalfSchedule(bh, cpu);
        if (i % 3 == 0) {
            vmk_BottomHalfEnable();
        }
    }
    return VMK_OK;
}

static vmk_StatusValue test_bottom_halves(void)
{
    vmk_BottomHalfProps props = {
        .moduleID = vmk_ModuleCurrentID, .name = {"test-sched"}, .callback = bh_body};
    vmk_uint64 deadline = vmk_GetTimerCycles() + PATIENCE_MS * VMK_NSEC_PER_MSEC;

    vmk_Memset(bh_cpu, 0, sizeof(bh_cpu));
    KTAP_CHECK(vmk_BottomHalfRegister(&props, &bh) == VMK_OK);
    KTAP_CHECK(run_worlds(8, schedule_often) == VMK_OK);
    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        while (__atomic_load_n(&bh_cpu[cpu].answered, __ATOMIC_RELAXED) != bh_cpu[cpu].asked) {
            KTAP_CHECK(vmk_WorldSleep(1000) == VMK_OK && vmk_GetTimerCycles() < deadline);
        }
        KTAP_CHECK(bh_cpu[cpu].overlaps == 0 && bh_cpu[cpu].misplaced == 0);
    }
    vmk_BottomHalfUnregister(bh);
    return VMK_OK;
}

/* Bottom halves that never end leave the CPU to worlds too. */

static vmk_Bool flood_over;

static void flood(vmk_AddrCookie data)
{
    if (!__atomic_load_n(&flood_over, __ATOMIC_RELAXED)) {
        vmk_BottomHalfSchedule(bh, VMK_PCPU_THIS);
    }
}

static vmk_StatusValue live_through_flood(struct job *job)
{
    vmk_BottomHalfSchedule(bh, VMK_PCPU_THIS);
    for (unsigned i = 0; i < 20; i++) {
        KTAP_CHECK(vmk_WorldSleep(100) == VMK_OK);
        spin(1000);
    }
    __atomic_store_n(&flood_over, VMK_TRUE, __ATOMIC_RELAXED);
    return VMK_OK;
}

static vmk_StatusValue test_bottom_half_flood(void)
{
    vmk_BottomHalfProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"test-flood"}, .callback = flood};
    vmk_StatusValue status;
    vmk_WorldID id;

    flood_over = VMK_FALSE;
    KTAP_CHECK(vmk_BottomHalfRegister(&props, &bh) == VMK_OK);
    status = start_job(0, live_through_flood, 1, VMK_WORLD_SCHED_CLASS_DEFAULT, &id);
    if (status == VMK_OK) {
        status = vmk_WorldWaitForDeath(id);
    }
    vmk_BottomHalfUnregister(bh);
    KTAP_CHECK(status == VMK_OK && jobs[0].result == VMK_OK);
    return VMK_OK;
}

/* What is freed after a grace period is in nobody's hands. */

#define RCU_POISON  0xdeadul
#define RCU_UPDATES 20

static struct rcu_object {
    vmk_RCUHead head;
    vmk_uint64 value;
} rcu_objects[2], *rcu_current, rcu_called;
static vmk_Bool rcu_over;

static vmk_StatusValue rcu_read(struct job *job)
{
    while (!__atomic_load_n(&rcu_over, __ATOMIC_RELAXED)) {
        vmk_uint64 value;

        vmk_RCUReadLock();
        {
            const struct rcu_object *object = VMK_RCU_DEREFERENCE(rcu_current);

            spin(random_next(&job->seed) % 300);
            value = __atomic_load_n(&object->value, __ATOMIC_RELAXED);
        }
        vmk_RCUReadUnlock();
        KTAP_CHECK(value != RCU_POISON);
    }
    return VMK_OK;
}

static void rcu_callback(vmk_RCUHead *head)
{
    VMK_CONTAINER_OF(head, struct rcu_object, head)->value++;
}

static vmk_StatusValue rcu_update(struct job *job)
{
    for (unsigned i = 0; i < RCU_UPDATES; i++) {
        struct rcu_object *old = rcu_current, *new = &rcu_objects[i % 2];

        new->value = i;
        VMK_RCU_ASSIGN(rcu_current, new);
        vmk_RCUSynchronize();
        old->value = RCU_POISON;
        vmk_RCUCall(&rcu_called.head, rcu_callback);
        vmk_RCUBarrier();
    }
    __atomic_store_n(&rcu_over, VMK_TRUE, __ATOMIC_RELAXED);
    return VMK_OK;
}

static vmk_StatusValue rcu_world(struct job *job)
{
    return job->index == 0 ? rcu_update(job) : rcu_read(job);
}

static vmk_StatusValue test_rcu(void)
{
    rcu_current = &rcu_objects[1];
    rcu_current->value = 0;
    rcu_called.value = 0;
    rcu_over = VMK_FALSE;
    KTAP_CHECK(run_worlds(5, rcu_world) == VMK_OK);
    KTAP_CHECK(rcu_called.value == RCU_UPDATES);
    return VMK_OK;
}

/* Each request is run or cancelled, once. */

static vmk_Helper helper;
static vmk_uint64 requests_run, requests_cancelled, requests_submitted, tags_running[8];

static void request_body(vmk_AddrCookie data)
{
    __atomic_fetch_add(&tags_running[data.u64], 1, __ATOMIC_SEQ_CST);
    if (data.u64 % 2 != 0) {
        vmk_WorldYield();
    }
    __atomic_fetch_add(&requests_run, 1, __ATOMIC_RELAXED);
    __atomic_fetch_sub(&tags_running[data.u64], 1, __ATOMIC_SEQ_CST);
}

static void request_cancelled(vmk_AddrCookie data)
{
    __atomic_fetch_add(&requests_cancelled, 1, __ATOMIC_RELAXED);
}

static vmk_StatusValue use_helper(struct job *job)
{
    vmk_AddrCookie tag = {.u64 = job->index + 1}, data = {.u64 = job->index};
    vmk_HelperRequestProps props;

    vmk_HelperRequestPropsInit(&props);
    props.requestMayBlock = VMK_TRUE;
    props.tag = tag;
    props.cancelFunc = request_cancelled;
    for (unsigned i = 0; i < 300; i++) {
        vmk_uint32 delay = random_next(&job->seed) % 3;

        KTAP_CHECK(vmk_HelperSubmitDelayedRequest(helper, request_body, data, delay, &props) == VMK_OK);
        __atomic_fetch_add(&requests_submitted, 1, __ATOMIC_RELAXED);
        if (random_next(&job->seed) % 8 == 0) {
            vmk_HelperCancelRequestSync(helper, tag, NULL);
            KTAP_CHECK(__atomic_load_n(&tags_running[job->index], __ATOMIC_SEQ_CST) == 0);
        }
    }
    return vmk_HelperFlush(helper);
}

static vmk_StatusValue test_helper(void)
{
    vmk_HelperProps props = {.name = {"test-helper"},
                             .moduleID = vmk_ModuleCurrentID,
                             .heap = heap,
                             .maxRequests = 16,
                             .mutables = {.maxWorlds = 2}};

    requests_run = requests_cancelled = requests_submitted = 0;
    KTAP_CHECK(vmk_HelperCreate(&props, &helper) == VMK_OK);
    KTAP_CHECK(run_worlds(6, use_helper) == VMK_OK);
    KTAP_CHECK(vmk_HelperDestroy(helper) == VMK_OK);
    KTAP_CHECK(requests_submitted == requests_run + requests_cancelled);
    return VMK_OK;
}

/* All of it at once, with worlds coming and going. */

static vmk_StatusValue do_anything(struct job *job)
{
    static vmk_StatusValue (*const body[])(struct job * job) = {count_often, enter_often, sleep_often,
                                                                read_or_write};

    return body[job->index % VMK_ARRAY_SIZE(body)](job);
}

static vmk_StatusValue test_mixture(void)
{
    vmk_BinarySemaInit(&mutex, "test mutex");
    vmk_RWSemaInit(&rwsema, "test rwsema");
    left = right = 0;
    for (unsigned i = 0; i < 3; i++) {
        KTAP_CHECK(run_worlds(MAX_WORLDS, do_anything) == VMK_OK);
    }
    return VMK_OK;
}

static const struct ktap_test tests[] = {
    {"worlds keep to their CPUs", test_affinity},
    {"spinlocks exclude", test_spinlock},
    {"semaphores lose no wake-up", test_ping_pong},
    {"mutexes exclude", test_mutex},
    {"readers-writer semaphores", test_rwsema},
    {"event waits lose no wake-up", test_event_wait},
    {"event waits with interrupts off", test_event_wait_irq},
    {"death and forced wake-ups end waits", test_interruption},
    {"sleeps are never too short", test_sleep},
    {"worlds take turns and are preempted", test_preemption},
    {"timers fire once and never early", test_timers},
    {"a timer fought for", test_shared_timer},
    {"timer queues", test_timer_queue},
    {"bottom halves", test_bottom_halves},
    {"bottom halves without end", test_bottom_half_flood},
    {"RCU grace periods", test_rcu},
    {"helper queues", test_helper},
    {"all at once", test_mixture},
};

int init_module(void)
{
    vmk_HeapCreateProps props = {.name = {"test-sched"}, .module = vmk_ModuleCurrentID};
    VMK_ReturnStatus status = vmk_HeapCreate(&props, &heap);

    if (status == VMK_OK) {
        status = ktap_run(tests, VMK_ARRAY_SIZE(tests));
    }
    return status;
}

void cleanup_module(void)
{
    VMK_ReturnStatus status = vmk_HeapDestroy(heap);

    if (status != VMK_OK) {
        vmk_WarningMessage("heap: %s", vmk_StatusToString(status));
    }
}
