/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock.c - spinlocks, semaphores, mutexes and readers-writer semaphores exclude, and lose no wake-up.
 */
#include "sched.h"

#include <vmkapi/base/sem.h>
#include <vmkapi/core/spinlock.h>

static vmk_SemaphoreObject mutex;
static vmk_uint64 guarded, inside;

static vmk_SemaphoreRWObject rwsema;
static volatile vmk_uint64 left, right;

void lock_init(void)
{
    vmk_BinarySemaInit(&mutex, "test mutex");
    vmk_RWSemaInit(&rwsema, "test rwsema");
    left = right = 0;
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

vmk_StatusValue count_often(struct job *job)
{
    for (unsigned i = 0; i < 5000; i++) {
        count_once(random_next(&job->seed));
    }
    return VMK_OK;
}

vmk_StatusValue test_spinlock(void)
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

vmk_StatusValue test_ping_pong(void)
{
    for (vmk_uint32 i = 0; i < MAX_WORLDS; i++) {
        vmk_SemaInit(&ping[i], "test ping", i % 2);
    }
    return run_worlds(8, play);
}

/* Mutexes exclude, and keep their owners. */

vmk_StatusValue enter_often(struct job *job)
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

vmk_StatusValue test_mutex(void)
{
    lock_init();
    guarded = 0;
    KTAP_CHECK(run_worlds(8, enter_often) == VMK_OK);
    KTAP_CHECK(guarded == 8 * 300);
    return VMK_OK;
}

/* Readers see what writers leave whole; upgrades and downgrades let nobody in between. */

static void write_pair(vmk_uint32 *seed)
{
    left++;
    spin(random_next(seed) % 200);
    right++;
}

vmk_StatusValue read_or_write(struct job *job)
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

vmk_StatusValue test_rwsema(void)
{
    lock_init();
    KTAP_CHECK(run_worlds(8, read_or_write) == VMK_OK);
    KTAP_CHECK(left == right);
    return VMK_OK;
}
