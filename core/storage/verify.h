/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify.h - the pattern engine: writes self-describing blocks to a device, reads them back and says what is
 * wrong with the first one that is not what it should be.
 */
#ifndef STORAGE_VERIFY_H
#define STORAGE_VERIFY_H

#include <core/diagnosis.h>
#include <vmkapi/storage/block_device.h>

#include "schedule.h"

/** The most bytes of a request: a buffer for it, with room between its pieces, is one allocation of pages. */
#define VERIFY_REQUEST_MAX (3u << 20)

struct verify_options {
    vmk_BlockHandle handle; /**< Open for what is to be done. */
    const char *identity;   /**< The device's. */
    vmk_uint32 block_size;
    vmk_uint64 first_block; /**< Of the handle, on the device. */
    struct schedule_options schedule;
    vmk_uint32 depth; /**< Requests under way at a time, by all CPUs. */
    vmk_uint32 num_cpus;
    bool polled; /**< Look for ends instead of being told, where the device has queues for that. */
    /** Called about once a second in the caller's world: blocks done, of how many; how many seconds no
     * request has ended. */
    void (*progress)(void *cookie, vmk_uint64 done, vmk_uint64 total, vmk_uint32 silent_s);
    void *cookie;
};

struct verify_result {
    vmk_uint64 reads, writes, flushes; /**< Requests. */
    vmk_uint64 fua_writes;
    vmk_uint64 blocks_read, blocks_written;
    vmk_uint64 pieces;      /**< Elements of all scatter-gather lists. */
    vmk_uint64 high_pieces; /**< Above 4 GiB. */
    vmk_uint64 stable;      /**< Writes known to be on stable storage when the last one was begun. */
    vmk_uint64 elapsed_ms;
};

/**
 * Run. Whatever happens, it returns when every request has ended.
 *
 * @param[out] why  one line, unless VMK_OK is returned.
 * @retval VMK_OK          every block read was what it should be
 * @retval VMK_BAD_FORMAT  one was not, or memory beside the data was written
 * @retval VMK_FAILURE     a request ended twice
 * @retval VMK_NO_MEMORY
 * @retval VMK_WAIT_INTERRUPTED, VMK_DEATH_PENDING  the calling world was to stop waiting; @p result is what
 *                         was done until then
 * @return otherwise the first status other than VMK_OK that a request ended with.
 * Context: may block.
 */
VMK_ReturnStatus verify_run(const struct verify_options *options, struct verify_result *result,
                            struct diagnosis *why);

#endif
