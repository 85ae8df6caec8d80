/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wait.c - event waits lose no wake-up; death and forced wake-ups end them.
 */
#include "sched.h"

#include <vmkapi/base/time.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/core/spinlock.h>

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

vmk_StatusValue test_event_wait(void) VMK_UNSHARED
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

vmk_StatusValue test_event_wait_irq(void) VMK_UNSHARED
{
    turn = 0;
    return run_worlds(2, wait_for_turn);
}

/* Death and forced wake-ups end waits. */

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

vmk_StatusValue test_interruption(void)
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
