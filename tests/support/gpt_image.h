/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gpt_image.h - a GPT on an image in memory: 16 entries of 128 bytes; usable are the blocks behind the first
 * copy and before the second.
 */
#ifndef TESTS_GPT_IMAGE_H
#define TESTS_GPT_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define GPT_ENTRIES 16u

struct gpt_image {
    uint8_t *bytes;
    uint32_t block_size;
    uint64_t num_blocks;
};

/** The place of byte @p offset of @p block. */
uint8_t *gpt_at(const struct gpt_image *image, uint64_t block, size_t offset);

/** The block of the header, and the first of the entries, of copy 0 or 1. */
uint64_t gpt_header_block(const struct gpt_image *image, unsigned copy);
uint64_t gpt_array_block(const struct gpt_image *image, unsigned copy);

/** Write protective MBR and two copies, without partitions. */
void gpt_make(struct gpt_image *image);

/** Write entry @p number (from 1) to both copies. @p first and @p last count from the first usable block. */
void gpt_put(struct gpt_image *image, unsigned number, uint64_t first, uint64_t last, const char *name);

/** Compute the checksums of a copy, as far as its header lets one. */
void gpt_seal(struct gpt_image *image, unsigned copy);

#endif
