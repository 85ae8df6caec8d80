/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_timer_heap.c - the pairing heap of timers, against a naive model.
 */
#include <run.h>
#include <stdbool.h>
#include <stdlib.h>

#include <core/timer.h>

enum { COUNT = 300 };

static vmk_TimerObject timers[COUNT];
static bool queued[COUNT];
static vmk_TimerObject *heap;

static void check_first(void)
{
    vmk_uint64 first = TIMER_NEVER;

    for (unsigned i = 0; i < COUNT; i++) {
        if (queued[i] && timers[i].deadline_ns < first) {
            first = timers[i].deadline_ns;
        }
    }
    ck_assert(first == TIMER_NEVER ? heap == NULL : heap->deadline_ns == first);
}

static void toggle(unsigned i, vmk_uint64 deadline)
{
    if (queued[i]) {
        timer_heap_remove(&heap, &timers[i]);
    } else {
        timers[i].deadline_ns = deadline;
        timer_heap_insert(&heap, &timers[i]);
    }
    queued[i] = !queued[i];
}

START_TEST(comes_out_in_order)
{
    vmk_uint64 last = 0;

    srand(2);
    for (unsigned i = 0; i < COUNT; i++) {
        toggle(i, (vmk_uint64)rand() % 1000);
    }
    while (heap != NULL) {
        ck_assert_uint_ge(heap->deadline_ns, last);
        last = heap->deadline_ns;
        toggle((unsigned)(heap - timers), 0);
    }
    for (unsigned i = 0; i < COUNT; i++) {
        ck_assert(!queued[i]);
    }
}
END_TEST

START_TEST(sorted_input)
{
    for (unsigned i = 0; i < COUNT; i++) {
        toggle(i, _i == 0 ? i : COUNT - i);
    }
    check_first();
    for (unsigned i = 0; i < COUNT; i += 2) {
        toggle(i, 0);
        check_first();
    }
}
END_TEST

START_TEST(random_operations)
{
    srand(3);
    for (unsigned step = 0; step < 100000; step++) {
        /* Few deadlines, so that many are equal. */
        toggle((unsigned)rand() % COUNT, (vmk_uint64)rand() % 64);
        check_first();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timer_heap");
    TCase *tcase = tcase_create("tests");

    tcase_set_timeout(tcase, RUN_TIMEOUT_S);
    tcase_add_test(tcase, comes_out_in_order);
    tcase_add_loop_test(tcase, sorted_input, 0, 2);
    tcase_add_test(tcase, random_operations);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
