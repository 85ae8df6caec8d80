/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rcu.h - grace periods: the scheduler's side (vmkapi/base/rcu.h has the users').
 *
 * One grace period is under way at a time. It begins by asking every CPU to pass through the scheduler; the
 * last that has runs the callbacks, in its bottom half.
 */
#ifndef CORE_RCU_H
#define CORE_RCU_H

#include <vmkapi/base/rcu.h>

/** CPUs that have yet to pass through the scheduler in this grace period. Use rcu_quiescent(). */
extern vmk_uint64 rcu_awaited;

void rcu_init(void);

/** Report the last awaited CPU; for rcu_quiescent(). */
void rcu_report(vmk_uint32 cpu);

/** This CPU is in no read section: called by the scheduler at each pass, preemption off. */
VMK_ALWAYS_INLINE void rcu_quiescent(vmk_uint32 cpu)
{
    if (VMK_UNLIKELY(__atomic_load_n(&rcu_awaited, __ATOMIC_RELAXED) & 1ul << cpu)) {
        rcu_report(cpu);
    }
}

#endif
