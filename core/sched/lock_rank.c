/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock_rank.c - the spinlocks one CPU holds, and whether it may take another.
 */
#include <core/lock_rank.h>

/*
 * A lock remembers in which contexts it was ever taken (USED), and with which handlers able to interrupt its
 * holder (EXPOSED). One that is both used by a kind of handler and exposed to it will deadlock one day.
 */
enum lock_usage {
    USED_INTERRUPT = 1 << 0,
    USED_BOTTOM_HALF = 1 << 1,
    EXPOSED_INTERRUPT = 1 << 2,
    EXPOSED_BOTTOM_HALF = 1 << 3,
};

static unsigned usage_of(enum lock_context context, unsigned open)
{
    unsigned usage = 0;

    if (context == LOCK_CONTEXT_INTERRUPT) {
        usage |= USED_INTERRUPT;
    }
    if (context == LOCK_CONTEXT_BOTTOM_HALF) {
        usage |= USED_BOTTOM_HALF;
    }
    if (open & LOCK_OPEN_INTERRUPTS) {
        usage |= EXPOSED_INTERRUPT;
    }
    /* Bottom halves run on the way out of interrupts only. */
    if (open == (LOCK_OPEN_INTERRUPTS | LOCK_OPEN_BOTTOM_HALVES)) {
        usage |= EXPOSED_BOTTOM_HALF;
    }
    return usage;
}

static vmk_Bool usage_is_unsafe(unsigned usage)
{
    const unsigned interrupt = USED_INTERRUPT | EXPOSED_INTERRUPT;
    const unsigned bottom_half = USED_BOTTOM_HALF | EXPOSED_BOTTOM_HALF;

    return (usage & interrupt) == interrupt || (usage & bottom_half) == bottom_half;
}

enum lock_rank_result lock_rank_check(const struct lock_rank_stack *stack, vmk_SpinlockObject *lock,
                                      enum lock_context context, unsigned open,
                                      const vmk_SpinlockObject **conflict)
{
    unsigned usage = usage_of(context, open);

    *conflict = NULL;
    for (unsigned i = 0; i < stack->depth; i++) {
        const struct lock_rank_entry *held = &stack->held[i];

        *conflict = held->lock;
        if (held->lock == lock) {
            return LOCK_RANK_RECURSION;
        }
        if (held->context == context && lock->rank != VMK_SPINLOCK_UNRANKED &&
            held->lock->rank >= lock->rank) {
            return LOCK_RANK_ORDER;
        }
    }
    *conflict = NULL;
    usage |= __atomic_fetch_or(&lock->usage, usage, __ATOMIC_RELAXED);
    return usage_is_unsafe(usage) ? LOCK_RANK_UNSAFE : LOCK_RANK_OK;
}

vmk_Bool lock_rank_push(struct lock_rank_stack *stack, vmk_SpinlockObject *lock, enum lock_context context,
                        vmk_uint64 now_ns)
{
    if (stack->depth == LOCK_RANK_DEPTH) {
        return VMK_FALSE;
    }
    if (stack->depth == 0) {
        stack->since_ns = now_ns;
    }
    stack->held[stack->depth++] = (struct lock_rank_entry){.lock = lock, .context = context};
    return VMK_TRUE;
}

vmk_Bool lock_rank_pop(struct lock_rank_stack *stack, const vmk_SpinlockObject *lock, vmk_uint64 now_ns)
{
    unsigned i = stack->depth;

    while (i > 0 && stack->held[i - 1].lock != lock) {
        i--;
    }
    if (i == 0) {
        return VMK_FALSE;
    }
    for (; i < stack->depth; i++) {
        stack->held[i - 1] = stack->held[i];
    }
    stack->depth--;
    if (stack->depth == 0 && now_ns - stack->since_ns > stack->longest_ns) {
        stack->longest_ns = now_ns - stack->since_ns;
    }
    return VMK_TRUE;
}

vmk_Bool lock_rank_holds(const struct lock_rank_stack *stack, const vmk_SpinlockObject *lock)
{
    for (unsigned i = 0; i < stack->depth; i++) {
        if (stack->held[i].lock == lock) {
            return VMK_TRUE;
        }
    }
    return VMK_FALSE;
}

const char *lock_rank_text(enum lock_rank_result result)
{
    static const char *const text[] = {
        [LOCK_RANK_OK] = "allowed",
        [LOCK_RANK_RECURSION] = "held by this CPU already",
        [LOCK_RANK_ORDER] = "out of order",
        [LOCK_RANK_UNSAFE] = "taken by handlers that can interrupt its holder",
        [LOCK_RANK_DEEP] = "too many locks held",
    };

    return text[result];
}
