/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-settings.c - what the hardware can do with one command. */
#include "blk.h"

#include <linux/export.h>
#include <linux/log2.h>

void blk_set_default_limits(struct queue_limits *lim)
{
    *lim = (struct queue_limits){
        .max_segments = BLK_MAX_SEGMENTS,
        .max_discard_segments = 1,
        .seg_boundary_mask = BLK_SEG_BOUNDARY_MASK,
        .max_segment_size = BLK_MAX_SEGMENT_SIZE,
        .max_sectors = BLK_SAFE_MAX_SECTORS,
        .max_hw_sectors = BLK_SAFE_MAX_SECTORS,
        .logical_block_size = 512,
        .physical_block_size = 512,
        .io_min = 512,
        .dma_alignment = 511,
    };
}

void blk_queue_max_hw_sectors(struct request_queue *q, unsigned int max_hw_sectors)
{
    if ((max_hw_sectors << SECTOR_SHIFT) < PAGE_SIZE)
        max_hw_sectors = PAGE_SECTORS;
    max_hw_sectors = round_down(max_hw_sectors, q->limits.logical_block_size >> SECTOR_SHIFT);
    q->limits.max_hw_sectors = max_hw_sectors;
    q->limits.max_sectors = max_hw_sectors;
}
EXPORT_SYMBOL(blk_queue_max_hw_sectors);

void blk_queue_chunk_sectors(struct request_queue *q, unsigned int chunk_sectors)
{
    q->limits.chunk_sectors = chunk_sectors;
}
EXPORT_SYMBOL(blk_queue_chunk_sectors);

void blk_queue_max_segments(struct request_queue *q, unsigned short max_segments)
{
    q->limits.max_segments = max_t(unsigned short, max_segments, 1);
}
EXPORT_SYMBOL(blk_queue_max_segments);

void blk_queue_max_discard_segments(struct request_queue *q, unsigned short max_segments)
{
    q->limits.max_discard_segments = max_segments;
}
EXPORT_SYMBOL(blk_queue_max_discard_segments);

void blk_queue_max_segment_size(struct request_queue *q, unsigned int max_size)
{
    if (!WARN_ON_ONCE(q->limits.virt_boundary_mask))
        q->limits.max_segment_size = max_t(unsigned int, max_size, PAGE_SIZE);
}
EXPORT_SYMBOL(blk_queue_max_segment_size);

void blk_queue_max_discard_sectors(struct request_queue *q, unsigned int max_discard_sectors)
{
    q->limits.max_hw_discard_sectors = max_discard_sectors;
    q->limits.max_discard_sectors = max_discard_sectors;
}
EXPORT_SYMBOL(blk_queue_max_discard_sectors);

void blk_queue_max_write_zeroes_sectors(struct request_queue *q, unsigned int max_write_zeroes_sectors)
{
    q->limits.max_write_zeroes_sectors = max_write_zeroes_sectors;
}
EXPORT_SYMBOL(blk_queue_max_write_zeroes_sectors);

void blk_queue_logical_block_size(struct request_queue *q, unsigned int size)
{
    struct queue_limits *limits = &q->limits;

    limits->logical_block_size = size;
    limits->physical_block_size = max(limits->physical_block_size, size);
    limits->io_min = max(limits->io_min, limits->physical_block_size);
    limits->max_hw_sectors = round_down(limits->max_hw_sectors, size >> SECTOR_SHIFT);
    limits->max_sectors = round_down(limits->max_sectors, size >> SECTOR_SHIFT);
    q->block_shift = (unsigned int)ilog2(size) - SECTOR_SHIFT;
}
EXPORT_SYMBOL(blk_queue_logical_block_size);

void blk_queue_physical_block_size(struct request_queue *q, unsigned int size)
{
    q->limits.physical_block_size = max(size, q->limits.logical_block_size);
    q->limits.io_min = max(q->limits.io_min, q->limits.physical_block_size);
}
EXPORT_SYMBOL(blk_queue_physical_block_size);

void blk_queue_io_min(struct request_queue *q, unsigned int min)
{
    q->limits.io_min = max3(min, q->limits.logical_block_size, q->limits.physical_block_size);
}
EXPORT_SYMBOL(blk_queue_io_min);

void blk_queue_io_opt(struct request_queue *q, unsigned int opt)
{
    q->limits.io_opt = opt;
}
EXPORT_SYMBOL(blk_queue_io_opt);

void blk_queue_segment_boundary(struct request_queue *q, unsigned long mask)
{
    q->limits.seg_boundary_mask = max(mask, PAGE_SIZE - 1);
}
EXPORT_SYMBOL(blk_queue_segment_boundary);

void blk_queue_virt_boundary(struct request_queue *q, unsigned long mask)
{
    q->limits.virt_boundary_mask = mask;
    /* Such devices have no scatter-gather entries, but lists of pages: a range of them may be of any length.
     */
    if (mask)
        q->limits.max_segment_size = UINT_MAX;
}
EXPORT_SYMBOL(blk_queue_virt_boundary);

void blk_queue_dma_alignment(struct request_queue *q, int mask)
{
    q->limits.dma_alignment = (unsigned int)mask;
}
EXPORT_SYMBOL(blk_queue_dma_alignment);

void blk_queue_update_dma_alignment(struct request_queue *q, int mask)
{
    q->limits.dma_alignment = max(q->limits.dma_alignment, (unsigned int)mask);
}
EXPORT_SYMBOL(blk_queue_update_dma_alignment);

void blk_queue_rq_timeout(struct request_queue *q, unsigned int timeout)
{
    q->rq_timeout = timeout;
}
EXPORT_SYMBOL(blk_queue_rq_timeout);

void blk_set_queue_depth(struct request_queue *q, unsigned int depth)
{
    q->queue_depth = depth;
}
EXPORT_SYMBOL(blk_set_queue_depth);

void blk_queue_write_cache(struct request_queue *q, bool wc, bool fua)
{
    (wc ? blk_queue_flag_set : blk_queue_flag_clear)(QUEUE_FLAG_WC, q);
    (fua ? blk_queue_flag_set : blk_queue_flag_clear)(QUEUE_FLAG_FUA, q);
}
EXPORT_SYMBOL(blk_queue_write_cache);

void blk_queue_update_dma_pad(struct request_queue *q, unsigned int mask)
{
    q->dma_pad_mask = max(q->dma_pad_mask, mask);
}
EXPORT_SYMBOL(blk_queue_update_dma_pad);
