/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma_bounce.c - which pages of a bounce pool stand for which memory.
 */
#include <core/dma_bounce.h>

void dma_bounce_init(struct dma_bounce *pool, vmk_IOA base, unsigned pages, vmk_uint64 straddle)
{
    pool->base = base;
    pool->pages = pages;
    pool->straddle = straddle;
}

/** Whether a mapping at page @p at would cross a multiple of the straddle. */
static vmk_Bool crosses(const struct dma_bounce *pool, unsigned at, vmk_ByteCountSmall length)
{
    vmk_IOA first = pool->base + ((vmk_IOA)at << VMK_PAGE_SHIFT), last = first + length - 1;

    return pool->straddle != 0 && ((first ^ last) & ~(pool->straddle - 1)) != 0;
}

/** The end of the mapping that is in the way of [at, at + pages), or 0 when nothing is. */
static unsigned end_of_obstacle(const struct dma_bounce *pool, unsigned at, unsigned pages)
{
    for (unsigned i = at; i < at + pages; i++) {
        const struct dma_bounce_page *first = &pool->page[pool->page[i].first];

        if (pool->page[i].pages != 0) {
            return pool->page[i].first + first->pages;
        }
    }
    return 0;
}

/** The first place from @p at, before @p end, where a mapping fits; @p end when there is none. */
static unsigned find_room(const struct dma_bounce *pool, unsigned at, unsigned end, vmk_ByteCountSmall length)
{
    unsigned pages = (unsigned)((length + VMK_PAGE_MASK) >> VMK_PAGE_SHIFT);

    while (at < end && at + pages <= pool->pages) {
        unsigned obstacle = end_of_obstacle(pool, at, pages);

        if (obstacle == 0 && !crosses(pool, at, length)) {
            return at;
        }
        at = obstacle != 0 ? obstacle : at + 1;
    }
    return end;
}

vmk_IOA dma_bounce_take(struct dma_bounce *pool, vmk_MA original, vmk_ByteCountSmall length,
                        vmk_DMADirection direction)
{
    unsigned pages = (unsigned)(((vmk_ByteCount)length + VMK_PAGE_MASK) >> VMK_PAGE_SHIFT);

    if (length == 0 || pages > pool->pages - pool->used) {
        return 0;
    }
    unsigned at = find_room(pool, pool->next, pool->pages, length);
    if (at == pool->pages) {
        at = find_room(pool, 0, pool->next, length);
        if (at == pool->next) {
            return 0;
        }
    }
    for (unsigned i = at; i < at + pages; i++) {
        pool->page[i] = (struct dma_bounce_page){
            .first = at, .pages = pages, .original = original, .length = length, .direction = direction};
    }
    pool->used += pages;
    pool->next = (at + pages) % pool->pages;
    return pool->base + ((vmk_IOA)at << VMK_PAGE_SHIFT);
}

struct dma_bounce_page *dma_bounce_find(struct dma_bounce *pool, vmk_IOA ioa, vmk_ByteCountSmall length)
{
    vmk_uint64 index = (ioa - pool->base) >> VMK_PAGE_SHIFT;

    if (index >= pool->pages || pool->page[index].pages == 0) {
        return NULL;
    }
    struct dma_bounce_page *first = &pool->page[pool->page[index].first];
    return ioa - dma_bounce_address(pool, first) + length <= first->length ? first : NULL;
}

void dma_bounce_release(struct dma_bounce *pool, struct dma_bounce_page *page)
{
    unsigned pages = page->pages;

    for (unsigned i = 0; i < pages; i++) {
        page[i].pages = 0;
    }
    pool->used -= pages;
}
