/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_medium.h - what a model of a disk stores, and what of it a power cut would leave.
 *
 * Blocks are written to a volatile cache; a flush, or writing through, makes them stable. Memory is the
 * process's, not the machine's.
 */
#ifndef BLOCK_MEDIUM_H
#define BLOCK_MEDIUM_H

#include <vmkapi/base/types.h>

struct block_medium {
    vmk_uint32 block_bytes;
    vmk_uint64 blocks;
    vmk_Bool caches;    /**< Otherwise whatever is written is stable. */
    vmk_uint64 flushes; /**< Done so far. */

    /* Inside. */
    vmk_uint8 *now, *stable;
    vmk_uint8 *dirty; /* A byte a block. */
};

/** Make a medium that reads as zeroes. */
void medium_init(struct block_medium *medium, vmk_uint64 blocks, vmk_uint32 block_bytes);
void medium_free(struct block_medium *medium);

/** Change its size; what is kept stays. */
void medium_resize(struct block_medium *medium, vmk_uint64 blocks);

/** @return whether @p count blocks from @p first on are the medium's. */
vmk_Bool medium_has(const struct block_medium *medium, vmk_uint64 first, vmk_uint64 count);

/** Read, write, zero. The range is the medium's. */
void medium_read(const struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, void *data);
void medium_write(struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, const void *data,
                  vmk_Bool through);
void medium_zero(struct block_medium *medium, vmk_uint64 first, vmk_uint64 count, vmk_Bool through);

/** Make everything stable. */
void medium_flush(struct block_medium *medium);

/** @return how many blocks are not stable. */
vmk_uint64 medium_unstable(const struct block_medium *medium);

/** Lose power: of the blocks that were not stable about @p percent survive, chosen by @p seed. */
void medium_cut(struct block_medium *medium, unsigned percent, unsigned seed);

#endif
