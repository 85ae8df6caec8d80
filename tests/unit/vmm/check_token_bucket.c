/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_token_bucket.c - a rate: what passes in the long run, what at once, what a long wait brings.
 */
#include <run.h>
#include <stdlib.h>

#include <core/vmm/token_bucket.h>

#define S 1000000000ul

static struct token_bucket bucket;

/** Take pieces of up to @p max until @p end_ns, each as soon as it may be, from @p *now on. @return how much.
 */
static vmk_uint64 take_until(vmk_uint64 *now, vmk_uint64 end_ns, vmk_uint64 max)
{
    vmk_uint64 taken = 0, wait;

    for (;;) {
        while ((wait = token_bucket_wait_ns(&bucket, *now)) != 0) {
            if (*now + wait >= end_ns) {
                return taken;
            }
            /* Not a moment earlier. */
            CHECK_THAT(wait == 1 || token_bucket_wait_ns(&bucket, *now + wait - 1) != 0);
            *now += wait;
            CHECK_THAT(token_bucket_wait_ns(&bucket, *now) == 0);
        }
        vmk_uint64 piece = 1 + (vmk_uint64)rand() % max;

        token_bucket_take(&bucket, piece);
        taken += piece;
    }
}

START_TEST(no_limit)
{
    token_bucket_init(&bucket, 0);
    for (unsigned i = 0; i < 100; i++) {
        ck_assert_uint_eq(token_bucket_wait_ns(&bucket, i), 0);
        token_bucket_take(&bucket, 1ul << 32);
    }
}
END_TEST

/* In a minute: the rate, a full bucket, and what the last piece was too large. */
START_TEST(the_rate_is_kept)
{
    static const vmk_uint64 rates[] = {1, 3, 7, 100, 12345, 1000003, 999999937, TOKENS_PER_S_MAX};

    srand(1);
    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        vmk_uint64 rate = rates[i], now = 0, max = rate / 100 + 1, burst = rate / 10 + 1, taken;

        token_bucket_init(&bucket, rate);
        taken = take_until(&now, 60 * S, max);
        ck_assert_uint_ge(taken, 60 * rate - max);
        ck_assert_uint_le(taken, 60 * rate + burst + max);
    }
}
END_TEST

/* Rounding would show: 3 tokens a second, asked each nanosecond-odd, for a long time. */
START_TEST(nothing_is_lost_by_asking_often)
{
    vmk_uint64 now = 0, taken = 0;

    token_bucket_init(&bucket, 3);
    while (now < 100 * S) {
        if (token_bucket_wait_ns(&bucket, now) == 0) {
            token_bucket_take(&bucket, 1);
            taken++;
        }
        now += 9999;
    }
    ck_assert_uint_ge(taken, 300);
    ck_assert_uint_le(taken, 302);
}
END_TEST

START_TEST(a_large_piece_passes_and_is_paid_for)
{
    token_bucket_init(&bucket, 1000);
    token_bucket_take(&bucket, 5100);
    /* 100 were there. */
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, 0), 5 * S + 1);
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, 5 * S + 1), 0);
}
END_TEST

START_TEST(idleness_saves_a_tenth_of_a_second)
{
    vmk_uint64 now = 1000 * S;

    token_bucket_init(&bucket, 1000);
    token_bucket_take(&bucket, 100);
    ck_assert_uint_eq(take_until(&now, now + 1, 1), 100);
}
END_TEST

START_TEST(a_clock_that_begins_anew)
{
    token_bucket_init(&bucket, 1000);
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, 1000 * S), 0);
    token_bucket_take(&bucket, 1100);
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, 0), S + 1);
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, S / 2), S / 2 + 1);
    ck_assert_uint_eq(token_bucket_wait_ns(&bucket, S + 1), 0);
}
END_TEST

START_TEST(debt_does_not_wrap_round)
{
    token_bucket_init(&bucket, 1);
    for (unsigned i = 0; i < 100; i++) {
        token_bucket_take(&bucket, 1ul << 32);
        ck_assert_uint_gt(token_bucket_wait_ns(&bucket, 0), S);
    }
}
END_TEST

RUN_TESTS(no_limit, the_rate_is_kept, nothing_is_lost_by_asking_often, a_large_piece_passes_and_is_paid_for,
          idleness_saves_a_tenth_of_a_second, a_clock_that_begins_anew, debt_does_not_wrap_round)
