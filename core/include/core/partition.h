/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * partition.h - what the partition tables of a disk say: GPT (UEFI 2.10, 5.3) and MBR.
 *
 * Free of hardware, and bounded: the disk may hold anything at all, and may answer differently each time it
 * is asked. What comes out always lies within the disk, and no two partitions overlap. What is found wrong is
 * told in one line each: what, why, what to do.
 *
 * Context: world, for everything here (the source's functions may block). Locks: none.
 */
#ifndef CORE_PARTITION_H
#define CORE_PARTITION_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Most partitions of a disk that are used; of a disk with more, the first. */
#define PARTITION_MAX 128
/** The longest name, NUL included: 36 units of UTF-16 are 108 bytes of UTF-8 at most. */
#define PARTITION_NAME_MAX 109
/** A GUID's text, NUL included. */
#define PARTITION_GUID_TEXT_MAX 37

/** Blocks for which tables are read: powers of two between these. */
#define PARTITION_BLOCK_MIN 512u
#define PARTITION_BLOCK_MAX 4096u
/** The buffer a source brings, in bytes. */
#define PARTITION_BUFFER_BYTES 16384u

/** A GUID as it lies on disk: the first three fields little-endian. */
struct partition_guid {
    vmk_uint8 bytes[16];
};

enum partition_scheme {
    PARTITION_NONE, /**< The disk has no table. */
    PARTITION_MBR,
    PARTITION_GPT,
};

struct partition {
    vmk_uint32 number; /**< From 1: of the entry; a logical partition of an MBR from 5. */
    vmk_uint8 type;    /**< MBR: system ID. */
    vmk_uint64 first_block;
    vmk_uint64 num_blocks;
    vmk_uint64 attributes;         /**< GPT's; MBR: bit 2 (legacy BIOS bootable) of an active partition. */
    struct partition_guid type_id; /**< GPT. */
    struct partition_guid id;      /**< GPT. */
    char name[PARTITION_NAME_MAX]; /**< GPT; UTF-8 without control characters. */
};

struct partition_table {
    enum partition_scheme scheme;
    struct partition_guid id; /**< GPT: of the disk; MBR: the disk signature in the first four bytes. */
    vmk_uint32 remarks;       /**< Lines told. */
    vmk_uint32 count;
    struct partition partitions[PARTITION_MAX]; /**< In order of number. */
};

/** Where a table is read from. The reader embeds it; the functions get the address of this structure. */
struct partition_source {
    const char *name; /**< Of the disk, for the lines. */
    vmk_uint32 block_size;
    vmk_uint64 num_blocks;
    void *buffer; /**< PARTITION_BUFFER_BYTES of it, which @p read can read to. */
    /** Read @p count blocks, which lie within the disk and fit the buffer. */
    VMK_ReturnStatus (*read)(struct partition_source *source, vmk_uint64 block, vmk_uint32 count,
                             void *buffer);
    /** Take a line, without a newline at its end; it names the disk. */
    void (*tell)(struct partition_source *source, const char *line);
};

/**
 * Read a disk's partition table.
 *
 * Damage is told by lines and costs no more than what it concerns: a partition that lies outside the disk, or
 * overlaps another, is left out; a GPT whose first copy is damaged is read from its second.
 *
 * @param[out] table  complete whatever is returned; empty unless that is VMK_OK.
 * @retval VMK_OK             also: there is none (PARTITION_NONE)
 * @retval VMK_BAD_FORMAT     there is one, but too damaged to be used
 * @retval VMK_NOT_SUPPORTED  the block size
 * @return otherwise what reading the first block ended with.
 */
VMK_ReturnStatus partition_table_read(struct partition_source *source, struct partition_table *table);

/** The partition with a number, or NULL. */
const struct partition *partition_find(const struct partition_table *table, vmk_uint32 number);

/** Write a GUID as text ("C12A7328-F81F-11D2-BA4B-00A0C93EC93B"); @p text has PARTITION_GUID_TEXT_MAX bytes.
 * @return @p text */
const char *partition_guid_text(const struct partition_guid *guid, char *text);

/** Name a partition's type in words, or NULL for one that is not known. */
const char *partition_type_name(const struct partition_table *table, const struct partition *partition);

/** "GPT", "MBR" or "none". */
const char *partition_scheme_name(enum partition_scheme scheme);

#endif
