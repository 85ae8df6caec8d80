/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_account.c - the counters: exact sums, whichever threads add.
 */
#include <check.h>
#include <pthread.h>
#include <string.h>

#include "run.h"

#include <core/account.h>

#define THREADS 4
#define ROUNDS  100000

static void *add_and_take(void *unused)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        account_add(5, ACCOUNT_PACKETS, 3);
        account_add(5, ACCOUNT_PACKETS, -2);
    }
    return unused;
}

START_TEST(no_addition_is_lost)
{
    pthread_t threads[THREADS];

    account_init(2);
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_and_take, NULL), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ck_assert_int_eq(account_read(5, ACCOUNT_PACKETS), THREADS * ROUNDS);
    ck_assert_int_eq(account_read(4, ACCOUNT_PACKETS), 0);
}
END_TEST

START_TEST(says_what_is_left)
{
    char text[64], small[8];

    ck_assert(account_is_clear(7, text, sizeof(text)));
    ck_assert_str_eq(text, "");
    account_add(7, ACCOUNT_HEAP_BYTES, 4096);
    account_add(7, ACCOUNT_TIMERS, 3);
    ck_assert(!account_is_clear(7, text, sizeof(text)));
    ck_assert_str_eq(text, "4096 heap bytes, 3 timers");
    ck_assert(!account_is_clear(7, small, sizeof(small)));
    ck_assert_str_eq(small, "4096 he");
    account_add(7, ACCOUNT_HEAP_BYTES, -4096);
    account_add(7, ACCOUNT_TIMERS, -3);
    ck_assert(account_is_clear(7, text, sizeof(text)));
    ck_assert_str_eq(account_kind_name(ACCOUNT_DMA_MAPS), "DMA mappings");
}
END_TEST

RUN_TESTS(no_addition_is_lost, says_what_is_left)
