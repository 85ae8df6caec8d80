/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_bitmap.c - bitmaps against a plain array of truth values; bit searches; single bits. */
#include "linux_test.h"

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/string.h>

#define BITS 200

static DECLARE_BITMAP(map, BITS);
static bool model[BITS];

void linux_test_start(void)
{
    bitmap_zero(map, BITS);
    memset(model, 0, sizeof(model));
}

static void expect_like_model(void)
{
    unsigned int weight = 0, first = BITS, first_zero = BITS;

    for (unsigned int i = 0; i < BITS; i++) {
        EXPECT(!!test_bit(i, map) == model[i]);
        weight += model[i];
        first = model[i] && first == BITS ? i : first;
        first_zero = !model[i] && first_zero == BITS ? i : first_zero;
    }
    EXPECT(bitmap_weight(map, BITS) == weight);
    EXPECT(find_first_bit(map, BITS) == first);
    EXPECT(find_first_zero_bit(map, BITS) == first_zero);
    EXPECT(bitmap_empty(map, BITS) == (weight == 0));
    EXPECT(bitmap_full(map, BITS) == (weight == BITS));
}

static void test_ranges(void)
{
    unsigned int seed = 1;

    for (int round = 0; round < 500; round++) {
        unsigned int start, count;
        bool on;

        seed = seed * 1103515245 + 12345;
        start = seed % BITS;
        count = (seed >> 8) % (BITS - start + 1);
        on = seed >> 16 & 1;
        for (unsigned int i = start; i < start + count; i++)
            model[i] = on;
        if (on)
            bitmap_set(map, start, count);
        else
            bitmap_clear(map, start, count);
        expect_like_model();
    }
}

static void test_walk(void)
{
    unsigned int bit, expected = 0;

    for (bit = 0; bit < BITS; bit += 7)
        __set_bit(bit, map);
    for_each_set_bit(bit, map, BITS)
    {
        EXPECT(bit == expected);
        expected += 7;
    }
    EXPECT(expected >= BITS);
    EXPECT(find_next_bit(map, BITS, 197) == BITS);
    EXPECT(find_last_bit(map, BITS) == 196);
}

static void test_sets(void)
{
    DECLARE_BITMAP(low, BITS);
    DECLARE_BITMAP(high, BITS);
    DECLARE_BITMAP(out, BITS);

    bitmap_zero(low, BITS);
    bitmap_zero(high, BITS);
    bitmap_set(low, 0, 130);
    bitmap_set(high, 120, 80);
    EXPECT(bitmap_and(out, low, high, BITS) && bitmap_weight(out, BITS) == 10);
    bitmap_or(out, low, high, BITS);
    EXPECT(bitmap_full(out, BITS));
    EXPECT(bitmap_andnot(out, low, high, BITS) && bitmap_weight(out, BITS) == 120);
    EXPECT(bitmap_subset(out, low, BITS) && !bitmap_subset(high, low, BITS));
    EXPECT(bitmap_intersects(low, high, BITS) && !bitmap_intersects(out, high, BITS));
    EXPECT(!bitmap_equal(low, high, BITS) && bitmap_equal(low, low, BITS));
    /* What lies behind the end does not count. */
    high[BITS / BITS_PER_LONG] |= ~0UL << (BITS % BITS_PER_LONG);
    EXPECT(bitmap_weight(high, BITS) == 80);
}

static void test_single(void)
{
    unsigned long word[2] = {0, 0};

    EXPECT(!test_and_set_bit(65, word) && test_and_set_bit(65, word) && word[1] == 2);
    EXPECT(test_and_clear_bit(65, word) && !test_and_clear_bit(65, word) && word[1] == 0);
    change_bit(3, word);
    EXPECT(word[0] == 8 && test_and_change_bit(3, word) && word[0] == 0);
    EXPECT(ffs(0x10) == 5 && fls(0x10) == 5 && __ffs(0x10) == 4 && __fls(0x1f) == 4 &&
           fls64(1ULL << 40) == 41);
    EXPECT(hweight8(0xff) == 8 && hweight16(0x101) == 2 && hweight32(~0u) == 32 && hweight64(~0ULL) == 64);
}

const struct linux_case linux_cases[] = {
    {"ranges", test_ranges}, {"walk", test_walk}, {"sets", test_sets}, {"single", test_single}, {NULL, NULL},
};
