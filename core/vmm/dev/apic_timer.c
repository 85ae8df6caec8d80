/* SPDX-License-Identifier: GPL-2.0-only */
#include "apic_timer.h"

#include "lapic_regs.h"
#include "period.h"

/* The timer's clock is 1 GHz: a count is `divider` nanoseconds. */

static unsigned mode_of(const struct lapic *lapic)
{
    return LVT_TIMER_MODE(lapic->lvt[LVT_TIMER]);
}

/** 10.5.4: bits 0, 1 and 3; 0 divides by 2, 7 by 1. */
static vmk_uint64 divider(const struct lapic *lapic)
{
    unsigned bits = (lapic->timer_divide & 3u) | (lapic->timer_divide >> 1 & 4u);

    return 1u << ((bits + 1) & 7u);
}

static vmk_uint64 span_ns(const struct lapic *lapic)
{
    return lapic->timer_initial * divider(lapic);
}

/** When the programmed interrupt is due after the last one; VDEV_NEVER: none is. */
static vmk_uint64 due_ns(const struct lapic *lapic)
{
    if (mode_of(lapic) == LVT_TIMER_DEADLINE) {
        return lapic->tsc_deadline != 0 ? vdev_tsc_deadline_ns(lapic->vm, lapic->tsc_deadline) : VDEV_NEVER;
    }
    return lapic->timer_initial != 0 && !lapic->timer_ended ? lapic->timer_started_ns + span_ns(lapic)
                                                            : VDEV_NEVER;
}

static void fire(void *device, vmk_uint64 now_ns)
{
    lapic_accept_event(device, LAPIC_EVENT_TIMER, 0);
}

void apic_timer_init(struct lapic *lapic)
{
    lapic->timer = (struct vdev_timer){.fire = fire, .device = lapic, .deadline_ns = VDEV_NEVER};
}

void apic_timer_start(struct lapic *lapic)
{
    lapic->timer_started_ns = vdev_now_ns(lapic->vm);
    lapic->timer_ended = false;
    vdev_timer_arm(lapic->vm, &lapic->timer, due_ns(lapic));
}

void apic_timer_stop(struct lapic *lapic)
{
    lapic->timer_initial = 0;
    lapic->tsc_deadline = 0;
    vdev_timer_arm(lapic->vm, &lapic->timer, VDEV_NEVER);
}

vmk_uint32 apic_timer_count(const struct lapic *lapic)
{
    vmk_uint64 counted;

    if (lapic->timer_initial == 0 || lapic->timer_ended || mode_of(lapic) == LVT_TIMER_DEADLINE) {
        return 0;
    }
    counted = (vdev_now_ns(lapic->vm) - lapic->timer_started_ns) / divider(lapic);
    if (mode_of(lapic) == LVT_TIMER_PERIODIC) {
        return lapic->timer_initial - (vmk_uint32)(counted % lapic->timer_initial);
    }
    return counted < lapic->timer_initial ? lapic->timer_initial - (vmk_uint32)counted : 0;
}

vmk_uint64 apic_timer_deadline(const struct lapic *lapic)
{
    return due_ns(lapic) > vdev_now_ns(lapic->vm) ? lapic->tsc_deadline : 0;
}

bool apic_timer_tick(struct lapic *lapic)
{
    vmk_uint64 now = vdev_now_ns(lapic->vm), due = due_ns(lapic), span = span_ns(lapic);

    if (due > now) {
        vdev_timer_arm(lapic->vm, &lapic->timer, due);
        return false;
    }
    if (mode_of(lapic) == LVT_TIMER_PERIODIC && span != 0) {
        /* Ticks that were missed are not made up for: they would only come in a burst. */
        lapic->timer_started_ns += (now - lapic->timer_started_ns) / span * span;
        vdev_timer_arm(lapic->vm, &lapic->timer, period_end(now, due_ns(lapic)));
        return true;
    }
    lapic->timer_ended = true; /* The initial count can be read still. */
    lapic->tsc_deadline = 0;
    return true;
}
