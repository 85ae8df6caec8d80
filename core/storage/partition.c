/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition.c - which table a disk has, and what holds for the partitions of any.
 */
#include "partition_parse.h"

#include <vmkapi/lib/libc.h>

#define LINE_MAX 240

void partition_tell(struct partition_source *source, struct partition_table *table, const char *fmt, ...)
{
    char text[LINE_MAX], line[LINE_MAX + 80];
    va_list args;

    table->remarks++;
    if (table->remarks > PARTITION_REMARKS_MAX) {
        return;
    }
    va_start(args, fmt);
    vmk_Vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    vmk_Snprintf(line, sizeof(line), "%s: %s", source->name,
                 table->remarks < PARTITION_REMARKS_MAX
                     ? text
                     : "more is wrong with the partition table than is told here; write it anew");
    source->tell(source, line);
}

static vmk_uint64 last_block(const struct partition *partition)
{
    return partition->first_block + partition->num_blocks - 1;
}

void partition_add(struct partition_source *source, struct partition_table *table,
                   const struct partition *partition)
{
    vmk_uint64 first = partition->first_block, count = partition->num_blocks;

    if (count == 0 || first >= source->num_blocks || count > source->num_blocks - first) {
        partition_tell(
            source, table,
            "partition %u (%lu blocks from block %lu) does not lie within the disk's %lu blocks; it "
            "is left out: correct the table, or the disk's size",
            partition->number, count, first, source->num_blocks);
    } else if (table->count == PARTITION_MAX) {
        partition_tell(source, table,
                       "partition %u is left out: %u partitions are all that is used of a disk",
                       partition->number, PARTITION_MAX);
    } else {
        table->partitions[table->count++] = *partition;
    }
}

/** Who writes to one of two partitions that overlap would damage the other: neither can be used. */
static void drop_overlapping(struct partition_source *source, struct partition_table *table)
{
    bool dropped[PARTITION_MAX] = {false};
    vmk_uint32 kept = 0;

    for (vmk_uint32 i = 0; i < table->count; i++) {
        const struct partition *a = &table->partitions[i];

        for (vmk_uint32 j = i + 1; j < table->count; j++) {
            const struct partition *b = &table->partitions[j];

            if (a->first_block <= last_block(b) && b->first_block <= last_block(a)) {
                dropped[i] = dropped[j] = true;
                partition_tell(
                    source, table,
                    "partitions %u (blocks %lu to %lu) and %u (blocks %lu to %lu) overlap; neither "
                    "is used: correct the table",
                    a->number, a->first_block, last_block(a), b->number, b->first_block, last_block(b));
            }
        }
    }
    for (vmk_uint32 i = 0; i < table->count; i++) {
        if (!dropped[i]) {
            table->partitions[kept++] = table->partitions[i];
        }
    }
    table->count = kept;
}

/** Without a protective MBR whatever else is at block 1 is a table that is no longer in force. */
static void read_without_gpt(struct partition_source *source, const struct mbr *mbr,
                             struct partition_table *table)
{
    if (mbr_has_magic(mbr)) {
        mbr_read(source, mbr, table);
    }
    if (gpt_is_there(source)) {
        partition_tell(
            source, table,
            "block 1 holds a GPT header, but block 0 no protective MBR: the GPT is not used; remove "
            "it, or restore the protective MBR");
    }
}

static bool block_size_fits(vmk_uint32 block_size)
{
    return block_size >= PARTITION_BLOCK_MIN && block_size <= PARTITION_BLOCK_MAX &&
           (block_size & (block_size - 1)) == 0;
}

VMK_ReturnStatus partition_table_read(struct partition_source *source, struct partition_table *table)
{
    vmk_StatusValue status;
    struct mbr mbr;

    vmk_Memset(table, 0, sizeof(*table));
    if (source->num_blocks == 0) {
        return VMK_OK;
    }
    if (!block_size_fits(source->block_size)) {
        partition_tell(source, table, "partition tables are not read from blocks of %u bytes",
                       source->block_size);
        return VMK_NOT_SUPPORTED;
    }
    status = source->read(source, 0, 1, source->buffer);
    if (status != VMK_OK) {
        partition_tell(source, table, "block 0 cannot be read (%s): partitions are unknown; look at the disk",
                       vmk_StatusToString(status));
        return status;
    }
    vmk_Memcpy(&mbr, source->buffer, sizeof(mbr));
    if (mbr_has_magic(&mbr) && mbr_find_protective(&mbr)) {
        status = gpt_read(source, table);
    } else {
        read_without_gpt(source, &mbr, table);
    }
    drop_overlapping(source, table);
    return status;
}

const struct partition *partition_find(const struct partition_table *table, vmk_uint32 number)
{
    for (vmk_uint32 i = 0; i < table->count; i++) {
        if (table->partitions[i].number == number) {
            return &table->partitions[i];
        }
    }
    return NULL;
}
