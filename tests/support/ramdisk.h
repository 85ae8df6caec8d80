/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ramdisk.h - a disk of pages, as a native VMKAPI driver offers one: any limits, several paths, a volatile
 * cache, faults and delays on request. Part of the modules that test the storage core.
 *
 * It trusts nobody: what a request may not be is counted in `violations`. Data moves when a command ends, in
 * a bottom half. Locks: its own (rank DRIVER); what changes it while it runs may be called by any world.
 */
#ifndef TESTS_SUPPORT_RAMDISK_H
#define TESTS_SUPPORT_RAMDISK_H

#include <stdbool.h>

#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/time.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/storage/block_path.h>

#define RAMDISK_PATHS_MAX 8

/** What the next commands of an operation end with. */
struct ramdisk_fault {
    vmk_uint32 skip;  /**< Commands that are left alone before. */
    vmk_uint32 count; /**< Commands that fail; 0: none. */
    vmk_StatusValue status;
};

struct ramdisk_path {
    struct ramdisk *disk;
    vmk_BlockPath path; /**< NULL: not registered. */
    vmk_uint32 number;
    vmk_uint64 commands;    /**< Given to it; under the disk's lock. */
    vmk_StatusValue broken; /**< Unless VMK_OK, what all its commands end with. */
};

struct ramdisk {
    /* Set before ramdisk_attach(). */
    vmk_BlockIdentity identity;
    vmk_BlockProps props;
    vmk_uint32 num_paths;
    vmk_uint32 queue_depth;
    vmk_uint32 delay_us; /**< Of each command; 0: none beyond a bottom half. */
    bool polled;         /**< It has a poll queue: what is to be polled ends no other way. */
    bool empty;          /**< It moves no data: for measuring. */

    vmk_StorageAdapter adapter;
    struct ramdisk_path paths[RAMDISK_PATHS_MAX];
    vmk_BottomHalf bh;
    vmk_TimerObject timer;
    vmk_SpinlockObject lock; /**< Rank DRIVER; bottom halves off. */
    vmk_BlockRequest *first, **end;
    vmk_uint32 queued;
    bool held;          /**< Commands don't end. */
    vmk_uint8 **pages;  /**< What reads see, */
    vmk_uint8 **stable; /**< and what a loss of power leaves; NULL without a cache. */
    vmk_uint32 num_pages;
    struct ramdisk_fault faults[VMK_BLOCK_OP_COUNT];
    vmk_uint64 bad_first, bad_last; /**< Blocks that can't be read; none if first is greater. */
    vmk_uint64 commands[VMK_BLOCK_OP_COUNT];
    vmk_uint64 max_queued;
    vmk_uint64 violations;
    vmk_uint32 rescans, resets;
};

/** A disk of @p num_blocks with no limits, one path and no name yet. */
void ramdisk_init(struct ramdisk *disk, vmk_uint32 block_size, vmk_uint64 num_blocks);

/** Register adapter and paths; the adapter's bus address is @p address. @return the registration's status. */
VMK_ReturnStatus ramdisk_attach(struct ramdisk *disk, const char *address);

/** Take out what is registered, and free all. */
void ramdisk_detach(struct ramdisk *disk);

/** Register or unregister path @p number. */
VMK_ReturnStatus ramdisk_path_add(struct ramdisk *disk, vmk_uint32 number);
void ramdisk_path_remove(struct ramdisk *disk, vmk_uint32 number);

/** Have no command end until ramdisk_release(). */
void ramdisk_hold(struct ramdisk *disk);
void ramdisk_release(struct ramdisk *disk);

/** Have the commands of @p op from the one after @p skip others on, @p count of them, end with @p status. */
void ramdisk_fail(struct ramdisk *disk, vmk_BlockOp op, vmk_uint32 skip, vmk_uint32 count,
                  vmk_StatusValue status);

/** Forget what is only in the cache. Nothing may be under way. */
void ramdisk_lose_power(struct ramdisk *disk);

/** A block's bytes, as reads see them, within one page. */
vmk_uint8 *ramdisk_block(struct ramdisk *disk, vmk_uint64 block);

/** How many commands of path @p number, of operation @p op, there have been. */
vmk_uint64 ramdisk_path_commands(struct ramdisk *disk, vmk_uint32 number);
vmk_uint64 ramdisk_commands(struct ramdisk *disk, vmk_BlockOp op);

#endif
