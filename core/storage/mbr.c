/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mbr.c - the partition table of a PC's first sector, and the chain of tables in its extended partition.
 *
 * The sector is the first 512 bytes of block 0, and blocks are counted in the disk's block size, as Linux and
 * every partitioning tool do it. An extended partition is only the room for logical ones: it is not one
 * itself. In its chain each table has one logical partition, which is counted from that table, and a link to
 * the next, which is counted from the beginning of the extended partition.
 */
#include "partition_parse.h"

#include <vmkapi/lib/libc.h>

#define FIRST_LOGICAL 5
#define CHAIN_MAX     (PARTITION_MAX - MBR_ENTRIES)

#define STATUS_ACTIVE 0x80

bool mbr_has_magic(const struct mbr *mbr)
{
    return mbr->magic[0] == 0x55 && mbr->magic[1] == 0xaa;
}

/** A boot sector of a file system ends with the same two bytes; what it has instead of entries tells it. */
static bool has_entries(const struct mbr *mbr)
{
    for (vmk_uint32 i = 0; i < MBR_ENTRIES; i++) {
        if ((mbr->entries[i].status & ~STATUS_ACTIVE) != 0) {
            return false;
        }
    }
    return true;
}

const struct mbr_entry *mbr_find_protective(const struct mbr *mbr)
{
    for (vmk_uint32 i = 0; has_entries(mbr) && i < MBR_ENTRIES; i++) {
        if (mbr->entries[i].type == MBR_TYPE_PROTECTIVE && mbr->entries[i].first == 1) {
            return &mbr->entries[i];
        }
    }
    return NULL;
}

static bool is_extended(const struct mbr_entry *entry)
{
    return entry->type == MBR_TYPE_EXTENDED || entry->type == MBR_TYPE_EXTENDED_LBA ||
           entry->type == MBR_TYPE_EXTENDED_LINUX;
}

static void add_entry(struct partition_source *source, struct partition_table *table, vmk_uint32 number,
                      const struct mbr_entry *entry, vmk_uint64 base)
{
    struct partition partition = {.number = number,
                                  .type = entry->type,
                                  .first_block = base + entry->first,
                                  .num_blocks = entry->count,
                                  .attributes =
                                      entry->status == STATUS_ACTIVE ? PARTITION_ATTRIBUTE_BOOTABLE : 0};

    if (entry->first == 0) {
        partition_tell(
            source, table,
            "partition %u begins at block %lu, where the table is; it is left out: correct the table", number,
            base);
        return;
    }
    partition_add(source, table, &partition);
}

/** A walk along the chain of an extended partition. */
struct chain {
    vmk_uint64 first; /**< Of the extended partition. */
    vmk_uint64 count;
    vmk_uint64 at; /**< The table at hand. */
    vmk_uint32 logicals;
    vmk_uint32 tables;
    vmk_uint64 seen[CHAIN_MAX]; /**< Where the tables were. */
};

static bool is_within(const struct chain *chain, vmk_uint64 block, vmk_uint64 count)
{
    return block >= chain->first && block - chain->first < chain->count &&
           count <= chain->count - (block - chain->first);
}

static void add_logical(struct partition_source *source, struct partition_table *table, struct chain *chain,
                        const struct mbr_entry *entry)
{
    vmk_uint32 number = FIRST_LOGICAL + chain->logicals++;

    if (!is_within(chain, chain->at + entry->first, entry->count)) {
        partition_tell(source, table,
                       "logical partition %u (%u blocks from block %lu) does not lie within the extended "
                       "partition (blocks %lu to %lu); it is left out: correct the table",
                       number, entry->count, chain->at + entry->first, chain->first,
                       chain->first + chain->count - 1);
        return;
    }
    add_entry(source, table, number, entry, chain->at);
}

/** Whether the table at chain->at can be one more of the chain. */
static bool can_follow(struct partition_source *source, struct partition_table *table, struct chain *chain)
{
    const char *why = NULL;

    if (!is_within(chain, chain->at, 1) || chain->at >= source->num_blocks) {
        why = "lies outside of it";
    } else if (chain->tables == CHAIN_MAX) {
        why = "is one more than is followed";
    }
    for (vmk_uint32 i = 0; !why && i < chain->tables; i++) {
        why = chain->seen[i] == chain->at ? "was passed before: the chain has no end" : NULL;
    }
    if (why) {
        partition_tell(
            source, table,
            "the extended partition's chain goes to block %lu, which %s; what would follow is left "
            "out: correct the table",
            chain->at, why);
        return false;
    }
    chain->seen[chain->tables++] = chain->at;
    return true;
}

/** Read the table at chain->at. */
static bool read_table(struct partition_source *source, struct partition_table *table,
                       const struct chain *chain, struct mbr *mbr)
{
    vmk_StatusValue status = source->read(source, chain->at, 1, source->buffer);

    if (status == VMK_OK) {
        vmk_Memcpy(mbr, source->buffer, sizeof(*mbr));
        if (mbr_has_magic(mbr)) {
            return true;
        }
    }
    partition_tell(
        source, table,
        "the extended partition's table at block %lu %s; the logical partitions from %u on are left "
        "out: correct the table",
        chain->at, status == VMK_OK ? "has no signature" : vmk_StatusToString(status),
        FIRST_LOGICAL + chain->logicals);
    return false;
}

static void read_chain(struct partition_source *source, struct partition_table *table, struct chain *chain)
{
    struct mbr mbr;

    while (can_follow(source, table, chain) && read_table(source, table, chain, &mbr)) {
        const struct mbr_entry *link = NULL;

        for (vmk_uint32 i = 0; i < MBR_ENTRIES; i++) {
            const struct mbr_entry *entry = &mbr.entries[i];

            if (is_extended(entry)) {
                link = link ? link : entry;
            } else if (entry->type != 0) {
                add_logical(source, table, chain, entry);
            }
        }
        if (!link) {
            return;
        }
        chain->at = chain->first + link->first;
    }
}

static void read_extended(struct partition_source *source, struct partition_table *table,
                          const struct mbr_entry *entry)
{
    struct chain chain = {.first = entry->first, .count = entry->count, .at = entry->first};

    if (entry->first == 0 || entry->first >= source->num_blocks ||
        entry->count > source->num_blocks - entry->first) {
        partition_tell(source, table,
                       "the extended partition (%u blocks from block %u) does not lie within the disk's %lu "
                       "blocks; its logical partitions are left out: correct the table, or the disk's size",
                       entry->count, entry->first, source->num_blocks);
        return;
    }
    read_chain(source, table, &chain);
}

void mbr_read(struct partition_source *source, const struct mbr *mbr, struct partition_table *table)
{
    const struct mbr_entry *extended = NULL;

    if (!has_entries(mbr)) {
        return;
    }
    table->scheme = PARTITION_MBR;
    vmk_Memcpy(table->id.bytes, mbr->signature, sizeof(mbr->signature));
    for (vmk_uint32 i = 0; i < MBR_ENTRIES; i++) {
        const struct mbr_entry *entry = &mbr->entries[i];

        if (is_extended(entry)) {
            if (extended) {
                partition_tell(
                    source, table,
                    "entry %u is a second extended partition; its logical partitions are left out: "
                    "correct the table",
                    i + 1);
            } else {
                extended = entry;
            }
        } else if (entry->type != 0) {
            add_entry(source, table, i + 1, entry, 0);
        }
    }
    if (extended) {
        read_extended(source, table, extended);
    }
}
