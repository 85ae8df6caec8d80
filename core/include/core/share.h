/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * share.h - proportional shares of processor time, for worlds that would take all of it: guests.
 *
 * Each has a clock of its own, which runs while it does, the slower the more shares it has; the world whose
 * clock is behind goes first. So worlds that always want a processor get time in proportion to their shares
 * (start-time fair queueing: Goyal, Guo and Vin, OSDI 1996). What a world did not use while it slept is not
 * owed to it: when it wakes, its clock is put forward to the time of the world chosen last.
 *
 * Pure: the caller locks. Clocks wrap round, and are compared like sequence numbers.
 */
#ifndef CORE_SHARE_H
#define CORE_SHARE_H

#include <vmkapi/base/types.h>

#define SHARES_NORMAL 1000u /**< A clock of so many runs as fast as real time. */
#define SHARES_MAX    100000u

struct share {
    vmk_uint32 shares;     /**< 1 to SHARES_MAX. */
    vmk_uint64 virtual_ns; /**< Its clock. */
};

/** @return whether clock @p a is behind clock @p b. */
VMK_ALWAYS_INLINE vmk_Bool share_is_before(vmk_uint64 a, vmk_uint64 b)
{
    return (vmk_int64)(a - b) < 0;
}

/** What a clock of @p shares shows of @p ran_ns; rounded up, so that nothing is for free. */
VMK_ALWAYS_INLINE vmk_uint64 share_virtual(vmk_uint32 shares, vmk_uint64 ran_ns)
{
    return (ran_ns * SHARES_NORMAL + shares - 1) / shares;
}

/** The world has run for @p ran_ns. */
void share_charge(struct share *share, vmk_uint64 ran_ns);

/** Put its clock forward to @p virtual_ns, if it is behind. */
void share_catch_up(struct share *share, vmk_uint64 virtual_ns);

#endif
