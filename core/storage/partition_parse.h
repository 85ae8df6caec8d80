/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition_parse.h - what the readers of partition tables share. The contract is core/partition.h.
 */
#ifndef STORAGE_PARTITION_PARSE_H
#define STORAGE_PARTITION_PARSE_H

#include <stdbool.h>

#include <core/diagnosis.h>
#include <core/partition.h>

#define MBR_BYTES               512u
#define MBR_ENTRIES             4u

#define MBR_TYPE_EXTENDED       0x05
#define MBR_TYPE_EXTENDED_LBA   0x0f
#define MBR_TYPE_EXTENDED_LINUX 0x85
#define MBR_TYPE_PROTECTIVE     0xee

/** Attribute of a partition from which a BIOS boots. */
#define PARTITION_ATTRIBUTE_BOOTABLE (1ul << 2)

struct mbr_entry {
    vmk_uint8 status; /**< 0x80: active; 0: not; anything else: this is no partition table. */
    vmk_uint8 first_chs[3];
    vmk_uint8 type; /**< 0: unused. */
    vmk_uint8 last_chs[3];
    vmk_uint32 first;
    vmk_uint32 count;
} VMK_ATTRIBUTE_PACKED;

struct mbr {
    vmk_uint8 code[440];
    vmk_uint8 signature[4]; /**< Of the disk. */
    vmk_uint8 unknown[2];
    struct mbr_entry entries[MBR_ENTRIES];
    vmk_uint8 magic[2]; /**< 0x55, 0xaa. */
};

VMK_STATIC_ASSERT(sizeof(struct mbr_entry) == 16 && sizeof(struct mbr) == MBR_BYTES,
                  "this is a layout on disk");

bool mbr_has_magic(const struct mbr *mbr);

/** The entry of the protective partition (UEFI 2.10, 5.2.3), or NULL. */
const struct mbr_entry *mbr_find_protective(const struct mbr *mbr);

/** Add the partitions of @p mbr, which was read from block 0, and of its chain. Sets the scheme if it is one.
 */
void mbr_read(struct partition_source *source, const struct mbr *mbr, struct partition_table *table);

/** @return whether block 1 begins as a GPT header does; damage behind that is not looked for. */
bool gpt_is_there(struct partition_source *source);

/** Add the partitions of the GPT. @return VMK_OK; VMK_BAD_FORMAT: neither copy can be used. */
VMK_ReturnStatus gpt_read(struct partition_source *source, struct partition_table *table);

/** Tell a line about the disk, beginning with its name; after PARTITION_REMARKS_MAX that there are more. */
#define PARTITION_REMARKS_MAX 16
void partition_tell(struct partition_source *source, struct partition_table *table, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);

/** Add a partition, or tell why not: the range lies outside the disk, or there are too many. */
void partition_add(struct partition_source *source, struct partition_table *table,
                   const struct partition *partition);

#endif
