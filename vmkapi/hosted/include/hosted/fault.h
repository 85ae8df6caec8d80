/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault.h - letting one acquisition of a resource fail.
 *
 * Every allocation of memory, mapping and interrupt passes here. A test counts them in a run that works, then
 * repeats the run, each time with another one failing.
 */
#ifndef HOSTED_FAULT_H
#define HOSTED_FAULT_H

#include <vmkapi/base/types.h>

/** Let the @p nth acquisition from now on fail, the next being number 1; 0 lets all succeed. */
void hosted_fault_arm(unsigned nth);

/** @return acquisitions since hosted_fault_arm(). */
unsigned hosted_fault_count(void);

/** Count an acquisition. @return whether it is to fail. For the library's own files. */
vmk_Bool hosted_fault_hit(void);

#endif
