/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slot.h - chunks of pages divided into slots of one size: what heaps and slabs are made of.
 *
 * A chunk's descriptor lies apart from its pages and knows by a bit which slots are live, so that nothing a
 * user writes beyond or after its memory can lead the allocator astray, and freeing what is not live is
 * always noticed. The pages' frames lead back to the descriptor.
 *
 * Context: any. Locks: the caller's, one per cache, with interrupts off.
 */
#ifndef MEM_SLOT_H
#define MEM_SLOT_H

#include <vmkapi/core/frame.h>
#include <vmkapi/lib/bitvector.h>
#include <vmkapi/lib/list.h>

#define SLOT_MAX_PER_CHUNK 256u
#define SLOT_MIN_SIZE      16u
#define SLOT_MAX_SIZE      8192u

/** All chunks of one slot size and one owner. */
struct slot_cache {
    vmk_ListLinks partial; /**< Chunks with a free slot. */
    vmk_ListLinks full;    /**< Chunks without, and chunks of one large slot. */
    void *owner;           /**< The heap or slab. */
    vmk_PageRequest pages; /**< How a chunk's pages are asked for. */
    vmk_uint32 slot_size;  /**< Bytes; 0 when each chunk is one slot of a size of its own. */
    vmk_uint32 nslots;     /**< Slots in a chunk. */
    vmk_uint64 nchunks;
    vmk_uint64 npages; /**< In all chunks. */
};

struct chunk {
    vmk_ListLinks links;
    struct slot_cache *cache;
    vmk_uint8 *base;
    vmk_uint32 npages;
    vmk_uint32 nlive;
    vmk_uint64 live[VMK_BIT_WORDS(SLOT_MAX_PER_CHUNK)];   /**< Slots that cannot be handed out. */
    vmk_uint64 marked[VMK_BIT_WORDS(SLOT_MAX_PER_CHUNK)]; /**< A bit per slot for the owner's use. */
};

/** A place in a chunk. */
struct slot {
    struct chunk *chunk;
    vmk_uint32 index;
};

/**
 * Prepare a cache without chunks.
 *
 * @param slot_size  a multiple of SLOT_MIN_SIZE up to SLOT_MAX_SIZE; 0 for large slots.
 * @param pages      module, kind and constraint of the pages; the order is chosen here.
 */
void slot_cache_init(struct slot_cache *cache, void *owner, vmk_uint32 slot_size, vmk_PageRequest pages);

/** Pages of one more chunk. */
VMK_ALWAYS_INLINE vmk_uint32 slot_cache_growth(const struct slot_cache *cache)
{
    return 1u << cache->pages.order;
}

/** Add an empty chunk to a cache of small slots. @return it, or NULL when there is no memory. */
struct chunk *slot_cache_grow(struct slot_cache *cache);

/** Give an empty chunk's pages back. */
void slot_cache_shrink(struct chunk *chunk);

/** Take a free slot. @return NULL when every chunk is full: grow. */
void *slot_alloc(struct slot_cache *cache, struct slot *slot);

/** Make a live slot free. The chunk may be empty then: its nlive is 0. */
void slot_free(struct slot slot);

/** Allocate a large slot, a chunk of its own of @p npages. @return NULL when there is no memory. */
void *slot_alloc_large(struct slot_cache *cache, vmk_uint32 npages);

/** Free a large slot with its chunk. */
void slot_free_large(struct chunk *chunk);

/** The chunk of the page that holds @p mem; NULL when it is neither a heap's nor a slab's. */
struct chunk *chunk_of(const void *mem);

/** Find the live slot that starts at @p mem in @p chunk. @return false when there is none. */
vmk_Bool slot_find(struct chunk *chunk, const void *mem, struct slot *slot);

/** Where a slot starts. */
VMK_ALWAYS_INLINE void *slot_address(struct slot slot)
{
    return slot.chunk->base + (vmk_uint64)slot.index * slot.chunk->cache->slot_size;
}

#endif
