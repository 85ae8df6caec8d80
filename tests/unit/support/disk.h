/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - a disk in memory for the readers of partition tables, and a GPT to put on it.
 */
#ifndef TESTS_UNIT_SUPPORT_DISK_H
#define TESTS_UNIT_SUPPORT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <core/partition.h>

#define DISK_LINES    32
#define DISK_READABLE UINT64_MAX

struct disk {
    struct partition_source source;
    uint8_t *bytes;
    uint64_t unreadable; /**< A block, or DISK_READABLE. */
    unsigned reads;
    char lines[DISK_LINES][512]; /**< What was told. */
    unsigned num_lines;
    uint8_t buffer[PARTITION_BUFFER_BYTES];
};

/** A disk of zeroes. A read outside of it, or past the buffer, ends the process. */
void disk_make(struct disk *disk, uint32_t block_size, uint64_t num_blocks);

/** The same around bytes of the caller's; disk_free() is not for it. */
void disk_wrap(struct disk *disk, uint32_t block_size, uint64_t num_blocks, void *bytes);

void disk_free(struct disk *disk);

/** Whether any line told has @p text in it. */
bool disk_told(const struct disk *disk, const char *text);

/** The place of byte @p offset of @p block. */
uint8_t *disk_at(const struct disk *disk, uint64_t block, size_t offset);

/** Read the table, and end the process if what must hold of any table does not. */
VMK_ReturnStatus disk_read_table(struct disk *disk, struct partition_table *table);

/* A GPT of 16 entries of 128 bytes; usable are the blocks behind the first copy and before the second. */

#define GPT_ENTRIES 16u

/** The block of the header, and the first of the entries, of copy 0 or 1. */
uint64_t gpt_header_block(const struct disk *disk, unsigned copy);
uint64_t gpt_array_block(const struct disk *disk, unsigned copy);

/** Write protective MBR and two copies, without partitions. */
void gpt_make(struct disk *disk);

/** Write entry @p number (from 1) to both copies. @p first and @p last count from the first usable block. */
void gpt_put(struct disk *disk, unsigned number, uint64_t first, uint64_t last, const char *name);

/** Compute the checksums of a copy, as far as its header lets one. */
void gpt_seal(struct disk *disk, unsigned copy);

#endif
