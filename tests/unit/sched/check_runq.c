/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_runq.c - run queues: order within and between levels, affinity, and against a naive model.
 */
#include <run.h>
#include <stdbool.h>
#include <stdlib.h>

#include <core/runq.h>

static struct runq runq;

static struct runq_entry entry(unsigned level)
{
    return (struct runq_entry){.level = (vmk_uint8)level, .affinity = ~0ul};
}

START_TEST(empty)
{
    runq_init(&runq);
    ck_assert_ptr_null(runq_first(&runq));
    ck_assert_int_eq(runq_best_level(&runq), -1);
    ck_assert_ptr_null(runq_find(&runq, 0));
}
END_TEST

START_TEST(best_level_first)
{
    struct runq_entry low = entry(0), high = entry(31), middle = entry(16);

    runq_init(&runq);
    runq_insert(&runq, &low, RUNQ_REAR);
    runq_insert(&runq, &high, RUNQ_REAR);
    runq_insert(&runq, &middle, RUNQ_REAR);
    ck_assert_ptr_eq(runq_first(&runq), &high);
    ck_assert_int_eq(runq_best_level(&runq), 31);
    runq_remove(&runq, &high);
    ck_assert_ptr_eq(runq_first(&runq), &middle);
    runq_remove(&runq, &middle);
    ck_assert_ptr_eq(runq_first(&runq), &low);
    runq_remove(&runq, &low);
    ck_assert_ptr_null(runq_first(&runq));
    ck_assert_uint_eq(runq.count, 0);
}
END_TEST

START_TEST(turns_within_a_level)
{
    struct runq_entry a = entry(3), b = entry(3), interrupted = entry(3);

    runq_init(&runq);
    runq_insert(&runq, &a, RUNQ_REAR);
    runq_insert(&runq, &b, RUNQ_REAR);
    runq_insert(&runq, &interrupted, RUNQ_FRONT);
    ck_assert_ptr_eq(runq_first(&runq), &interrupted);
    runq_remove(&runq, &interrupted);
    ck_assert_ptr_eq(runq_first(&runq), &a);
    runq_remove(&runq, &a);
    runq_insert(&runq, &a, RUNQ_REAR);
    ck_assert_ptr_eq(runq_first(&runq), &b);
}
END_TEST

START_TEST(find_honours_affinity)
{
    struct runq_entry here = entry(20), there = entry(10), low = entry(1);

    here.affinity = 1;
    there.affinity = 1ul << 63;
    runq_init(&runq);
    runq_insert(&runq, &here, RUNQ_REAR);
    runq_insert(&runq, &there, RUNQ_REAR);
    ck_assert_ptr_eq(runq_find(&runq, 0), &here);
    ck_assert_ptr_eq(runq_find(&runq, 63), &there);
    ck_assert_ptr_null(runq_find(&runq, 5));
    runq_insert(&runq, &low, RUNQ_REAR);
    ck_assert_ptr_eq(runq_find(&runq, 5), &low);
    ck_assert_ptr_eq(runq_find(&runq, 63), &there);
}
END_TEST

START_TEST(random_operations)
{
    enum { COUNT = 200 };
    static struct runq_entry entries[COUNT];
    bool queued[COUNT] = {false};
    unsigned count = 0;

    srand(1);
    runq_init(&runq);
    for (unsigned step = 0; step < 100000; step++) {
        unsigned i = (unsigned)rand() % COUNT;
        int best = -1;

        if (queued[i]) {
            runq_remove(&runq, &entries[i]);
            count--;
        } else {
            entries[i] = entry((unsigned)rand() % RUNQ_LEVELS);
            runq_insert(&runq, &entries[i], rand() % 2 ? RUNQ_FRONT : RUNQ_REAR);
            count++;
        }
        queued[i] = !queued[i];
        for (unsigned j = 0; j < COUNT; j++) {
            best = queued[j] && entries[j].level > best ? entries[j].level : best;
        }
        CHECK_THAT(runq_best_level(&runq) == best && runq.count == count);
        CHECK_THAT(best < 0 ? runq_first(&runq) == NULL : runq_first(&runq)->level == best);
    }
}
END_TEST

RUN_TESTS(empty, best_level_first, turns_within_a_level, find_honours_affinity, random_operations)
