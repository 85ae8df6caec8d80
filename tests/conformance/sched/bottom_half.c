/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bottom_half.c - bottom halves.
 */
#include "sched.h"

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/module.h>
#include <vmkapi/base/time.h>
#include <vmkapi/lib/libc.h>

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
    VMK_NO_THREAD_SAFETY_ANALYSIS("holds bottom halves off every third time")
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

vmk_StatusValue test_bottom_halves(void)
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

vmk_StatusValue test_bottom_half_flood(void)
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
