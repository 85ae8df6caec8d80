/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_lock_rank.c - which spinlocks may be taken while which are held.
 */
#include <run.h>

#include <core/lock_rank.h>

#define OPEN (LOCK_OPEN_INTERRUPTS | LOCK_OPEN_BOTTOM_HALVES)

static struct lock_rank_stack stack;
static const vmk_SpinlockObject *conflict;

static vmk_SpinlockObject outer = VMK_SPINLOCK_INITIALIZER("outer", 10);
static vmk_SpinlockObject inner = VMK_SPINLOCK_INITIALIZER("inner", 20);
static vmk_SpinlockObject unranked = VMK_SPINLOCK_INITIALIZER("unranked", VMK_SPINLOCK_UNRANKED);

static enum lock_rank_result check(vmk_SpinlockObject *lock, enum lock_context context, unsigned open)
{
    return lock_rank_check(&stack, lock, context, open, &conflict);
}

static void push(vmk_SpinlockObject *lock, enum lock_context context)
{
    ck_assert(lock_rank_push(&stack, lock, context, 0));
}

START_TEST(ascending_is_allowed)
{
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_OK);
    push(&outer, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&inner, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_OK);
    ck_assert_ptr_null(conflict);
}
END_TEST

START_TEST(descending_and_equal_are_not)
{
    vmk_SpinlockObject twin = inner;

    push(&inner, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_ORDER);
    ck_assert_ptr_eq(conflict, &inner);
    ck_assert_int_eq(check(&twin, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_ORDER);
}
END_TEST

START_TEST(order_counts_within_a_context)
{
    push(&inner, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_INTERRUPT, 0), LOCK_RANK_OK);
}
END_TEST

START_TEST(recursion_counts_everywhere)
{
    push(&inner, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&inner, LOCK_CONTEXT_INTERRUPT, 0), LOCK_RANK_RECURSION);
    push(&unranked, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&unranked, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_RECURSION);
}
END_TEST

START_TEST(unranked_goes_anywhere)
{
    push(&inner, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&unranked, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_OK);
    push(&unranked, LOCK_CONTEXT_WORLD);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_ORDER);
}
END_TEST

START_TEST(interrupt_and_open_world_are_unsafe)
{
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_INTERRUPT, 0), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, LOCK_OPEN_BOTTOM_HALVES), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_UNSAFE);
}
END_TEST

START_TEST(open_world_and_interrupt_are_unsafe)
{
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_INTERRUPT, 0), LOCK_RANK_UNSAFE);
}
END_TEST

START_TEST(bottom_half_and_open_world_are_unsafe)
{
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_BOTTOM_HALF, LOCK_OPEN_INTERRUPTS), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, LOCK_OPEN_INTERRUPTS), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, LOCK_OPEN_BOTTOM_HALVES), LOCK_RANK_OK);
    ck_assert_int_eq(check(&outer, LOCK_CONTEXT_WORLD, OPEN), LOCK_RANK_UNSAFE);
}
END_TEST

START_TEST(release_in_any_order)
{
    push(&outer, LOCK_CONTEXT_WORLD);
    push(&inner, LOCK_CONTEXT_WORLD);
    push(&unranked, LOCK_CONTEXT_WORLD);
    ck_assert(lock_rank_pop(&stack, &inner, 0));
    ck_assert(!lock_rank_holds(&stack, &inner));
    ck_assert(lock_rank_holds(&stack, &outer) && lock_rank_holds(&stack, &unranked));
    ck_assert(!lock_rank_pop(&stack, &inner, 0));
    ck_assert(lock_rank_pop(&stack, &outer, 0));
    ck_assert(lock_rank_pop(&stack, &unranked, 0));
    ck_assert_uint_eq(stack.depth, 0);
}
END_TEST

START_TEST(longest_is_from_first_to_last)
{
    ck_assert(lock_rank_push(&stack, &outer, LOCK_CONTEXT_WORLD, 100));
    ck_assert(lock_rank_push(&stack, &inner, LOCK_CONTEXT_WORLD, 150));
    ck_assert(lock_rank_pop(&stack, &outer, 180));
    ck_assert_uint_eq(stack.longest_ns, 0);
    ck_assert(lock_rank_pop(&stack, &inner, 200));
    ck_assert_uint_eq(stack.longest_ns, 100);
    ck_assert(lock_rank_push(&stack, &inner, LOCK_CONTEXT_WORLD, 300));
    ck_assert(lock_rank_pop(&stack, &inner, 310));
    ck_assert_uint_eq(stack.longest_ns, 100);
}
END_TEST

START_TEST(too_deep)
{
    vmk_SpinlockObject locks[LOCK_RANK_DEPTH];

    for (unsigned i = 0; i < LOCK_RANK_DEPTH; i++) {
        push(&locks[i], LOCK_CONTEXT_WORLD);
    }
    ck_assert(!lock_rank_push(&stack, &inner, LOCK_CONTEXT_WORLD, 0));
}
END_TEST

RUN_TESTS(ascending_is_allowed, descending_and_equal_are_not, order_counts_within_a_context,
          recursion_counts_everywhere, unranked_goes_anywhere, interrupt_and_open_world_are_unsafe,
          open_world_and_interrupt_are_unsafe, bottom_half_and_open_world_are_unsafe, release_in_any_order,
          longest_is_from_first_to_last, too_deep)
