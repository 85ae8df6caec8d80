/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_share.c - shares: who gets how much of one CPU, whatever slices there are; sleep is not saved up;
 * clocks wrap round.
 */
#include <run.h>
#include <stdlib.h>

#include <core/runq.h>

#define WORLDS   4
#define SLICE_NS 10000000ul

static struct runq runq;
static struct runq_entry worlds[WORLDS];
static vmk_uint64 ran_ns[WORLDS], now;

static void start(vmk_uint64 clock, const vmk_uint32 shares[WORLDS])
{
    runq_init(&runq);
    now = clock;
    for (unsigned i = 0; i < WORLDS; i++) {
        ran_ns[i] = 0;
        worlds[i] = (struct runq_entry){.level = 5, .share = {.shares = shares[i], .virtual_ns = clock}};
        if (shares[i] != 0) {
            runq_insert(&runq, &worlds[i], RUNQ_IN_TURN);
        }
    }
}

/** Have who is first run for up to a slice. @return which it was. */
static unsigned turn(vmk_uint64 slice_ns)
{
    struct runq_entry *first = runq_first(&runq);
    unsigned i = (unsigned)(first - worlds);

    runq_remove(&runq, first);
    now = first->share.virtual_ns;
    ran_ns[i] += slice_ns;
    share_charge(&first->share, slice_ns);
    runq_insert(&runq, first, RUNQ_IN_TURN);
    return i;
}

/** Each has its part of what all had, to a slice of those who have least. */
static void expect_parts(const vmk_uint32 shares[WORLDS], vmk_uint64 tolerance_ns)
{
    vmk_uint64 all_ns = 0, all_shares = 0;

    for (unsigned i = 0; i < WORLDS; i++) {
        all_ns += ran_ns[i];
        all_shares += shares[i];
    }
    for (unsigned i = 0; i < WORLDS; i++) {
        vmk_uint64 due = all_ns / all_shares * shares[i];

        ck_assert_uint_le(llabs((long long)(ran_ns[i] - due)), tolerance_ns);
    }
}

static const vmk_uint32 mixes[][WORLDS] = {{1000, 3000, 0, 0},
                                           {1000, 1000, 1000, 1000},
                                           {500, 1000, 2000, 4000},
                                           {1, 2, 3, 4},
                                           {7, 100000, 333, 12345}};

START_TEST(whole_slices)
{
    for (unsigned mix = 0; mix < 4; mix++) {
        vmk_uint64 all = 0;

        for (unsigned i = 0; i < WORLDS; i++) {
            all += mixes[mix][i];
        }
        start(0, mixes[mix]);
        for (vmk_uint64 i = 0; i < 40 * all; i++) {
            turn(SLICE_NS);
        }
        expect_parts(mixes[mix], 2 * SLICE_NS);
    }
}
END_TEST

START_TEST(cut_slices)
{
    srand(1);
    for (unsigned mix = 0; mix < sizeof(mixes) / sizeof(mixes[0]); mix++) {
        start(0, mixes[mix]);
        for (unsigned i = 0; i < 200000; i++) {
            turn(1 + (vmk_uint64)rand() % SLICE_NS);
        }
        expect_parts(mixes[mix], 4 * SLICE_NS);
    }
}
END_TEST

/* Across the end of the numbers, the turns are those from 0 on. */
START_TEST(clocks_wrap_round)
{
    unsigned order[2][4000];

    for (unsigned run = 0; run < 2; run++) {
        start(run == 0 ? 0 : 0ul - 100 * SLICE_NS, mixes[2]);
        for (unsigned i = 0; i < 4000; i++) {
            order[run][i] = turn(SLICE_NS);
        }
        expect_parts(mixes[2], 2 * SLICE_NS);
    }
    for (unsigned i = 0; i < 4000; i++) {
        CHECK_THAT(order[0][i] == order[1][i]);
    }
}
END_TEST

START_TEST(sleep_is_not_saved_up)
{
    start(0, mixes[1]);
    runq_remove(&runq, &worlds[3]);
    for (unsigned i = 0; i < 3000; i++) {
        ck_assert_uint_ne(turn(SLICE_NS), 3);
    }
    share_catch_up(&worlds[3].share, now);
    runq_insert(&runq, &worlds[3], RUNQ_IN_TURN);
    for (unsigned i = 0; i < WORLDS; i++) {
        ran_ns[i] = 0;
    }
    for (unsigned i = 0; i < 40; i++) {
        turn(SLICE_NS);
    }
    expect_parts(mixes[1], 2 * SLICE_NS);
}
END_TEST

START_TEST(a_clock_is_never_put_back)
{
    struct share share = {.shares = 1000, .virtual_ns = 500};

    share_catch_up(&share, 499);
    ck_assert_uint_eq(share.virtual_ns, 500);
    share_catch_up(&share, 501);
    ck_assert_uint_eq(share.virtual_ns, 501);
    share_catch_up(&share, 501 - (1ul << 62));
    ck_assert_uint_eq(share.virtual_ns, 501);
}
END_TEST

START_TEST(nothing_is_for_free)
{
    struct share share = {.shares = SHARES_MAX};

    share_charge(&share, 1);
    ck_assert_uint_eq(share.virtual_ns, 1);
    share_charge(&share, 1000);
    ck_assert_uint_eq(share.virtual_ns, 11);
}
END_TEST

/* Turns are by clocks whatever else is queued, and equal clocks' by arrival. */
START_TEST(in_turn_against_a_model)
{
    enum { COUNT = 50 };
    static struct runq_entry entries[COUNT];
    static vmk_uint64 arrived[COUNT];
    vmk_uint64 arrivals = 0;

    srand(2);
    runq_init(&runq);
    for (unsigned step = 0; step < 50000; step++) {
        unsigned i = (unsigned)rand() % COUNT, best = COUNT;

        if (arrived[i] != 0) {
            runq_remove(&runq, &entries[i]);
            arrived[i] = 0;
        } else {
            entries[i] = (struct runq_entry){.level = 9, .share.virtual_ns = (vmk_uint64)rand() % 20};
            arrived[i] = ++arrivals;
            runq_insert(&runq, &entries[i], RUNQ_IN_TURN);
        }
        for (unsigned j = 0; j < COUNT; j++) {
            if (arrived[j] != 0 &&
                (best == COUNT || entries[j].share.virtual_ns < entries[best].share.virtual_ns ||
                 (entries[j].share.virtual_ns == entries[best].share.virtual_ns &&
                  arrived[j] < arrived[best]))) {
                best = j;
            }
        }
        CHECK_THAT(runq_first(&runq) == (best == COUNT ? NULL : &entries[best]));
    }
}
END_TEST

RUN_TESTS(whole_slices, cut_slices, clocks_wrap_round, sleep_is_not_saved_up, a_clock_is_never_put_back,
          nothing_is_for_free, in_turn_against_a_model)
