/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched_cpu.h - the scheduler's state of one CPU, shared by sched.c (what runs) and balance.c (where it
 * runs).
 *
 * A CPU holds its lock across a switch: the world switched to releases it. So whoever has that lock sees no
 * world half way off this CPU. No lock that is taken under it may be held around world_wake().
 */
#ifndef SCHED_SCHED_CPU_H
#define SCHED_SCHED_CPU_H

#include <core/clock.h>
#include <core/sched.h>
#include <core/smp.h>

#define SCHED_SLICE_NS (10 * CLOCK_NS_PER_MS)
/** How far a guest's clock may be behind guests' common time: what it is still owed. */
#define GUEST_LAG_NS (10 * SCHED_SLICE_NS)

struct sched_cpu {
    vmk_SpinlockObject lock; /**< Guards what says so. Rank RUNQ, interrupts off. */
    struct runq runq VMK_GUARDED_BY(lock);
    struct world *current VMK_GUARDED_BY(lock);
    /** Between the two halves of a switch: who was switched from. */
    struct world *previous VMK_GUARDED_BY(lock);
    struct world *idle;                       /**< Constant. */
    vmk_uint64 since_ns VMK_GUARDED_BY(lock); /**< When current's time was last accounted. */
    vmk_uint64 kicked_ns;                     /**< When need_resched was set; atomic. */
    vmk_uint64 worst_kick_ns;                 /**< The longest it took from there to the scheduler. */
    vmk_Bool slice_runs VMK_GUARDED_BY(lock); /**< The end of current's slice is timed. */
    struct sched_stats stats;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

extern struct sched_cpu sched_cpus[VMK_MAX_PCPUS];

VMK_ALWAYS_INLINE struct world *sched_world_of(struct runq_entry *entry)
{
    return VMK_CONTAINER_OF(entry, struct world, entry);
}

VMK_ALWAYS_INLINE vmk_Bool sched_is_guest(const struct world *world)
{
    return world->entry.level == WORLD_LEVEL_GUEST;
}

/** Guests' common time: what the clock of a guest that wakes is put forward to. */
vmk_uint64 sched_guest_time(void);

/* balance.c */

/**
 * Take a world for CPU @p num out of another CPU's queue that should go before @p over, the best in its own
 * (NULL: there is none); NULL when none is found.
 *
 * A guest goes before another when its clock is behind by a slice: for less none is worth moving.
 * Context: interrupts off, this CPU's lock held.
 */
struct world *balance_steal(vmk_uint32 num, const struct runq_entry *over);

/**
 * @p entry has to wait in the queue of CPU @p num: have an idle CPU come for it, or one that runs a guest if
 * it goes before guests and this one runs none.
 *
 * Context: interrupts off, the queue's lock held.
 */
void balance_invite(vmk_uint32 num, const struct runq_entry *entry);

/** Note that CPU @p num, this one, begins or ends to idle, or to run a guest. */
void balance_set_idle(vmk_uint32 num, vmk_Bool idle);
void balance_set_guest(vmk_uint32 num, vmk_Bool guest);

/** The body of CPU @p num's idle world. Context: interrupts on or off, preempt count 0. */
VMK_ATTRIBUTE_NORETURN void balance_idle(vmk_uint32 num);

#endif
