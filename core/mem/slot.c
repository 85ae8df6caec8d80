/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slot.c - chunks of slots.
 */
#include "slot.h"
#include "chunk_pool.h"

#include <vmkapi/lib/bits.h>

#define CHUNK_MAX_ORDER 3u

static vmk_uint32 slots_in(vmk_uint32 slot_size, unsigned order)
{
    return VMK_MIN((vmk_uint32)(VMK_PAGE_SIZE << order) / slot_size, SLOT_MAX_PER_CHUNK);
}

/* The smallest order that holds a slot and leaves at most an eighth of its pages unused. */
static unsigned choose_order(vmk_uint32 slot_size)
{
    unsigned order = 0;

    while (order < CHUNK_MAX_ORDER) {
        vmk_uint64 bytes = VMK_PAGE_SIZE << order;
        vmk_uint64 used = (vmk_uint64)slots_in(slot_size, order) * slot_size;

        if (used != 0 && (bytes - used) * 8 <= bytes) {
            break;
        }
        order++;
    }
    return order;
}

void slot_cache_init(struct slot_cache *cache, void *owner, vmk_uint32 slot_size, vmk_PageRequest pages)
{
    *cache = (struct slot_cache){.owner = owner, .pages = pages, .slot_size = slot_size};
    vmk_ListInit(&cache->partial);
    vmk_ListInit(&cache->full);
    if (slot_size != 0) {
        cache->pages.order = (vmk_uint8)choose_order(slot_size);
        cache->nslots = slots_in(slot_size, cache->pages.order);
    }
}

/* Link a new chunk of pages that have been allocated to where they are found from. */
static void chunk_init(struct chunk *chunk, struct slot_cache *cache, vmk_MPN mpn, vmk_uint32 npages)
{
    *chunk = (struct chunk){.cache = cache, .base = vmk_MPN2Ptr(mpn), .npages = npages};
    for (vmk_uint32 i = 0; i < npages; i++) {
        vmk_MPN2Frame(mpn + i)->privatePtr = chunk;
    }
    cache->nchunks++;
    cache->npages += npages;
}

static void chunk_fini(struct chunk *chunk)
{
    vmk_ListRemove(&chunk->links);
    chunk->cache->nchunks--;
    chunk->cache->npages -= chunk->npages;
}

struct chunk *slot_cache_grow(struct slot_cache *cache)
{
    struct chunk *chunk = chunk_pool_alloc();
    vmk_MPN mpn;

    if (chunk == NULL) {
        return NULL;
    }
    if (vmk_PageAlloc(cache->pages, &mpn) != VMK_OK) {
        chunk_pool_free(chunk);
        return NULL;
    }
    chunk_init(chunk, cache, mpn, slot_cache_growth(cache));
    /* Slots beyond the last one are never free. */
    vmk_BitVectorSetRun(chunk->live, cache->nslots, SLOT_MAX_PER_CHUNK - cache->nslots);
    vmk_ListInsert(&chunk->links, vmk_ListAtFront(&cache->partial));
    return chunk;
}

void slot_cache_shrink(struct chunk *chunk)
{
    chunk_fini(chunk);
    vmk_PageFree(vmk_Ptr2MPN(chunk->base));
    chunk_pool_free(chunk);
}

void *slot_alloc(struct slot_cache *cache, struct slot *slot)
{
    struct chunk *chunk;

    if (vmk_ListIsEmpty(&cache->partial)) {
        return NULL;
    }
    chunk = VMK_LIST_ENTRY(vmk_ListFirst(&cache->partial), struct chunk, links);
    *slot = (struct slot){chunk, vmk_BitVectorNextClear(chunk->live, SLOT_MAX_PER_CHUNK, 0)};
    vmk_BitVectorSet(chunk->live, slot->index);
    if (++chunk->nlive == cache->nslots) {
        vmk_ListRemove(&chunk->links);
        vmk_ListInsert(&chunk->links, vmk_ListAtRear(&cache->full));
    }
    return slot_address(*slot);
}

void slot_free(struct slot slot)
{
    struct chunk *chunk = slot.chunk;

    vmk_BitVectorClear(chunk->live, slot.index);
    if (chunk->nlive-- == chunk->cache->nslots) {
        vmk_ListRemove(&chunk->links);
        vmk_ListInsert(&chunk->links, vmk_ListAtFront(&chunk->cache->partial));
    }
}

void *slot_alloc_large(struct slot_cache *cache, vmk_uint32 npages)
{
    struct chunk *chunk = chunk_pool_alloc();
    vmk_MPN mpn;

    if (chunk == NULL) {
        return NULL;
    }
    if (vmk_PageAllocRun(cache->pages, npages, &mpn) != VMK_OK) {
        chunk_pool_free(chunk);
        return NULL;
    }
    chunk_init(chunk, cache, mpn, npages);
    chunk->nlive = 1;
    vmk_BitVectorSet(chunk->live, 0);
    vmk_ListInsert(&chunk->links, vmk_ListAtRear(&cache->full));
    return chunk->base;
}

void slot_free_large(struct chunk *chunk)
{
    chunk_fini(chunk);
    vmk_PageFreeRun(vmk_Ptr2MPN(chunk->base), chunk->npages);
    chunk_pool_free(chunk);
}

struct chunk *chunk_of(const void *mem)
{
    vmk_PageFrame *frame = vmk_Ptr2Frame(mem);

    if (!vmk_VAIsDirectMap((vmk_VA)mem) || !vmk_MPNHasFrame(vmk_Ptr2MPN(mem)) ||
        (frame->kind != VMK_PAGE_HEAP && frame->kind != VMK_PAGE_SLAB)) {
        return NULL;
    }
    return frame->privatePtr;
}

vmk_Bool slot_find(struct chunk *chunk, const void *mem, struct slot *slot)
{
    vmk_uint32 offset = (vmk_uint32)((const vmk_uint8 *)mem - chunk->base);
    vmk_uint32 size = chunk->cache->slot_size;

    if (size == 0) {
        *slot = (struct slot){chunk, 0};
        return offset == 0;
    }
    *slot = (struct slot){chunk, offset / size};
    return offset % size == 0 && slot->index < chunk->cache->nslots &&
           vmk_BitVectorTest(chunk->live, slot->index);
}
