/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched.h - what the scheduler's own files say to each other; others use world.h.
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include <core/wait.h>
#include <core/world.h>

/* sched.c */

/** This CPU's counters. Preemption held off. */
struct sched_stats *sched_stats_here(void);

/** Make CPU @p cpu pass through the scheduler soon. Context: any but NMI; on this CPU, preemption held off.
 */
void sched_kick(vmk_uint32 cpu);

/** @return the longest CPU @p cpu took to get to its scheduler after being kicked in a world, in ns. */
vmk_uint64 sched_worst_kick_ns(vmk_uint32 cpu);

/** Queue a runnable world that is on no CPU and in no queue. Context: any but NMI. */
void sched_enqueue(struct world *world);

/** Let other ready worlds of the level run. Context: may block. */
void sched_yield(void);

/** Leave the CPU for the last time; the reaper frees the calling world. */
VMK_ATTRIBUTE_NORETURN void sched_leave_dead(void);

/** First thing in a new world: the second half of the switch to it. Interrupts are on afterwards. */
void sched_first_switch(void);

/* world.c */

/** Make a world of what runs on CPU @p cpu now. */
struct world *world_adopt(const char *name, vmk_uint32 cpu, vmk_VA stack, vmk_ByteCount stack_bytes);

/** Create CPU @p cpu's idle world; it is never queued. */
struct world *world_create_idle(vmk_uint32 cpu, vmk_WorldStartFunc start);

/** Give a dead world to the reaper. Context: interrupts off, off its stack. */
void world_bury(struct world *world);

void world_reaper_start(void);

/** vmk_WorldWaitForDeath(), with WAITER_UNINTERRUPTIBLE whatever happens to the caller. Context: may block.
 * @return VMK_OK; with WAITER_INTERRUPTIBLE also VMK_DEATH_PENDING. */
VMK_ReturnStatus world_wait_for_death(vmk_WorldID id, enum waiter_mode mode);

/* world_table.c */

/** Number a world and make it known. @return VMK_FALSE when there are too many. */
vmk_Bool world_enlist(struct world *world);

/** Forget a world; who has it already keeps it. */
void world_delist(struct world *world);

/** @return whether a world has that ID now. Context: any but NMI. */
vmk_Bool world_exists(vmk_WorldID id);

/* world_wait.c */

/** Before the first wait. */
void world_wait_init(void);

/* sema.c */

/** @return the module @p heap belongs to: what comes from it is charged to that. */
vmk_ModuleID sema_heap_module(vmk_HeapID heap);

/* bottom_half.c */

/** @return whether bottom halves are pending that nobody else has been told to run. Preemption held off. */
vmk_Bool bottom_half_is_due(void);

/* sched_stats.c */

/** Put the scheduler's counters, those of CPU @p cpu, into the statistics tree. */
void sched_stats_init(void);
void sched_stats_add_cpu(vmk_uint32 cpu);

#endif
