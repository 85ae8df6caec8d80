/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apic_timer.h - the local APIC's timer: one-shot, periodic, TSC deadline (Intel SDM vol. 3A, 10.5.4).
 *
 * All of it is its vCPU's. What fires elsewhere sends LAPIC_EVENT_TIMER, and apic_timer_tick() decides by
 * the clock what that means: one that was armed for what is no longer programmed means nothing.
 */
#ifndef CORE_VMM_DEV_APIC_TIMER_H
#define CORE_VMM_DEV_APIC_TIMER_H

#include <core/vmm/lapic.h>

void apic_timer_init(struct lapic *lapic);

/** The initial count, divider, mode or deadline was written: count from now. */
void apic_timer_start(struct lapic *lapic);
/** The mode changed: the deadline and the counts are not each other's (10.5.4.1). */
void apic_timer_stop(struct lapic *lapic);

/** The current count register. */
vmk_uint32 apic_timer_count(const struct lapic *lapic);
/** IA32_TSC_DEADLINE: 0 once it has passed. */
vmk_uint64 apic_timer_deadline(const struct lapic *lapic);

/** Whether the interrupt is due; arms the next. */
bool apic_timer_tick(struct lapic *lapic);

#endif
