/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage.h - what the tests of the storage core share: disks, and a load that knows what it should read.
 */
#ifndef TESTS_CONFORMANCE_STORAGE_H
#define TESTS_CONFORMANCE_STORAGE_H

#include "../ktap.h"

#include <ramdisk.h>

#include <vmkapi/base/atomic.h>
#include <vmkapi/base/sem.h>
#include <vmkapi/storage/block_device.h>

#define PATIENCE_MS 120000u

extern vmk_HeapID heap;

/** The disk, and a handle for reading and writing. */
struct rig {
    struct ramdisk disk;
    vmk_BlockHandle handle;
};

extern struct rig rig;

/** Begin with a new disk, as ramdisk_init() makes one; what a test that failed has left is taken away. */
void rig_make(vmk_uint32 block_size, vmk_uint64 num_blocks);

/** Attach rig.disk, and open it, once its partitions have been looked
 * for.
 * @return VMK_OK or what failed. */
VMK_ReturnStatus rig_up(void);

/** Close the handle and take the disk away. @return VMK_OK; VMK_FAILURE when the disk was ever given what it
 * must not be. */
VMK_ReturnStatus rig_down(void);

/** Wait until nobody looks for partitions any more: opening one does, though there is none. */
void rig_settle(void);

/** A name by which the device can be opened. */
const char *rig_name(void);

/** A random number; the same sequence in each run. */
vmk_uint64 roll(vmk_uint64 *state);

#define LOAD_SLOTS_MAX    32u
#define LOAD_REGION_BYTES 65536u /* That a slot has to itself. */
#define LOAD_ELEMS_MAX    48u
#define LOAD_MEMORY_BYTES (4 * LOAD_REGION_BYTES)

struct load;

/** One request at a time, over and over, in a region of the disk that is its own. */
struct load_slot {
    struct load *load;
    vmk_BlockRequest request;
    vmk_SgElem elems[LOAD_ELEMS_MAX];
    vmk_uint8 *memory; /**< LOAD_MEMORY_BYTES, that the elements are cut from. */
    vmk_uint8 *model;  /**< What the region holds. */
    vmk_uint64 first_block;
    vmk_uint64 random;
    vmk_uint32 left; /**< Requests still to be made. */
    vmk_Bool under_way;
};

/** Random requests of all kinds, each checked. Set the first part, then load_run(). */
struct load {
    vmk_BlockHandle handle;
    vmk_uint32 slots;    /**< Requests under way at a time. */
    vmk_uint32 requests; /**< Of each slot. */
    vmk_uint32 granule;  /**< Elements begin and end at multiples of it: 4 or more. */
    vmk_Bool may_fail;   /**< Failures are counted; what was read is not compared. */
    vmk_Bool discards;

    vmk_BlockGeometry geometry;
    struct load_slot slot[LOAD_SLOTS_MAX];
    vmk_SemaphoreObject ended; /**< Once a slot. */
    vmk_atomic64 done, failed; /**< Requests. */
    vmk_atomic64 wrong;        /**< Reads that were not what was written. */
    vmk_atomic64 twice;        /**< Ends of what was not under way. */
    vmk_atomic64 failures[64]; /**< By status. */
};

/** Start, without waiting. @return VMK_OK or VMK_NO_MEMORY. */
VMK_ReturnStatus load_start(struct load *load);

/** Wait for the end and free. @return VMK_OK; VMK_TIMEOUT; VMK_FAILURE when anything was wrong. */
VMK_ReturnStatus load_finish(struct load *load);

/** The tests, by file. */
vmk_StatusValue test_names(void);
vmk_StatusValue test_geometry(void);
vmk_StatusValue test_refusals(void);
vmk_StatusValue test_sync(void);
vmk_StatusValue test_poll(void);
vmk_StatusValue test_limits(void);
vmk_StatusValue test_depths(void);
vmk_StatusValue test_fua(void);
vmk_StatusValue test_zeroes(void);
vmk_StatusValue test_exclusion(void);
vmk_StatusValue test_partitions(void);
vmk_StatusValue test_close(void);
vmk_StatusValue test_changes(void);
vmk_StatusValue test_retries(void);
vmk_StatusValue test_failures_reach(void);
vmk_StatusValue test_failover(void);
vmk_StatusValue test_down(void);
vmk_StatusValue test_loss(void);
vmk_StatusValue test_hot_removal(void);
vmk_StatusValue test_flapping(void);
vmk_StatusValue test_events(void);

#endif
