/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * clock_reference.h - a counter of known frequency, to measure others against.
 */
#ifndef ARCH_CLOCK_REFERENCE_H
#define ARCH_CLOCK_REFERENCE_H

#include <vmkapi/base/types.h>

struct clock_reference {
    const char *name;
    vmk_uint64 hz;
    vmk_uint64 mask; /**< It counts modulo mask + 1. */
    vmk_uint64 (*read)(void);
};

/** Start the best counter the machine has. Context: boot CPU, after kmap_init(). */
struct clock_reference clock_reference_start(void);

#endif
