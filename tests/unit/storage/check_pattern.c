/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_pattern.c - pattern blocks, the plan of a run, and the shapes of its requests.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "run.h"
#include "shape.h"

#define BLOCK 4096u

static _Alignas(8) uint8_t block[BLOCK];
static struct pattern_header wants;
static struct pattern_fault fault;
static char text[240];

static void make(void)
{
    wants = (struct pattern_header){
        .device = pattern_device_id("disk"), .block = 77, .generation = 5, .seed = 9, .sequence = 3};
    pattern_fill(block, BLOCK, &wants);
}

static void expect(enum pattern_verdict verdict, const char *words)
{
    ck_assert_int_eq(pattern_check(block, BLOCK, &wants, &fault), verdict);
    pattern_describe(&fault, text, sizeof(text));
    ck_assert_msg(strstr(text, words) != NULL && strstr(text, "block 77") != NULL, "%s", text);
}

START_TEST(what_is_wrong_is_recognised)
{
    struct pattern_header other;

    make();
    ck_assert_int_eq(pattern_check(block, BLOCK, &wants, &fault), PATTERN_GOOD);
    wants.sequence = wants.stable = 1; /* may be any */
    ck_assert_int_eq(pattern_check(block, BLOCK, &wants, &fault), PATTERN_GOOD);
    other = wants;
    other.block = 78;
    pattern_fill(block, BLOCK, &other);
    expect(PATTERN_MISPLACED, "it is block 78, of generation 5");
    other = wants;
    other.generation = 4;
    pattern_fill(block, BLOCK, &other);
    expect(PATTERN_STALE, "it is of generation 4: a write was lost");
    other.generation = 6;
    pattern_fill(block, BLOCK, &other);
    expect(PATTERN_EARLY, "it is of generation 6: it was written too early");
    other = wants;
    other.device++;
    pattern_fill(block, BLOCK, &other);
    expect(PATTERN_FOREIGN, "of device 0x");
    other = wants;
    other.seed = 10;
    pattern_fill(block, BLOCK, &other);
    expect(PATTERN_UNRELATED, "seed 0xa, not 0x9");
    memset(block, 0xa5, BLOCK);
    expect(PATTERN_UNTOUCHED, "nothing was transferred");
    memset(block, 0, BLOCK);
    expect(PATTERN_ZERO, "all zeroes");
    block[BLOCK - 1] = 1;
    expect(PATTERN_ALIEN, "no pattern block");
    memset(block, 'x', BLOCK);
    expect(PATTERN_ALIEN, "it begins with 0x7878787878787878");
}
END_TEST

START_TEST(a_torn_block_tells_where)
{
    make();
    memset(block + 512, 0xa5, BLOCK - 512);
    expect(PATTERN_TORN, "torn at byte 512: 0xa5a5a5a5a5a5a5a5 instead of");
    ck_assert_ptr_nonnull(strstr(text, "nothing was transferred from there on"));
    make();
    memset(block + 1024, 0, BLOCK - 1024);
    expect(PATTERN_TORN, "torn at byte 1024");
    make();
    wants.generation = 4;
    pattern_fill(block, 2048, &wants); /* the first half of another block size, too */
    wants.generation = 5;
    expect(PATTERN_DAMAGED, "header is damaged");
}
END_TEST

START_TEST(every_bit_counts)
{
    make();
    for (size_t bit = 0; bit < BLOCK * 8; bit++) {
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_THAT(pattern_check(block, BLOCK, &wants, &fault) != PATTERN_GOOD);
        pattern_describe(&fault, text, sizeof(text));
        block[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}
END_TEST

START_TEST(a_plan_writes_each_block_once)
{
    for (uint64_t n = 1; n < 3000; n += 37) {
        struct pattern_plan plan;
        struct pattern_walk walk;
        uint8_t hits[3000] = {0};
        uint64_t at;
        uint32_t count;

        ck_assert(pattern_plan_init(&plan, n * 7, 100, n, 1 + (uint32_t)n % 3, 8));
        pattern_walk_start(&walk, &plan, n, n % 2);
        while (pattern_walk_next(&walk, &at, &count)) {
            CHECK_THAT(count >= 1 && count <= 8 && at >= 100 && at + count <= 100 + n);
            for (uint32_t i = 0; i < count; i++) {
                hits[at - 100 + i]++;
            }
        }
        for (uint64_t i = 0; i < n; i++) {
            CHECK_THAT(hits[i] == 1);
        }
    }
}
END_TEST

START_TEST(plans_that_make_no_sense)
{
    struct pattern_plan plan;

    ck_assert(!pattern_plan_init(&plan, 1, 0, 0, 1, 8));
    ck_assert(!pattern_plan_init(&plan, 1, 0, 100, 0, 8));
    ck_assert(!pattern_plan_init(&plan, 1, 0, 100, 9, 8));
    ck_assert(!pattern_plan_init(&plan, 1, 0, UINT64_MAX, 1, 1));
}
END_TEST

/* All sizes of requests a range allows turn up. */
START_TEST(a_plan_has_all_sizes)
{
    struct pattern_plan plan;
    struct pattern_walk walk;
    unsigned sizes[65] = {0};
    uint64_t at;
    uint32_t count;

    ck_assert(pattern_plan_init(&plan, 4, 0, 100000, 1, 64));
    pattern_walk_start(&walk, &plan, 1, 0);
    while (pattern_walk_next(&walk, &at, &count)) {
        sizes[count]++;
    }
    for (unsigned i = 1; i <= 64; i++) {
        ck_assert_msg(sizes[i] != 0, "no request of %u blocks", i);
    }
}
END_TEST

static uint8_t hits[SHAPE_CAPACITY(262144u) + 4096];

/** Mark bytes, none of which is marked yet. */
static void hit(uint32_t offset, uint32_t length)
{
    static const uint8_t none[sizeof(hits)];

    CHECK_THAT(memcmp(hits + offset, none, length) == 0);
    memset(hits + offset, 1, length);
}

START_TEST(shapes_hold_the_data_and_nothing_twice)
{
    unsigned odd = 0, leads = 0, most = 0;

    for (uint64_t seed = 0; seed < 3000; seed++) {
        uint32_t bytes = 512 * (1 + (uint32_t)(pattern_mix(seed) % 512));
        uint32_t capacity = (SHAPE_CAPACITY(bytes) + 4095) & ~4095u, sum = 0, at = 0, offset, length;
        struct shape shape;

        shape_make(&shape, seed, bytes, capacity);
        memset(hits, 0, capacity);
        for (uint32_t i = 0; i < shape.count; i++) {
            const struct shape_piece *piece = &shape.pieces[i];

            CHECK_THAT(piece->length != 0 && piece->offset <= capacity &&
                       piece->length <= capacity - piece->offset);
            sum += piece->length;
            odd += (piece->offset | piece->length) & 1;
            hit(piece->offset, piece->length);
        }
        CHECK_THAT(sum == bytes && shape.lead <= shape.pieces[0].offset);
        while (shape_next_guard(&shape, capacity, &at, &offset, &length)) {
            CHECK_THAT(offset <= capacity && length <= capacity - offset && length <= SHAPE_GUARD);
            hit(offset, length);
        }
        /* Whatever is next to a piece is a piece or watched. */
        for (uint32_t i = 0; i < shape.count; i++) {
            uint32_t end = shape.pieces[i].offset + shape.pieces[i].length;

            CHECK_THAT(shape.pieces[i].offset == 0 || hits[shape.pieces[i].offset - 1] == 1);
            CHECK_THAT(end == capacity || hits[end] == 1);
        }
        leads += shape.lead != 0;
        most = shape.count > most ? shape.count : most;
    }
    ck_assert_uint_gt(odd, 1000);
    ck_assert_uint_gt(leads, 100);
    ck_assert_uint_gt(most, 60);
}
END_TEST

RUN_TESTS(what_is_wrong_is_recognised, a_torn_block_tells_where, every_bit_counts,
          a_plan_writes_each_block_once, plans_that_make_no_sense, a_plan_has_all_sizes,
          shapes_hold_the_data_and_nothing_twice)
