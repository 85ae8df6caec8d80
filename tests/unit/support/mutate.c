/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutate.c - the values damage is made of are those that offsets, sizes and counts go wrong with.
 */
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

static unsigned long next(unsigned long *state)
{
    *state = *state * 6364136223846793005ul + 1442695040888963407ul;
    return *state >> 33;
}

static void damage(unsigned char *bytes, size_t len, unsigned long *state)
{
    static const unsigned long odd[] = {
        0,          1,          0x7f,       0xff,        0x7fffffff,         0x80000000,
        0xffffffff, 0xfffffff8, 0xffff0000, 0x100000000, 0x7fffffffffffffff, ~0ul};
    size_t width = 1ul << next(state) % 4, at = next(state) % len;
    unsigned long value = odd[next(state) % (sizeof(odd) / sizeof(odd[0]))];

    if (next(state) % 2 == 0) {
        bytes[at] ^= (unsigned char)(1u << next(state) % 8);
        return;
    }
    at -= at % width;
    if (at + width <= len) {
        memcpy(bytes + at, &value, width);
    }
}

unsigned char *mutate(const void *bytes, size_t len, unsigned seed, size_t *mutated_len)
{
    unsigned long state = seed + 1;
    unsigned char *copy;

    *mutated_len = next(&state) % 10 == 0 ? next(&state) % (len + 1) : len;
    copy = malloc(*mutated_len);
    memcpy(copy, bytes, *mutated_len);
    for (unsigned long i = next(&state) % 8 + 1; i != 0 && *mutated_len != 0; i--) {
        damage(copy, *mutated_len, &state);
    }
    return copy;
}
