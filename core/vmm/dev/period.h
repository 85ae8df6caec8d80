/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * period.h - how often a periodic timer may fire: guests choose periods, the host has to live with them.
 */
#ifndef CORE_VMM_DEV_PERIOD_H
#define CORE_VMM_DEV_PERIOD_H

#include <vmkapi/base/types.h>

#define PERIOD_MIN_NS 100000ul
#define NS_PER_SECOND 1000000000ul

/** When to fire next for what is due at @p due_ns: then, or as soon as may be. */
VMK_ALWAYS_INLINE vmk_uint64 period_end(vmk_uint64 now_ns, vmk_uint64 due_ns)
{
    return due_ns > now_ns + PERIOD_MIN_NS ? due_ns : now_ns + PERIOD_MIN_NS;
}

/** Ticks of a clock of @p hz, below 2^32, in @p ns; and the first nanosecond at which that many have passed.
 */
VMK_ALWAYS_INLINE vmk_uint64 ticks_of_ns(vmk_uint64 ns, vmk_uint64 hz)
{
    return ns / NS_PER_SECOND * hz + ns % NS_PER_SECOND * hz / NS_PER_SECOND;
}

VMK_ALWAYS_INLINE vmk_uint64 ns_of_ticks(vmk_uint64 ticks, vmk_uint64 hz)
{
    return ticks / hz * NS_PER_SECOND + (ticks % hz * NS_PER_SECOND + hz - 1) / hz;
}

#endif
