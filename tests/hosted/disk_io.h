/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_io.h - a user of a disk who knows what ought to be on it.
 *
 * Data lies in the machine's memory, in pieces of any shape with guards between them. Every read is compared
 * with what was written, every guard looked at: a byte that is wrong, or that somebody wrote where nobody
 * may, ends the test. So does a request that ends twice. Memory is given back when its request has ended:
 * nobody may touch it any more.
 */
#ifndef DISK_IO_H
#define DISK_IO_H

#include <vmkapi/storage/block_device.h>

#define DISK_SLOTS      256 /**< Requests at a time. */
#define DISK_PIECES     48  /**< Of a request's data at most. */
#define DISK_MAX_BYTES  (256ul << 20)
#define DISK_DATA_BYTES (1u << 20) /**< Of a request at most. */

/** How a request's data lies in memory. */
enum disk_shape {
    DISK_WHOLE,  /**< One piece, at the beginning of a page. */
    DISK_PAGES,  /**< Pages, as far as they go. */
    DISK_BLOCKS, /**< Pieces of whole blocks, at multiples of 512. */
    DISK_DWORDS, /**< Pieces of any length and address that are multiples of 4. */
    DISK_BYTES,  /**< Of any at all. */
    DISK_SHAPES,
};

struct disk;

struct disk_slot {
    vmk_BlockRequest request;
    vmk_SgElem elem[DISK_PIECES];
    struct disk *disk;
    vmk_Bool busy;
    vmk_uint8 *memory;
    vmk_ByteCount memory_bytes;
    vmk_uint8 *expected; /* What a write stores. The process's memory. */
};

struct disk {
    vmk_BlockHandle handle;
    vmk_uint32 block_bytes;
    vmk_uint64 blocks;
    unsigned under_way;
    unsigned started, ended, failed; /**< Requests so far. */
    unsigned lost;                   /**< Of these that failed, because the disk is gone for good. */
    vmk_StatusValue failure;         /**< The last one's. */
    vmk_uint64 failed_ops[VMK_BLOCK_OP_COUNT];
    unsigned random;
    /** Blocks that cannot be read or written (0: none): what touches them must fail, whatever does not, not.
     */
    vmk_uint64 bad_first, bad_blocks;

    /* Inside. */
    vmk_ModuleID module;
    vmk_uint8 *shadow;  /* What is on the disk. */
    vmk_uint8 *unknown; /* A byte a block: a write failed there. */
    vmk_Bool distrusted;
    struct disk_slot slot[DISK_SLOTS];
};

/** Open the disk a path leads to, as `vmhba0:C0:T0:L0`; it reads as zeroes. @return how that ended;
 * VMK_LIMIT_EXCEEDED for one that is too large to be known by heart, or has no blocks. */
VMK_ReturnStatus disk_open(struct disk *disk, vmk_ModuleID module, const char *path);
/** Close it; nothing is under way. */
void disk_close(struct disk *disk);

/** Wait until a disk is there, for up to 60 s of the machine's time. @return whether it is. */
vmk_Bool disk_appears(vmk_ModuleID module, const char *path);

/** Start a request, of data in @p shape. @return VMK_FALSE when all slots are busy, or the range is, or there
 * is no memory. */
vmk_Bool disk_start(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count,
                    enum disk_shape shape, vmk_uint16 flags);

/** Wait until nothing is under way, for up to @p ms of the machine's time. @return whether that is so. */
vmk_Bool disk_settle(struct disk *disk, unsigned ms);

/** Do one request, in up to ten minutes. @return its status. */
vmk_StatusValue disk_do(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count);
vmk_StatusValue disk_do_flags(struct disk *disk, vmk_BlockOp op, vmk_uint64 block, vmk_uint32 count,
                              vmk_uint16 flags);

/** What disk_exercise() does. */
struct disk_exercise {
    unsigned requests;
    unsigned depth;        /**< At a time. */
    vmk_uint32 blocks_max; /**< In a request. */
    unsigned ops;          /**< A bit for each vmk_BlockOp. */
    vmk_Bool may_fail;     /**< Otherwise a failure ends the test. */
};

/** Do requests chosen at random, and wait for their end. */
void disk_exercise(struct disk *disk, struct disk_exercise exercise);

/** Expect nothing of what is on the disk any more. */
void disk_distrust(struct disk *disk);

/** Read all of the disk, and compare. */
void disk_compare(struct disk *disk);

/** What the disk ought to have from @p block on. */
const vmk_uint8 *disk_expected(const struct disk *disk, vmk_uint64 block);

#endif
