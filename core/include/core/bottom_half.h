/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bottom_half.h - how the scheduler runs bottom halves (vmkapi/base/bottom_half.h has their users' side).
 */
#ifndef CORE_BOTTOM_HALF_H
#define CORE_BOTTOM_HALF_H

#include <vmkapi/base/bottom_half.h>

/** How long bottom halves run at the end of an interrupt before the rest goes to the bottom-half world. */
#define BOTTOM_HALF_BUDGET_NS 2000000ul

/**
 * Run what is pending on this CPU, until nothing is or the budget is used up.
 *
 * Context: preempt count without interrupt and bottom-half shares, interrupts off; on meanwhile, off on
 * return.
 */
void bottom_half_run(void);

/** Create the bottom-half world of CPU @p cpu. Context: boot world, or the idle world of a starting CPU. */
void bottom_half_start(vmk_uint32 cpu);

#endif
