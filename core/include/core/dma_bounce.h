/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_bounce.h - which pages of a bounce pool stand for which memory. Bookkeeping only: copying is dma.c's.
 *
 * Locks: the caller's. Context: any.
 */
#ifndef CORE_DMA_BOUNCE_H
#define CORE_DMA_BOUNCE_H

#include <vmkapi/base/types.h>
#include <vmkapi/core/dma.h>

/** One page of the pool. What is said of a mapping is said in its first page. */
struct dma_bounce_page {
    vmk_uint32 first; /**< Index of the mapping's first page. */
    vmk_uint32 pages; /**< Of the mapping; 0 while the page is free. */
    vmk_MA original;
    vmk_ByteCountSmall length;
    vmk_DMADirection direction;
};

struct dma_bounce {
    vmk_IOA base; /**< Page-aligned. */
    unsigned pages;
    unsigned used;
    unsigned next;       /**< Where the search for room begins. */
    vmk_uint64 straddle; /**< No mapping crosses a multiple of this; 0 for no such rule. */
    struct dma_bounce_page page[];
};

/** Bytes a pool of @p pages takes for its bookkeeping. */
VMK_ALWAYS_INLINE vmk_ByteCount dma_bounce_size(unsigned pages)
{
    return sizeof(struct dma_bounce) + pages * sizeof(struct dma_bounce_page);
}

/** Make a pool of zeroed memory of dma_bounce_size() bytes. */
void dma_bounce_init(struct dma_bounce *pool, vmk_IOA base, unsigned pages, vmk_uint64 straddle);

/**
 * Find room for a mapping.
 *
 * @return where the device finds it, page-aligned; 0 when there is no room
 */
vmk_IOA dma_bounce_take(struct dma_bounce *pool, vmk_MA original, vmk_ByteCountSmall length,
                        vmk_DMADirection direction);

/** The mapping that [@p ioa, @p ioa + @p length) is within, or NULL. */
struct dma_bounce_page *dma_bounce_find(struct dma_bounce *pool, vmk_IOA ioa, vmk_ByteCountSmall length);

/** Where a mapping begins for the device. */
VMK_ALWAYS_INLINE vmk_IOA dma_bounce_address(const struct dma_bounce *pool,
                                             const struct dma_bounce_page *page)
{
    return pool->base + ((vmk_IOA)(page - pool->page) << VMK_PAGE_SHIFT);
}

/** Give a mapping's pages back. */
void dma_bounce_release(struct dma_bounce *pool, struct dma_bounce_page *page);

#endif
