/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_table.h - what a guest knows of its disk, left behind the blocks it has worked on: one block with the
 * header, then a word a block. The host checks the image by it. Plain C; the guest's program includes it,
 * too.
 *
 * Blocks are of 512 bytes. A block holds the pattern (core/storage_pattern.h) of device
 * pattern_device_id(BLOCK_TABLE_DEVICE), of the table's seed and of its word's generation; of generation 0 it
 * is all zeroes. A block that was discarded since is the one or the other.
 */
#ifndef TESTS_BLOCK_TABLE_H
#define TESTS_BLOCK_TABLE_H

#include <core/storage_pattern.h>
#include <string.h>

#define BLOCK_TABLE_BLOCK     512u
#define BLOCK_TABLE_MAGIC     0x656c626154746c42ull /* "BltTable" */
#define BLOCK_TABLE_DEVICE    "a guest's disk"
#define BLOCK_TABLE_DISCARDED 0x80000000u /* Beside the generation. */

struct block_table_header {
    uint64_t magic, seed, blocks;
    uint64_t sum; /* block_table_sum() */
};

static inline uint64_t block_table_sum(const uint32_t *words, uint64_t count)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < count; i++) {
        sum = pattern_mix(sum ^ words[i]);
    }
    return sum;
}

/** Bytes of a table of @p blocks, header and all, in whole blocks. */
static inline size_t block_table_bytes(uint64_t blocks)
{
    uint64_t words = blocks * sizeof(uint32_t) + BLOCK_TABLE_BLOCK - 1;

    return BLOCK_TABLE_BLOCK + (size_t)(words / BLOCK_TABLE_BLOCK * BLOCK_TABLE_BLOCK);
}

/** Whether @p bytes are what block @p block should be. @param[out] fault filled in unless they are. */
static inline bool block_table_check(const void *bytes, uint64_t seed, uint64_t block, uint32_t word,
                                     struct pattern_fault *fault)
{
    struct pattern_header wants = {.device = pattern_device_id(BLOCK_TABLE_DEVICE),
                                   .block = block,
                                   .generation = word & ~BLOCK_TABLE_DISCARDED,
                                   .seed = seed};
    enum pattern_verdict verdict = pattern_check(bytes, BLOCK_TABLE_BLOCK, &wants, fault);

    if (verdict == PATTERN_ZERO) {
        return wants.generation == 0 || (word & BLOCK_TABLE_DISCARDED) != 0;
    }
    return verdict == PATTERN_GOOD;
}

#endif
