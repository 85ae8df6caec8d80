/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_schedule.c - the schedule of the pattern engine against a model of a disk that ends requests in any
 * order.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "schedule.h"

#define BLOCKS 3000u
#define DEPTH  64u
#define WRITES 200000u

static struct schedule schedule;
static struct schedule_options options;

/* The model. */
static struct {
    uint64_t generation[BLOCKS]; /**< Of the last write that ended. */
    uint64_t reads[BLOCKS];      /**< In this generation. */
    uint8_t ended[WRITES], is_stable[WRITES];
    uint64_t writes, most_stable;
} model;

static struct schedule_item under_way[DEPTH];
static uint8_t covered[DEPTH][WRITES / 8]; /**< By a flush under way: writes that had ended when it began. */
static unsigned depth;

static void begin(const struct schedule_item *item)
{
    if (item->kind == SCHEDULE_WRITE) {
        CHECK_THAT(item->sequence == model.writes && model.writes < WRITES);
        model.writes++;
        for (uint64_t i = model.most_stable; i < item->stable; i++) {
            CHECK_THAT(model.is_stable[i]);
        }
        model.most_stable = item->stable > model.most_stable ? item->stable : model.most_stable;
    } else if (item->kind == SCHEDULE_READ) {
        for (uint32_t i = 0; i < item->num_blocks; i++) {
            CHECK_THAT(!options.writes || model.generation[item->block + i] == item->generation);
        }
    } else {
        for (uint64_t i = 0; i < model.writes; i++) {
            covered[depth][i / 8] =
                (uint8_t)((covered[depth][i / 8] & ~(1u << i % 8)) | model.ended[i] << i % 8);
        }
    }
    under_way[depth++] = *item;
}

static void end(unsigned at)
{
    struct schedule_item item = under_way[at];

    if (item.kind == SCHEDULE_WRITE) {
        for (uint32_t i = 0; i < item.num_blocks; i++) {
            CHECK_THAT(model.generation[item.block + i] + 1 == item.generation);
            model.generation[item.block + i] = item.generation;
        }
        model.ended[item.sequence] = 1;
        model.is_stable[item.sequence] |= item.fua;
    } else if (item.kind == SCHEDULE_READ) {
        for (uint32_t i = 0; i < item.num_blocks; i++) {
            model.reads[item.block + i]++;
        }
    } else {
        for (uint64_t i = 0; i < model.writes; i++) {
            model.is_stable[i] |= covered[at][i / 8] >> i % 8 & 1;
        }
    }
    schedule_done(&schedule, &item);
    depth--;
    under_way[at] = under_way[depth];
    memcpy(covered[at], covered[depth], sizeof(covered[0]));
}

/** Run to the end; requests end in any order. */
static void simulate(unsigned seed)
{
    enum schedule_answer answer = SCHEDULE_TAKEN;
    struct schedule_item item;

    memset(&model, 0, sizeof(model));
    depth = 0;
    srand(seed);
    schedule_start(&schedule, &options);
    while (answer != SCHEDULE_END || depth != 0) {
        answer = SCHEDULE_LATER;
        if (depth < DEPTH && rand() % 3 != 0) {
            answer = schedule_take(&schedule, &item);
            if (answer == SCHEDULE_TAKEN) {
                begin(&item);
                continue;
            }
            CHECK_THAT(answer == SCHEDULE_END || depth != 0);
        }
        if (depth != 0) {
            end((unsigned)rand() % depth);
        }
    }
}

static void set(bool writes, bool reads, uint32_t fua_percent, uint32_t flush_every)
{
    options = (struct schedule_options){.writes = writes,
                                        .reads = reads,
                                        .first_generation = 1,
                                        .generations = 3,
                                        .fua_percent = fua_percent,
                                        .flush_every = flush_every};
    ck_assert(pattern_plan_init(&options.plan, 11, 0, BLOCKS, 1, 8));
}

static void expect_reads(uint64_t count)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK_THAT(model.reads[i] == count);
    }
}

START_TEST(each_block_is_written_then_read_in_each_generation)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        set(true, true, 0, 0);
        simulate(seed);
        expect_reads(3);
        ck_assert_uint_eq(model.generation[BLOCKS - 1], 3);
        ck_assert_uint_eq(model.most_stable, 0);
    }
}
END_TEST

START_TEST(writes_only_and_reads_only)
{
    set(true, false, 0, 0);
    simulate(1);
    expect_reads(0);
    ck_assert_uint_eq(model.generation[0], 3);
    set(false, true, 0, 0);
    options.generations = 1;
    simulate(1);
    expect_reads(1);
    ck_assert_uint_eq(model.writes, 0);
}
END_TEST

START_TEST(what_is_said_to_be_stable_is)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        set(true, seed % 2, 0, 16);
        simulate(seed);
        ck_assert_uint_gt(model.most_stable, model.writes / 2);
        set(true, false, 100, 0);
        simulate(seed);
        ck_assert_uint_gt(model.most_stable, model.writes / 2);
        set(true, false, 50, 16);
        simulate(seed);
        ck_assert_uint_gt(model.most_stable, model.writes / 2);
        set(true, false, 50, 0);
        simulate(seed);
        ck_assert_uint_lt(model.most_stable, model.writes / 2);
    }
}
END_TEST

RUN_TESTS(each_block_is_written_then_read_in_each_generation, writes_only_and_reads_only,
          what_is_said_to_be_stable_is)
