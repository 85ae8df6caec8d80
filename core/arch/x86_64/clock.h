/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock.h - where the clock begins.
 */
#ifndef ARCH_CLOCK_H
#define ARCH_CLOCK_H

/** Let time 0 be now. Context: boot CPU, first thing. */
void clock_start(void);

#endif
