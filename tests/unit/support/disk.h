/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk.h - a disk in memory for the readers of partition tables.
 */
#ifndef TESTS_UNIT_SUPPORT_DISK_H
#define TESTS_UNIT_SUPPORT_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpt_image.h"

#include <core/partition.h>

#define DISK_LINES    32
#define DISK_READABLE UINT64_MAX

struct disk {
    struct partition_source source;
    struct gpt_image image;
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

#endif
