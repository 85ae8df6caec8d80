/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * timer.h - the CPUs' timer heaps, and the one-shot hardware timer behind them.
 *
 * The hardware timer of a CPU stands at the earlier of its first timer and the end of the running world's
 * time slice; with neither it is off. core/clock.h's timer_interrupt() is implemented here.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <vmkapi/base/time.h>

#define TIMER_NEVER (~0ul)

/** Prepare timers of all CPUs; registers the timers' bottom half. Called once by sched_init(). */
void timer_init(void);

/** Have need_resched set on this CPU at @p deadline_ns; TIMER_NEVER: not. Context: interrupts off. */
void timer_slice_set(vmk_uint64 deadline_ns);

/** Have this CPU interrupted at @p deadline_ns, for who halts it until something happens; and no longer.
 *  Context: interrupts off. */
void timer_nap_begin(vmk_uint64 deadline_ns);
void timer_nap_end(void);

/** @return the longest a timer interrupt came after its deadline on this CPU, in ns: interrupts were off, or
 *  the machine was not running. Context: any. */
vmk_uint64 timer_worst_lateness_ns(vmk_uint32 cpu);

/*
 * The pairing heap of timers by deadline; a heap is a pointer to its first timer, NULL when empty. Pure data
 * structure: the caller locks. Insert is O(1), remove O(log n) on average.
 */
void timer_heap_insert(vmk_TimerObject **heap, vmk_TimerObject *timer);
void timer_heap_remove(vmk_TimerObject **heap, vmk_TimerObject *timer);

#endif
