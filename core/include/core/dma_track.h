/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_track.h - every mapping of an engine, recorded, so that wrong unmapping and leaks have a name.
 *
 * Two mappings may be alike: the same memory may be mapped twice. Locks: the caller's. Context: any.
 */
#ifndef CORE_DMA_TRACK_H
#define CORE_DMA_TRACK_H

#include <vmkapi/base/types.h>
#include <vmkapi/core/dma.h>

#define DMA_TRACK_BUCKETS 256

struct dma_record {
    struct dma_record *next;
    vmk_IOA ioa;
    vmk_ByteCountSmall length;
    vmk_DMADirection direction;
    void *caller; /**< Who mapped it. */
};

struct dma_track {
    vmk_uint64 count;
    struct dma_record *bucket[DMA_TRACK_BUCKETS]; /**< By page of the first byte. */
};

enum dma_track_verdict {
    DMA_TRACK_FOUND,
    DMA_TRACK_NOT_MAPPED,      /**< Nothing begins there: never mapped, or unmapped twice. */
    DMA_TRACK_WRONG_LENGTH,    /**< What begins there is of another length. */
    DMA_TRACK_WRONG_DIRECTION, /**< ...or was mapped in another direction. */
};

/** Record a mapping; @p record is the track's until it is taken out. */
void dma_track_add(struct dma_track *track, struct dma_record *record);

/**
 * Take out the record of a mapping that is undone.
 *
 * @param[out] record  on FOUND the caller's to free; on WRONG_... what was found, still in the track
 */
enum dma_track_verdict dma_track_take(struct dma_track *track, vmk_IOA ioa, vmk_ByteCountSmall length,
                                      vmk_DMADirection direction, struct dma_record **record);

/** Whether a range lies within one mapping, of at most 1 MiB. */
vmk_Bool dma_track_covers(const struct dma_track *track, vmk_IOA ioa, vmk_ByteCountSmall length);

/** Take any record out; NULL when there is none. */
struct dma_record *dma_track_pop(struct dma_track *track);

/** A verdict in words: "is not mapped". */
const char *dma_track_verdict_text(enum dma_track_verdict verdict);

#endif
