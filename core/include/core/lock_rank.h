/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lock_rank.h - the spinlocks one CPU holds, and whether it may take another.
 *
 * Pure data structure behind the debug checks of vmkapi/core/spinlock.h. The owning CPU calls, interrupts
 * off.
 */
#ifndef CORE_LOCK_RANK_H
#define CORE_LOCK_RANK_H

#include <vmkapi/base/types.h>
#include <vmkapi/core/spinlock.h>

#define LOCK_RANK_DEPTH 16

/** Where a lock was taken; locks are ordered within a context. */
enum lock_context {
    LOCK_CONTEXT_WORLD,
    LOCK_CONTEXT_BOTTOM_HALF,
    LOCK_CONTEXT_INTERRUPT,
};

/** What can interrupt the CPU right now. */
enum lock_open {
    LOCK_OPEN_INTERRUPTS = 1 << 0,
    LOCK_OPEN_BOTTOM_HALVES = 1 << 1,
};

struct lock_rank_entry {
    vmk_SpinlockObject *lock;
    enum lock_context context;
};

struct lock_rank_stack {
    unsigned depth;
    vmk_uint64 since_ns;   /**< When the first of those held was taken. */
    vmk_uint64 longest_ns; /**< The longest the CPU has held at least one. */
    struct lock_rank_entry held[LOCK_RANK_DEPTH];
};

enum lock_rank_result {
    LOCK_RANK_OK,
    LOCK_RANK_RECURSION, /**< This CPU holds the lock already. */
    LOCK_RANK_ORDER,     /**< It holds a lock of the same or a greater rank. */
    LOCK_RANK_UNSAFE,    /**< Handlers take it, and it is taken where these can interrupt. */
    LOCK_RANK_DEEP,      /**< More than LOCK_RANK_DEPTH locks. */
};

/**
 * Check whether @p lock may be waited for here, and note in it how it is used.
 *
 * @param open           enum lock_open bits: what can interrupt the holder.
 * @param[out] conflict  the lock that speaks against it, where there is one.
 */
enum lock_rank_result lock_rank_check(const struct lock_rank_stack *stack, vmk_SpinlockObject *lock,
                                      enum lock_context context, unsigned open,
                                      const vmk_SpinlockObject **conflict);

/** Record @p lock as taken. @return VMK_FALSE when the stack is full. */
vmk_Bool lock_rank_push(struct lock_rank_stack *stack, vmk_SpinlockObject *lock, enum lock_context context,
                        vmk_uint64 now_ns);

/** Forget @p lock. @return VMK_FALSE when it wasn't held. */
vmk_Bool lock_rank_pop(struct lock_rank_stack *stack, const vmk_SpinlockObject *lock, vmk_uint64 now_ns);

/** @return whether @p lock is held. */
vmk_Bool lock_rank_holds(const struct lock_rank_stack *stack, const vmk_SpinlockObject *lock);

/** @return static text for a result. */
const char *lock_rank_text(enum lock_rank_result result);

#endif
