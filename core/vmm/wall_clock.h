/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wall_clock.h - real time, for the clocks that guests read: the machine's own, read once.
 */
#ifndef VMM_WALL_CLOCK_H
#define VMM_WALL_CLOCK_H

#include <vmkapi/base/types.h>

/** Read the machine's clock, of which it is assumed that it keeps UTC. Context: boot world, once. */
void wall_clock_init(void);

/** @return seconds since 1970. Context: any. */
vmk_uint64 wall_clock_now(void);

#endif
