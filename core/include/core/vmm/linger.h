/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linger.h - whether a vCPU stays out of its guest for a request that the guest has just made.
 *
 * A guest that makes a request and halts for it leaves twice, is woken, takes an interrupt and ends it. If
 * the request is done soon, all but the first is saved by entering the guest when it is. The price is time
 * that the guest could have used otherwise; so whether to linger is learnt from what it does with it:
 *   - let go, it halts, and is woken by the request's end, all within the longest time: linger;
 *   - it does something else meanwhile, or the end takes longer: do not;
 *   - when LINGER_BUDGET_NS have been spent so, it is let go in any case, to see.
 *
 * Pure: the caller tells the time in nanoseconds, which do not go back, and says what happens. Context: the
 * vCPU's world; *under_way is changed by anybody.
 */
#ifndef CORE_VMM_LINGER_H
#define CORE_VMM_LINGER_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

#define LINGER_BUDGET_NS 20000000ul

struct linger {
    vmk_uint64 longest_ns;       /**< 0: never linger. */
    const vmk_uint32 *under_way; /**< How many requests there are where the last one was made; atomic. */
    vmk_uint64 since_ns;         /**< When it was made. */
    vmk_uint64 left_ns;          /**< Of the budget, until the guest is let go to see. */
    bool made;                   /**< It was made at this exit. */
    bool on;                     /**< As learnt. */
    bool let_go;                 /**< The guest was entered before its end, and has not halted since. */
    bool halted;                 /**< It was, and has. */
};

/** Nothing is known of the guest, and it is let go. */
void linger_init(struct linger *linger, vmk_uint64 longest_ns);

/** The guest has made a request where there was none; *@p under_way is not 0 until its end. */
VMK_ALWAYS_INLINE void linger_made(struct linger *linger, const vmk_uint32 *under_way)
{
    linger->under_way = under_way;
    linger->made = linger->longest_ns != 0;
}

/** Whether it is under way. */
VMK_ALWAYS_INLINE bool linger_is_under_way(const struct linger *linger)
{
    return __atomic_load_n(linger->under_way, __ATOMIC_ACQUIRE) != 0;
}

/** It is, and was made now. @return whether to linger, until linger->longest_ns from now at most. */
bool linger_begin(struct linger *linger, vmk_uint64 now_ns);

/** That is over, and the guest is entered. */
void linger_end(struct linger *linger, vmk_uint64 now_ns);

/** The guest halts; is woken. */
void linger_halt(struct linger *linger, vmk_uint64 now_ns);
void linger_wake(struct linger *linger, vmk_uint64 now_ns);

#endif
