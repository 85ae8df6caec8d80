/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress_table.h - all fault points there are; none in release builds.
 */
#ifndef CORE_MGMT_STRESS_TABLE_H
#define CORE_MGMT_STRESS_TABLE_H

#include <vmkapi/base/stress.h>

/** Section .vmk.stress, as the linker script delimits it. */
extern vmk_StressPoint *const vmk_stress_start[];
extern vmk_StressPoint *const vmk_stress_end[];

/** How many fault points there are, and the @p n-th. Context: any. */
unsigned stress_count(void);
vmk_StressPoint *stress_at(unsigned n);

/** Disarm all fault points: what comes next has to work. Context: any. */
void stress_disarm(void);

#endif
