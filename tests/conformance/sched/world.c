/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world.c - worlds keep to their CPUs, take turns, are preempted, and sleep.
 */
#include "sched.h"

#include <vmkapi/base/time.h>
#include <vmkapi/lib/libc.h>

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

vmk_StatusValue test_affinity(void)
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

/* Sleeps are never too short. */

vmk_StatusValue sleep_often(struct job *job)
{
    for (unsigned i = 0; i < 20; i++) {
        vmk_uint64 us = random_next(&job->seed) % 3000;
        vmk_uint64 start = vmk_GetTimerCycles();

        KTAP_CHECK(vmk_WorldSleep(us) == VMK_OK);
        KTAP_CHECK(vmk_GetTimerCycles() - start >= us * VMK_NSEC_PER_USEC);
    }
    return VMK_OK;
}

vmk_StatusValue test_sleep(void)
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

vmk_StatusValue test_preemption(void)
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
