/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_memory.c - memcpy() and its kin against the host's, for every short length and many long ones.
 *
 * The source is compiled into this file under other names: the host's functions must stay what they are.
 */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#define memcpy  own_memcpy
#define memmove own_memmove
#define memset  own_memset
#define memcmp  own_memcmp
#include "memory.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define LONGEST 700

/* Buffers of exactly the size needed: one byte beyond is AddressSanitizer's. */
static unsigned char *random_bytes(size_t len)
{
    unsigned char *bytes = malloc(len + !len);

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (unsigned char)rand();
    }
    return bytes;
}

START_TEST(copies_every_length)
{
    for (size_t len = 0; len < LONGEST; len++) {
        unsigned char *from = random_bytes(len), *to = random_bytes(len);

        CHECK_THAT(own_memcpy(to, from, len) == to);
        CHECK_THAT(memcmp(to, from, len) == 0);
        free(from);
        free(to);
    }
}
END_TEST

START_TEST(moves_with_every_overlap)
{
    for (int round = 0; round < 15000; round++) {
        size_t len = (size_t)rand() % LONGEST, size = len + (size_t)rand() % 300 + 1;
        size_t from = (size_t)rand() % (size - len + 1), to = (size_t)rand() % (size - len + 1);
        unsigned char *ours = random_bytes(size), *theirs = malloc(size);

        memcpy(theirs, ours, size);
        own_memmove(ours + to, ours + from, len);
        memmove(theirs + to, theirs + from, len);
        CHECK_THAT(memcmp(ours, theirs, size) == 0);
        free(ours);
        free(theirs);
    }
}
END_TEST

START_TEST(moves_by_small_distances)
{
    for (size_t len = 0; len < 300; len++) {
        for (size_t distance = 0; distance < 20; distance++) {
            unsigned char *ours = random_bytes(len + distance), *theirs = malloc(len + distance + 1);

            memcpy(theirs, ours, len + distance);
            own_memmove(ours + distance, ours, len);
            memmove(theirs + distance, theirs, len);
            own_memmove(ours, ours + distance, len);
            memmove(theirs, theirs + distance, len);
            CHECK_THAT(memcmp(ours, theirs, len + distance) == 0);
            free(ours);
            free(theirs);
        }
    }
}
END_TEST

START_TEST(fills_every_length)
{
    for (size_t len = 0; len < LONGEST; len++) {
        unsigned char *bytes = random_bytes(len);

        CHECK_THAT(own_memset(bytes, 0x1a5, len) == bytes);
        for (size_t i = 0; i < len; i++) {
            CHECK_THAT(bytes[i] == 0xa5);
        }
        free(bytes);
    }
}
END_TEST

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

START_TEST(compares_at_every_place)
{
    for (size_t len = 0; len < 70; len++) {
        unsigned char *a = random_bytes(len), *b = malloc(len + 1);

        memcpy(b, a, len);
        CHECK_THAT(own_memcmp(a, b, len) == 0);
        for (size_t at = 0; at < len; at++) {
            b[at] = (unsigned char)rand();
            CHECK_THAT(sign(own_memcmp(a, b, len)) == sign(memcmp(a, b, len)));
            b[at] = a[at];
        }
        free(a);
        free(b);
    }
}
END_TEST

START_TEST(finds_bytes)
{
    const char text[] = "abcabc";

    ck_assert_ptr_eq(vmk_Memchr(text, 'b', 6), text + 1);
    ck_assert_ptr_eq(vmk_Memchr(text, 'c' + 256, 6), text + 2);
    ck_assert_ptr_null(vmk_Memchr(text, 'c', 2));
    ck_assert_ptr_null(vmk_Memchr(text, 'x', 6));
}
END_TEST

RUN_TESTS(copies_every_length, moves_with_every_overlap, moves_by_small_distances, fills_every_length,
          compares_at_every_place, finds_bytes)
