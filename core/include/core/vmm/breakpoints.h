/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * breakpoints.h - a guest's breakpoints on data and ports, for accesses that are made for it: the processor
 * only sees those it makes itself (AMD64 APM vol. 2, 13.1).
 *
 * Hardware-free. Context: any.
 */
#ifndef CORE_VMM_BREAKPOINTS_H
#define CORE_VMM_BREAKPOINTS_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

#define DR7_ENABLED 0xfful

/** DR7's R/W field; 0, on execution, is the processor's. */
enum breakpoint_kind { BREAKPOINT_WRITE = 1, BREAKPOINT_PORT = 2, BREAKPOINT_ACCESS = 3 };

/** DR0 to DR3 and DR7. All zeroes: none. */
struct breakpoints {
    vmk_uint64 address[4], control;
};

/** Whether breakpoint @p n is on, is @p kind, and has a byte in common with @p size bytes at @p at. */
static inline bool breakpoint_meets(const struct breakpoints *breakpoints, unsigned n,
                                    enum breakpoint_kind kind, vmk_uint64 at, unsigned size)
{
    static const vmk_uint8 lengths[4] = {1, 2, 8, 4};
    vmk_uint64 length = lengths[breakpoints->control >> (18 + 4 * n) & 3];
    vmk_uint64 first = breakpoints->address[n] & ~(length - 1);

    return (breakpoints->control >> 2 * n & 3) != 0 && (breakpoints->control >> (16 + 4 * n) & 3) == kind &&
           first < at + size && at < first + length;
}

/** DR6's bits of the breakpoints that are @p kind and meet @p size bytes at @p at. */
static inline vmk_uint8 breakpoints_met(const struct breakpoints *breakpoints, enum breakpoint_kind kind,
                                        vmk_uint64 at, unsigned size)
{
    vmk_uint8 met = 0;

    for (unsigned n = 0; n < 4; n++) {
        met |= (vmk_uint8)(breakpoint_meets(breakpoints, n, kind, at, size) << n);
    }
    return met;
}

#endif
