/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_powercut.c - logs of writes, good and bad, and what they say of a disk after a power cut: a guest
 * that keeps its promises loses nothing, one that forgets to flush is caught.
 */
#include "run.h"

#include <powercut.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR    512
#define LOG_BYTES (8u << 20)
#define DEVICE    77

/* --- a log being made --- */

static uint8_t log_bytes[LOG_BYTES];
static size_t log_len;

static void start_log(void)
{
    static const uint64_t super[4] = {0x6a736677736872, 1, 0, SECTOR};

    memset(log_bytes, 0, sizeof log_bytes);
    memcpy(log_bytes, super, sizeof super);
    log_len = SECTOR;
}

/* @block and @count are sectors. @return where the data goes. */
static uint8_t *add_entry(uint64_t block, uint64_t count, uint64_t flags)
{
    uint64_t description[4] = {block, count, flags, 0}, *entries = (uint64_t *)(log_bytes + 16);
    uint8_t *data = log_bytes + log_len + SECTOR;

    memcpy(log_bytes + log_len, description, sizeof description);
    log_len += SECTOR + (flags & (WRITE_LOG_DISCARD | WRITE_LOG_MARK) ? 0 : count * SECTOR);
    ck_assert_uint_le(log_len, LOG_BYTES);
    ++*entries;
    return data;
}

static void add_write(uint64_t block, uint8_t value, uint64_t flags)
{
    memset(add_entry(block, 1, flags), value, SECTOR);
}

/* --- reading --- */

static struct write_log reader;
static struct write_log_entry entry;

START_TEST(entries_are_read_in_order)
{
    start_log();
    add_write(5, 1, 0);
    add_entry(0, 0, WRITE_LOG_FLUSH);
    add_entry(8, 16, WRITE_LOG_DISCARD);
    add_write(9, 2, WRITE_LOG_FUA);
    ck_assert(write_log_open(&reader, log_bytes, log_len));
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_ENTRY);
    ck_assert_uint_eq(entry.offset, 5 * SECTOR);
    ck_assert_uint_eq(entry.len, SECTOR);
    ck_assert_uint_eq(entry.data[SECTOR - 1], 1);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_ENTRY);
    ck_assert_uint_eq(entry.flags, WRITE_LOG_FLUSH);
    ck_assert_ptr_null(entry.data);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_ENTRY);
    ck_assert_uint_eq(entry.len, 16 * SECTOR);
    ck_assert_ptr_null(entry.data);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_ENTRY);
    ck_assert_uint_eq(entry.flags, WRITE_LOG_FUA);
    ck_assert_uint_eq(entry.data[0], 2);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_END);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_END);
}
END_TEST

static void assert_no_log(size_t at, uint64_t value, size_t len, const char *why)
{
    start_log();
    memcpy(log_bytes + at, &value, len);
    ck_assert(!write_log_open(&reader, log_bytes, log_len));
    ck_assert_msg(strstr(reader.error, why) != NULL, "%s", reader.error);
}

START_TEST(what_is_no_log_is_refused)
{
    start_log();
    ck_assert(!write_log_open(&reader, log_bytes, SECTOR - 1));
    assert_no_log(0, 0x6a736677736873, 8, "no log");
    assert_no_log(8, 2, 8, "version 2");
    assert_no_log(24, 0, 4, "sectors cannot have 0 bytes");
    assert_no_log(24, 256, 4, "sectors cannot have 256");
    assert_no_log(24, 513, 4, "sectors cannot have 513");
    assert_no_log(24, 1u << 20, 4, "sectors cannot have");
}
END_TEST

static void assert_bad_entry(uint64_t sector, uint64_t count, uint64_t flags, const char *why)
{
    uint64_t description[4] = {sector, count, flags, 0};

    start_log();
    add_write(0, 1, 0);
    memcpy(log_bytes + SECTOR, description, sizeof description);
    ck_assert(write_log_open(&reader, log_bytes, log_len));
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_BAD);
    ck_assert_msg(strstr(reader.error, why) != NULL && strstr(reader.error, "entry 0") != NULL, "%s",
                  reader.error);
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_END);
}

START_TEST(bad_entries_are_named)
{
    assert_bad_entry(0, 1, 16, "unknown flags");
    assert_bad_entry(0, 1, 1ull << 40, "unknown flags");
    assert_bad_entry(0, 1ull << 40, 0, "no disk");
    assert_bad_entry(1ull << 60, 1, 0, "no disk");
    assert_bad_entry(UINT64_MAX, 1, 0, "no disk");
    assert_bad_entry(0, 2, 0, "ends in its data");
    assert_bad_entry(0, UINT32_MAX, 0, "ends in its data");
}
END_TEST

START_TEST(each_length_of_a_log_is_read_up_to_its_end)
{
    start_log();
    add_write(0, 1, 0);
    add_entry(0, 0, WRITE_LOG_FLUSH);
    add_entry(0, 4, 0);
    for (size_t len = SECTOR; len <= log_len; len++) {
        /* Of its own length, so that reading beyond is seen. */
        uint8_t *part = malloc(len);
        enum write_log_result result;
        unsigned entries = 0;

        memcpy(part, log_bytes, len);
        ck_assert(write_log_open(&reader, part, len));
        while ((result = write_log_next(&reader, &entry)) == WRITE_LOG_ENTRY) {
            entries++;
        }
        CHECK_THAT(result == (len == log_len ? WRITE_LOG_END : WRITE_LOG_BAD));
        CHECK_THAT(entries == 0u + (len == log_len) + (len >= 4 * SECTOR) + (len >= 3 * SECTOR));
        free(part);
    }
}
END_TEST

/* --- the medium --- */

static struct medium *medium;

static void replay(void)
{
    medium = medium_create(16, SECTOR);
    ck_assert(write_log_open(&reader, log_bytes, log_len));
    while (write_log_next(&reader, &entry) == WRITE_LOG_ENTRY) {
        ck_assert(medium_do(medium, &entry));
    }
}

static int value_at(enum medium_cut kind, uint64_t block, uint64_t seed)
{
    medium_cut(medium, kind, seed);
    const uint8_t *data = medium_block(medium, block);
    return data != NULL ? *data : 0;
}

/* Which of the values 0 to 3 a block has after a thousand cuts, as bits. */
static unsigned values_at(enum medium_cut kind, uint64_t block)
{
    unsigned seen = 0;

    for (uint64_t seed = 0; seed < 1000; seed++) {
        seen |= 1u << value_at(kind, block, seed);
    }
    return seen;
}

START_TEST(flushed_is_there_and_the_rest_may_be)
{
    start_log();
    add_write(0, 1, 0);
    add_entry(0, 0, WRITE_LOG_FLUSH);
    add_write(0, 2, 0);
    add_write(0, 3, 0);
    add_write(1, 1, 0);
    replay();
    ck_assert_int_eq(value_at(MEDIUM_CUT_NOTHING, 0, 0), 1);
    ck_assert_int_eq(value_at(MEDIUM_CUT_EVERYTHING, 0, 0), 3);
    ck_assert_int_eq(value_at(MEDIUM_CUT_NEWEST, 0, 0), 1);
    ck_assert_int_eq(value_at(MEDIUM_CUT_NEWEST, 1, 0), 1);
    ck_assert_uint_eq(values_at(MEDIUM_CUT_WRITES, 0), 1u << 1 | 1u << 2 | 1u << 3);
    ck_assert_uint_eq(values_at(MEDIUM_CUT_BLOCKS, 1), 1u << 0 | 1u << 1);
    ck_assert_uint_eq(medium_unflushed(medium), 3);
    medium_destroy(medium);
}
END_TEST

START_TEST(fua_is_there_and_so_is_what_a_flush_with_data_flushes)
{
    start_log();
    add_write(0, 1, 0);
    add_write(0, 2, WRITE_LOG_FUA);
    add_write(0, 3, 0);
    add_write(1, 1, 0);
    add_write(2, 1, WRITE_LOG_FLUSH);
    replay();
    ck_assert_uint_eq(values_at(MEDIUM_CUT_WRITES, 0), 1u << 3);
    ck_assert_uint_eq(values_at(MEDIUM_CUT_WRITES, 1), 1u << 1);
    ck_assert_uint_eq(values_at(MEDIUM_CUT_WRITES, 2), 1u << 0 | 1u << 1);
    medium_destroy(medium);
    log_len -= 4 * SECTOR;
    ((uint64_t *)log_bytes)[2] -= 2;
    replay();
    ck_assert_uint_eq(values_at(MEDIUM_CUT_WRITES, 0), 1u << 2 | 1u << 3);
    medium_destroy(medium);
}
END_TEST

START_TEST(a_write_is_torn_between_blocks_and_a_discard_leaves_zeroes)
{
    bool torn = false;

    start_log();
    memset(add_entry(0, 8, 0), 1, 8 * SECTOR);
    add_entry(9, 1, WRITE_LOG_DISCARD);
    add_entry(10, 1, WRITE_LOG_MARK);
    replay();
    for (uint64_t seed = 0; seed < 1000; seed++) {
        CHECK_THAT(value_at(MEDIUM_CUT_WRITES, 0, seed) == value_at(MEDIUM_CUT_WRITES, 7, seed));
        torn |= value_at(MEDIUM_CUT_BLOCKS, 0, seed) != value_at(MEDIUM_CUT_BLOCKS, 7, seed);
    }
    ck_assert(torn);
    ck_assert_int_eq(value_at(MEDIUM_CUT_EVERYTHING, 9, 0), 0);
    ck_assert_uint_eq(medium_unflushed(medium), 9);
    medium_destroy(medium);
    medium = medium_create(16, 4096);
    start_log();
    add_write(1, 1, 0);
    ck_assert(write_log_open(&reader, log_bytes, log_len));
    ck_assert_int_eq(write_log_next(&reader, &entry), WRITE_LOG_ENTRY);
    ck_assert(!medium_do(medium, &entry));
    medium_destroy(medium);
}
END_TEST

/* --- whole runs --- */

enum guest { FAITHFUL, FORGETFUL, HASTY, BY_FUA, FUA_FORGOTTEN };

static struct survival_run run_of_guest;
static uint64_t written, promised;

static void write_request(enum guest guest, uint64_t generation, uint64_t block, uint32_t count)
{
    uint8_t *data = add_entry(block, count, guest == BY_FUA ? WRITE_LOG_FUA : 0);

    for (uint32_t i = 0; i < count; i++) {
        struct pattern_header header = {.device = DEVICE,
                                        .block = block + i,
                                        .generation = generation,
                                        .seed = run_of_guest.plan.seed,
                                        .sequence = written,
                                        .stable = promised};
        uint64_t aligned[SECTOR / 8];
        pattern_fill(aligned, SECTOR, &header);
        memcpy(data + i * SECTOR, aligned, SECTOR);
    }
    written++;
}

/* Promise what has been written, as this guest does. */
static void promise(enum guest guest)
{
    if (guest == FAITHFUL) {
        add_entry(0, 0, WRITE_LOG_FLUSH);
    }
    promised = written;
    if (guest == HASTY) {
        /* What it promises next is on its way before the flush. */
        write_request(guest, run_of_guest.first_generation, run_of_guest.plan.first_block, 1);
        written--;
        add_entry(0, 0, WRITE_LOG_FLUSH);
    }
}

static void make_run(enum guest guest, unsigned generations)
{
    struct pattern_walk walk;
    uint64_t block;
    uint32_t count;

    start_log();
    written = promised = 0;
    ck_assert(pattern_plan_init(&run_of_guest.plan, 4711, 100, 256, 1, 16));
    run_of_guest.device = DEVICE;
    run_of_guest.block_bytes = SECTOR;
    run_of_guest.first_generation = 1;
    for (unsigned g = 0; g < generations; g++) {
        pattern_walk_start(&walk, &run_of_guest.plan, g + 1, 0);
        while (pattern_walk_next(&walk, &block, &count)) {
            write_request(guest, g + 1, block, count);
            if (written % 8 == 0 || guest == BY_FUA || guest == FUA_FORGOTTEN) {
                promise(guest);
            }
        }
    }
}

static struct powercut_result result;

static bool cut(void)
{
    FILE *report = fopen("/dev/null", "w");
    bool good = powercut_run(log_bytes, log_len, &run_of_guest, 500, 1, promised, report, &result);

    fclose(report);
    return good;
}

START_TEST(promises_that_are_kept)
{
    make_run(FAITHFUL, 20);
    ck_assert(cut());
    ck_assert_uint_eq(result.losses, 0);
    ck_assert_uint_eq(result.cuts, 500);
    ck_assert_uint_eq(result.stable, promised);
    ck_assert_uint_gt(result.flushes, 50);
    ck_assert_uint_gt(result.unflushed, 500);
    make_run(BY_FUA, 20);
    ck_assert(cut());
    ck_assert_uint_eq(result.losses, 0);
    ck_assert_uint_eq(result.stable, written);
    ck_assert_uint_eq(result.fuas, result.entries);
}
END_TEST

START_TEST(promises_that_are_not)
{
    make_run(FORGETFUL, 20);
    ck_assert(cut());
    ck_assert_uint_gt(result.losses, 400);
    make_run(FUA_FORGOTTEN, 20);
    ck_assert(cut());
    ck_assert_uint_gt(result.losses, 400);
    make_run(HASTY, 20);
    ck_assert(cut());
    ck_assert_uint_gt(result.losses, 0);
}
END_TEST

/* The last promise is the guest's word alone: no block was written after it. */
START_TEST(the_last_promise_counts)
{
    make_run(FAITHFUL, 2);
    promised = written;
    ck_assert(written % 8 != 0);
    ck_assert(cut());
    ck_assert_uint_eq(result.losses, 1);
}
END_TEST

START_TEST(what_is_not_of_the_run_is_a_loss)
{
    make_run(FAITHFUL, 2);
    add_write(100 + 17, 0x55, 0);
    ck_assert(cut());
    ck_assert_uint_eq(result.losses, 1);
    log_len -= 100;
    ck_assert(!cut());
}
END_TEST

RUN_TESTS(entries_are_read_in_order, what_is_no_log_is_refused, bad_entries_are_named,
          each_length_of_a_log_is_read_up_to_its_end, flushed_is_there_and_the_rest_may_be,
          fua_is_there_and_so_is_what_a_flush_with_data_flushes,
          a_write_is_torn_between_blocks_and_a_discard_leaves_zeroes, promises_that_are_kept,
          promises_that_are_not, the_last_promise_counts, what_is_not_of_the_run_is_a_loss)
