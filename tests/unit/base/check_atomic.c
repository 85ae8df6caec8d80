/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_atomic.c - what each operation leaves and returns, alone and against other threads.
 */
#include "run.h"

#include <pthread.h>

#include <vmkapi/base/atomic.h>

#define THREADS 4
#define ROUNDS  20000

START_TEST(each_leaves_and_returns_what_it_says)
{
    vmk_atomic64 a = 5;
    vmk_atomic32 b = 0xf0;

    vmk_AtomicInc64(&a);
    vmk_AtomicAdd64(&a, 10);
    vmk_AtomicSub64(&a, 3);
    vmk_AtomicDec64(&a);
    ck_assert_uint_eq(vmk_AtomicRead64(&a), 12);
    ck_assert_uint_eq(vmk_AtomicReadInc64(&a), 12);
    ck_assert_uint_eq(vmk_AtomicReadDec64(&a), 13);
    ck_assert_uint_eq(vmk_AtomicReadAdd64(&a, 1ul << 40), 12);
    ck_assert_uint_eq(vmk_AtomicReadWrite64(&a, 7), (1ul << 40) + 12);
    ck_assert_uint_eq(vmk_AtomicReadIfEqualWrite64(&a, 8, 1), 7);
    ck_assert_uint_eq(vmk_AtomicReadIfEqualWrite64(&a, 7, 1), 7);
    ck_assert_uint_eq(vmk_AtomicRead64(&a), 1);

    vmk_AtomicOr32(&b, 0x0f);
    vmk_AtomicAnd32(&b, 0x3c);
    vmk_AtomicXor32(&b, 0xff);
    ck_assert_uint_eq(vmk_AtomicReadOr32(&b, 0x100), 0xc3);
    ck_assert_uint_eq(vmk_AtomicReadAnd32(&b, 0x101), 0x1c3);
    vmk_AtomicWrite32(&b, ~0u);
    ck_assert_uint_eq(vmk_AtomicReadInc32(&b), ~0u);
    ck_assert_uint_eq(vmk_AtomicRead32(&b), 0);
}
END_TEST

static vmk_atomic64 counter;
static vmk_atomic32 lock;
static unsigned long guarded;

static void *contend(void *arg)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        vmk_AtomicInc64(&counter);
        while (vmk_AtomicReadIfEqualWrite32(&lock, 0, 1) != 0) {
            sched_yield();
        }
        guarded++;
        vmk_AtomicWrite32(&lock, 0);
    }
    return arg;
}

START_TEST(nothing_is_lost_between_threads)
{
    pthread_t threads[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, contend, NULL), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    }
    ck_assert_uint_eq(counter, THREADS * ROUNDS);
    ck_assert_uint_eq(guarded, THREADS * ROUNDS);
}
END_TEST

RUN_TESTS(each_leaves_and_returns_what_it_says, nothing_is_lost_between_threads)
