/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched_stats.c - the scheduler's counters, under "sched" and "sched/cpuN" of the statistics tree.
 */
#include <core/sched.h>
#include <core/smp.h>
#include <core/spinlock.h>
#include <core/timer.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/stats.h>

static vmk_uint64 worst(vmk_uint64 (*read)(vmk_uint32 cpu))
{
    vmk_uint64 most = 0;

    for (vmk_uint32 cpu = 0; cpu < vmk_NumPCPUs(); cpu++) {
        vmk_uint64 value = read(cpu);

        most = value > most ? value : most;
    }
    return most;
}

static vmk_uint64 read_lock_held(vmk_AddrCookie cookie)
{
    return worst(spinlock_longest_ns);
}

static vmk_uint64 read_timer_late(vmk_AddrCookie cookie)
{
    return worst(timer_worst_lateness_ns);
}

static vmk_uint64 read_kick_late(vmk_AddrCookie cookie)
{
    return worst(sched_worst_kick_ns);
}

#define COUNTER(member) VMK_STAT_FIELD(struct sched_stats, member)

static const vmk_StatField counters[] = {
    COUNTER(switches), COUNTER(preemptions), COUNTER(wakeups),      COUNTER(steals),       COUNTER(idle_ns),
    COUNTER(run_ns),   COUNTER(bh_runs),     COUNTER(bh_handovers), COUNTER(timers_fired),
};

static const vmk_StatField longest[] = {
    VMK_STAT_READ("preempt_off_ns", read_kick_late),
    VMK_STAT_READ("spinlock_held_ns", read_lock_held),
    VMK_STAT_READ("timer_late_ns", read_timer_late),
};

static vmk_StatGroup longest_group, cpu_groups[VMK_MAX_PCPUS];

void sched_stats_init(void)
{
    vmk_StatGroupInit(&longest_group, VMK_VMKERNEL_MODULE_ID, longest, VMK_ARRAY_SIZE(longest),
                      "sched/longest");
    VMK_VERIFY(vmk_StatGroupRegister(&longest_group) == VMK_OK);
}

void sched_stats_add_cpu(vmk_uint32 cpu)
{
    vmk_StatGroup *group = &cpu_groups[cpu];

    vmk_StatGroupInit(group, VMK_VMKERNEL_MODULE_ID, counters, VMK_ARRAY_SIZE(counters), "sched/cpu%u", cpu);
    group->base = sched_stats_get(cpu);
    VMK_VERIFY(vmk_StatGroupRegister(group) == VMK_OK);
}
