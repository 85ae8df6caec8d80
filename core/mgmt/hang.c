/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hang.c - each CPU listens for the next one's heartbeat.
 *
 * Beats are counted, not timed: a machine that stood still as a whole (a stopped emulator) has missed none.
 */
#include <core/hang.h>

#include <core/cmdline.h>
#include <core/crash.h>
#include <core/smp.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/time.h>

#define HANG_SECONDS 20

/** One CPU's heart. Written by that CPU alone. */
static struct heart {
    vmk_TimerObject timer;
    vmk_uint64 beats;
    vmk_uint64 next_beats; /**< The next CPU's beats when we last listened, */
    unsigned next_silent;  /**< and for how many of our beats they have not moved. */
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE) hearts[VMK_MAX_PCPUS];

/** Beats to miss before a CPU counts as hung. */
static volatile unsigned patience;

static void listen(struct heart *heart, vmk_uint32 next)
{
    vmk_uint64 beats = __atomic_load_n(&hearts[next].beats, __ATOMIC_RELAXED);

    heart->next_silent = beats == heart->next_beats ? heart->next_silent + 1 : 0;
    heart->next_beats = beats;
    if (heart->next_silent >= patience) {
        crash_hung_cpu(next, heart->next_silent);
    }
}

/** Timers stay on the CPU that arms them: each heart beats on its own. */
static void beat(vmk_AddrCookie data)
{
    struct heart *heart = data.ptr;
    vmk_uint32 self = (vmk_uint32)(heart - hearts);
    vmk_uint32 next = (self + 1) % vmk_NumPCPUs();

    __atomic_store_n(&heart->beats, heart->beats + 1, __ATOMIC_RELAXED);
    if (next != self) {
        listen(heart, next);
    }
    vmk_TimerArm(&heart->timer, vmk_GetTimerCycles() + VMK_NSEC_PER_SEC);
}

static void start_beating(void *arg)
{
    struct heart *heart = &hearts[vmk_GetPCPUNum()];

    vmk_TimerInit(&heart->timer, VMK_VMKERNEL_MODULE_ID, beat, (vmk_AddrCookie){.ptr = heart});
    vmk_TimerArm(&heart->timer, vmk_GetTimerCycles() + VMK_NSEC_PER_SEC);
}

void hang_watch_start(void)
{
    patience = (unsigned)cmdline_uint("hang", HANG_SECONDS);
    if (patience != 0) {
        smp_call(smp_online_mask(), start_beating, NULL, VMK_TRUE);
    }
}

void hang_watch_stop(void)
{
    patience = ~0u;
}
