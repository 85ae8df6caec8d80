/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fault.c - counting acquisitions, and the one that fails.
 */
#include <hosted/fault.h>

static unsigned count, failing;

void hosted_fault_arm(unsigned nth)
{
    count = 0;
    failing = nth;
}

unsigned hosted_fault_count(void)
{
    return count;
}

vmk_Bool hosted_fault_hit(void)
{
    return ++count == failing;
}
