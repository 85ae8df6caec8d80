/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/log.h>

#include "../../../core/mgmt/log_limit.h"
#include "../../../core/mgmt/log_ring.h"
#include "run.h"

#define NS_PER_S 1000000000ul

static void put(const char *text)
{
    struct log_record record = {.module = "test"};

    strcpy(record.text, text);
    log_ring_put(&record);
}

START_TEST(formats)
{
    struct log_record record = {.time_ns = (((1ul * 24 + 2) * 60 + 3) * 60 + 4) * NS_PER_S + 5678000,
                                .cpu = 3,
                                .world = 42,
                                .urgency = VMK_LOG_URGENCY_WARNING,
                                .module = "PCI",
                                .text = "hello"};
    char line[LOG_LINE_MAX];

    ck_assert_uint_eq(log_format(&record, line), strlen(line));
    ck_assert_str_eq(line, "1:02:03:04.005 cpu3:42)WARNING: PCI: hello");
    record.urgency = VMK_LOG_URGENCY_NORMAL;
    log_format(&record, line);
    ck_assert_str_eq(line, "1:02:03:04.005 cpu3:42)PCI: hello");
}
END_TEST

START_TEST(longest_line_fits)
{
    struct log_record record = {
        .time_ns = ~0ul, .cpu = 0xffff, .world = ~0u, .urgency = VMK_LOG_URGENCY_WARNING};
    char line[LOG_LINE_MAX];

    memset(record.module, 'm', LOG_NAME_MAX - 1);
    memset(record.text, 't', LOG_TEXT_MAX - 1);
    log_format(&record, line);
    ck_assert_int_eq(line[strlen(line) - 1], 't');
    ck_assert_uint_eq(strlen(strchr(line, ')') + 1),
                      strlen("WARNING: ") + LOG_NAME_MAX - 1 + 2 + LOG_TEXT_MAX - 1);
}
END_TEST

START_TEST(ring_keeps_order)
{
    vmk_uint64 next = 0;
    struct log_record record;
    char text[16];
    int i;

    ck_assert(!log_read(&next, &record));
    for (i = 0; i < 10; i++) {
        snprintf(text, sizeof(text), "%d", i);
        put(text);
    }
    for (i = 0; i < 10; i++) {
        ck_assert(log_read(&next, &record));
        ck_assert_int_eq(atoi(record.text), i);
        ck_assert_uint_eq(record.sequence, (vmk_uint64)i);
    }
    ck_assert(!log_read(&next, &record));
    ck_assert_uint_eq(log_next(), 10);
}
END_TEST

START_TEST(ring_loses_the_oldest)
{
    vmk_uint64 next = 0;
    struct log_record record;
    int i, count = 0;

    for (i = 0; i < LOG_SLOTS + 100; i++) {
        put("x");
    }
    ck_assert(log_read(&next, &record));
    ck_assert_uint_eq(record.sequence, 100);
    do {
        count++;
    } while (log_read(&next, &record));
    ck_assert_int_eq(count, LOG_SLOTS);
}
END_TEST

#define WRITERS 4
#define LINES   20000

static void *write_lines(void *arg)
{
    char text[LOG_TEXT_MAX];
    int i;

    /* Every character of a line is the same: a torn line shows. */
    for (i = 0; i < LINES; i++) {
        memset(text, 'a' + (int)(long)arg * 5 + i % 5, 100);
        text[100] = '\0';
        put(text);
    }
    return NULL;
}

START_TEST(ring_never_tears)
{
    pthread_t writers[WRITERS];
    vmk_uint64 next = 0, last = 0, seen = 0;
    struct log_record record;
    long i;

    for (i = 0; i < WRITERS; i++) {
        pthread_create(&writers[i], NULL, write_lines, (void *)i);
    }
    while (last + 1 < WRITERS * LINES) {
        if (!log_read(&next, &record)) {
            /* The very last lines can be stragglers only while their writers still write. */
            if (log_next() == WRITERS * LINES && next + 1 >= log_next()) {
                break;
            }
            continue;
        }
        ck_assert(seen == 0 || record.sequence > last);
        last = record.sequence;
        seen++;
        ck_assert_uint_eq(strspn(record.text, (char[]){record.text[0], '\0'}), 100);
    }
    for (i = 0; i < WRITERS; i++) {
        pthread_join(writers[i], NULL);
    }
    ck_assert_uint_gt(seen, 0);
}
END_TEST

START_TEST(limit_lets_a_burst_pass)
{
    struct log_limit limit = {0};
    vmk_uint32 suppressed = 0;
    vmk_uint64 now = 5 * NS_PER_S;
    int i, passed = 0;

    for (i = 0; i < 1000; i++) {
        passed += log_limit_pass(&limit, now, &suppressed);
    }
    ck_assert_int_eq(passed, VMK_LOG_BURST);
    ck_assert_uint_eq(suppressed, 0);
    /* Then at the steady rate, the first telling of those held back. */
    now += NS_PER_S / VMK_LOG_PER_SECOND;
    ck_assert(log_limit_pass(&limit, now, &suppressed));
    ck_assert_uint_eq(suppressed, 1000 - VMK_LOG_BURST);
    ck_assert(!log_limit_pass(&limit, now, &suppressed));
    for (i = 0, passed = 0; i < 1000; i++) {
        now += NS_PER_S / 1000;
        passed += log_limit_pass(&limit, now, &suppressed);
    }
    ck_assert_int_eq(passed, VMK_LOG_PER_SECOND);
    /* A rest pays everything back. */
    now += 100 * NS_PER_S;
    for (i = 0, passed = 0; i < 1000; i++) {
        passed += log_limit_pass(&limit, now, &suppressed);
    }
    ck_assert_int_eq(passed, VMK_LOG_BURST);
}
END_TEST

START_TEST(limits_are_per_site)
{
    static char sites[4096];
    unsigned i, unlimited = 0;

    ck_assert_ptr_eq(log_limit_find(&sites[0]), log_limit_find(&sites[0]));
    ck_assert_ptr_ne(log_limit_find(&sites[0]), log_limit_find(&sites[1]));
    for (i = 0; i < sizeof(sites); i++) {
        struct log_limit *limit = log_limit_find(&sites[i]);

        ck_assert(limit == NULL || limit->site == &sites[i]);
        unlimited += limit == NULL;
    }
    ck_assert_uint_gt(unlimited, 0);
}
END_TEST

START_TEST(ready_made_text_is_its_own_site)
{
    static const char fmt[] = "%s: %d", bare[] = "%s";

    ck_assert_ptr_eq(log_limit_site(fmt, "a: 1"), fmt);
    ck_assert_ptr_eq(log_limit_site(bare, "vmnic0: 100 Mbps"), log_limit_site(bare, "vmnic1: 1000 Mbps"));
    ck_assert_ptr_ne(log_limit_site(bare, "link up"), log_limit_site(bare, "link down"));
    ck_assert_ptr_ne(log_limit_site(bare, "link up"), bare);
}
END_TEST

RUN_TESTS(ready_made_text_is_its_own_site, formats, longest_line_fits, ring_keeps_order,
          ring_loses_the_oldest, ring_never_tears, limit_lets_a_burst_pass, limits_are_per_site)
