/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - the one monotonic clock, and each CPU's one-shot timer.
 *
 * The clock is the time-stamp counter, its frequency measured once against the HPET, the ACPI PM timer or the
 * PIT. It starts at 0 at boot and counts nanoseconds.
 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <vmkapi/base/platform.h>
#include <vmkapi/base/types.h>

#define CLOCK_NS_PER_US 1000ul
#define CLOCK_NS_PER_MS 1000000ul
#define CLOCK_NS_PER_S  1000000000ul

/** How cycles become nanoseconds: ((tsc - base) * mult) >> 32. Constant after clock_init(). */
struct clock_scale {
    vmk_uint64 base;       /**< TSC at time 0. */
    vmk_uint64 mult;       /**< 2^32 * 10^9 / hz. */
    vmk_uint64 hz;         /**< TSC ticks per second; 0 before clock_init(). */
    const char *reference; /**< What it was measured against: "HPET", "ACPI PM timer", "PIT". */
};
extern struct clock_scale clock_scale;

/** @return what the clock showed when the TSC was @p tsc. Context: any. */
VMK_ALWAYS_INLINE vmk_uint64 clock_ns_at(vmk_uint64 tsc)
{
    return (vmk_uint64)(((unsigned __int128)(tsc - clock_scale.base) * clock_scale.mult) >> 32);
}

/** @return nanoseconds since boot; 0 until clock_init(). Context: any. */
VMK_ALWAYS_INLINE vmk_uint64 clock_now_ns(void)
{
    return clock_ns_at(vmk_CPUReadTSC());
}

/** Spin for at least @p ns nanoseconds. Context: any. For waits of a few microseconds that hardware demands.
 */
void clock_delay_ns(vmk_uint64 ns);

/** Measure the time-stamp counter and the boot CPU's LAPIC timer. Context: boot CPU, interrupts off. */
void clock_init(void);

/**
 * Have timer_interrupt() called on this CPU at @p deadline_ns, or at once when that is past.
 *
 * One deadline per CPU: this replaces the last. ~0ul means never.
 * Context: any, interrupts off.
 */
void arch_timer_set(vmk_uint64 deadline_ns);

/** The timer of this CPU has fired. Implemented by core/sched. Context: interrupt. */
void timer_interrupt(void);

#endif
