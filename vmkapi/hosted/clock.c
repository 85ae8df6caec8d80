/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.c - time that is counted: it passes when it is looked at, spun through, or skipped by an idle CPU.
 */
#include <core/clock.h>
#include <hosted/event.h>
#include <hosted/machine.h>
#include <vmkapi/lib/bits.h>

#define NEVER   (~0ul)
#define SPIN_NS 200 /* A turn of a loop. */

struct clock_scale clock_scale = {.mult = 1ul << 32, .hz = CLOCK_NS_PER_S, .reference = "nothing"};
vmk_uint64 hosted_tsc;

static vmk_uint64 deadline = NEVER;

void arch_timer_set(vmk_uint64 deadline_ns)
{
    deadline = deadline_ns;
}

void hosted_timer_check(void)
{
    hosted_events_run(hosted_tsc);
    if (hosted_tsc >= deadline) {
        deadline = NEVER;
        hosted_vector_raise(HOSTED_VECTOR_TIMER);
    }
}

vmk_Bool hosted_timer_skip(void)
{
    vmk_uint64 next = VMK_MIN(deadline, hosted_events_next());

    if (next == NEVER) {
        return VMK_FALSE;
    }
    hosted_tsc = VMK_MAX(hosted_tsc, next);
    hosted_timer_check();
    return VMK_TRUE;
}

void hosted_pass(vmk_uint64 ns)
{
    hosted_tsc += ns;
    hosted_timer_check();
}

void hosted_relax(void)
{
    hosted_pass(SPIN_NS);
}

void clock_delay_ns(vmk_uint64 ns)
{
    hosted_pass(ns);
}
