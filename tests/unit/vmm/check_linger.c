/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_linger.c - for whom a vCPU lingers: for guests that halt for a request that ends soon, and as long as
 * they do.
 */
#include <run.h>

#include <core/vmm/linger.h>

#define LONGEST 200000ul
#define SOON    (LONGEST / 4)
#define TIMES   (LINGER_BUDGET_NS / SOON) /* That it is lingered until the guest is let go to see. */

static struct linger linger;
static vmk_uint32 under_way;
static vmk_uint64 now;

/** Nothing is known. */
static void begin(void)
{
    now = 1000 * LONGEST;
    linger_init(&linger, LONGEST);
}

/** The guest makes a request. @return whether it is lingered for. */
static bool request(void)
{
    under_way = 1;
    linger_made(&linger, &under_way);
    CHECK_THAT(linger.made && linger_is_under_way(&linger));
    linger.made = false;
    return linger_begin(&linger, now);
}

static void pass(vmk_uint64 ns)
{
    now += ns;
}

/** The guest, let go, halts after @p before and is woken by the request's end after @p asleep. */
static void halt(vmk_uint64 before, vmk_uint64 asleep)
{
    pass(before);
    linger_halt(&linger, now);
    pass(asleep);
    under_way = 0;
    linger_wake(&linger, now);
}

/** The request ends after @p ns, while it is lingered for. */
static void end(vmk_uint64 ns)
{
    pass(ns);
    under_way = 0;
    linger_end(&linger, now);
}

/** It is known to halt. */
static void learn(void)
{
    begin();
    ck_assert(!request());
    halt(SOON, SOON);
}

START_TEST(who_halts_is_lingered_for)
{
    learn();
    for (unsigned i = 0; i < TIMES; i++) {
        ck_assert(request());
        end(SOON);
        pass(10 * LONGEST);
    }
}
END_TEST

START_TEST(time_spent_is_followed_by_a_trial)
{
    learn();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < TIMES; i++) {
            ck_assert(request());
            end(SOON);
        }
        ck_assert(!request());
        halt(SOON, SOON);
    }
}
END_TEST

/** It is known to halt, and let go to see whether it does. */
static void come_to_a_trial(void)
{
    learn();
    for (unsigned i = 0; i < TIMES; i++) {
        ck_assert(request());
        end(SOON);
    }
    ck_assert(!request());
}

/* Until the trial it is lingered for; from then on it is not. */
START_TEST(who_has_something_to_do_is_let_go)
{
    come_to_a_trial();
    pass(SOON);
    under_way = 0; /* It does not halt. */
    pass(LONGEST);
    ck_assert(!request());
    pass(LONGEST);
    ck_assert(!request());
    pass(LONGEST); /* It halts too late. */
    linger_halt(&linger, now);
    under_way = 0;
    linger_wake(&linger, now);
    ck_assert(!request());
}
END_TEST

/* It halts in the end, its request long done. */
START_TEST(who_halts_for_something_else_later_is_let_go)
{
    come_to_a_trial();
    under_way = 0;
    pass(LONGEST);
    linger_halt(&linger, now);
    linger_wake(&linger, now);
    ck_assert(!request());
}
END_TEST

START_TEST(a_request_that_takes_long_is_not_waited_for)
{
    begin();
    ck_assert(!request());
    halt(SOON, LONGEST);
    ck_assert(!request());
    halt(SOON, LONGEST - SOON); /* Just not soon enough. */
    ck_assert(!request());
    halt(SOON, LONGEST - SOON - 1);
    ck_assert(request());
    pass(LONGEST); /* In vain: it is entered. */
    linger_end(&linger, now);
    ck_assert(!linger.on);
    halt(1, 1);
    ck_assert(!request());
}
END_TEST

/* A clock's tick, say, while the request is under way: nothing is learnt of how long that takes. */
START_TEST(who_is_woken_by_something_else_is_let_go)
{
    begin();
    ck_assert(!request());
    linger_halt(&linger, now);
    linger_wake(&linger, now);
    ck_assert(!request());
}
END_TEST

/* What ended before the guest was to be entered, or before it could halt, tells nothing. */
START_TEST(what_ends_at_once_changes_nothing)
{
    learn();
    ck_assert(request());
    end(0);
    linger_halt(&linger, now);
    linger_wake(&linger, now);
    ck_assert(request());
    pass(SOON); /* Something else is to be done. */
    linger_end(&linger, now);
    under_way = 0;
    linger_halt(&linger, now);
    linger_wake(&linger, now);
    ck_assert(request());

    begin();
    ck_assert(!request());
    under_way = 0;
    linger_halt(&linger, now);
    linger_wake(&linger, now);
    ck_assert(!request());
}
END_TEST

START_TEST(nobody_lingers_if_told_so)
{
    linger_init(&linger, 0);
    linger_made(&linger, &under_way);
    ck_assert(!linger.made);
}
END_TEST

RUN_TESTS(who_halts_is_lingered_for, time_spent_is_followed_by_a_trial, who_has_something_to_do_is_let_go,
          who_halts_for_something_else_later_is_let_go, a_request_that_takes_long_is_not_waited_for,
          who_is_woken_by_something_else_is_let_go, what_ends_at_once_changes_nothing,
          nobody_lingers_if_told_so)
