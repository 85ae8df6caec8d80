/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bench.h - keeps a number of equal requests under way and counts how many end.
 *
 * The loop that is measured is the completion: a request that has ended is submitted again from its `done`,
 * for another block. `./vmk bench storage` counts instructions with a module of its own (tests/perf).
 */
#ifndef STORAGE_BENCH_H
#define STORAGE_BENCH_H

#include <stdbool.h>

#include <vmkapi/storage/block_device.h>

#define BENCH_REQUEST_MAX (4u << 20) /**< Bytes; a request's buffer is one allocation of pages. */

struct bench_options {
    vmk_BlockHandle handle;
    vmk_BlockOp op; /**< VMK_BLOCK_READ or VMK_BLOCK_WRITE. */
    bool sequential;
    vmk_uint32 request_blocks;
    vmk_uint32 block_size;
    vmk_uint64 num_blocks; /**< Of the handle; at least request_blocks. */
    vmk_uint32 depth;      /**< By all CPUs. */
    vmk_uint32 num_cpus;
    vmk_uint64 count;   /**< Requests, at least depth; ~0: as many as there is time for. */
    vmk_uint32 seconds; /**< The longest time. */
};

struct bench_result {
    vmk_uint64 ended;
    vmk_uint64 elapsed_ns;
};

/**
 * Run; returns when every request has ended.
 *
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 * @retval VMK_WAIT_INTERRUPTED, VMK_DEATH_PENDING  the calling world was to stop waiting; @p result is what
 *                         was done until then
 * @return otherwise the first status other than VMK_OK that a request ended with.
 * Context: may block.
 */
VMK_ReturnStatus bench_run(const struct bench_options *options, struct bench_result *result);

#endif
