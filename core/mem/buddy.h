/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buddy.h - free pages in blocks of 2^order pages, each aligned to its size (Knowlton's buddy system).
 *
 * Only the descriptors of free pages are touched. Page 0 is never free: its number ends lists.
 * Context: any. Locks: the caller's.
 */
#ifndef MEM_BUDDY_H
#define MEM_BUDDY_H

#include <vmkapi/core/frame.h>

#define BUDDY_ORDERS (VMK_PAGE_MAX_ORDER + 1u)
#define BUDDY_NONE   0u

/** In `order`, of a free page that does not begin a block in a buddy's list. */
#define BUDDY_NO_BLOCK 0xffu

struct buddy {
    vmk_PageFrame *frames; /**< By page number; all of an order-10 block must be there. */
    vmk_uint64 free_pages;
    vmk_uint32 heads[BUDDY_ORDERS]; /**< First free block of each order, or BUDDY_NONE. */
};

/**
 * Write a page's descriptor, its state in one step.
 *
 * Freeing a page looks at its neighbour's descriptor, whoever has that page: what is seen then must be
 * what was or what will be.
 */
VMK_ALWAYS_INLINE void frame_write(vmk_PageFrame *frame, vmk_PageFrame value)
{
    __atomic_store_n(&frame->state, value.state, __ATOMIC_RELAXED);
    frame->private = value.private;
}

/** Take @p order's worth of pages out. @return the first page, or BUDDY_NONE when there is no such block. */
vmk_MPN buddy_alloc(struct buddy *buddy, unsigned order);

/** Put the block of 2^order pages at @p mpn in, aligned to its size, and join it with its free neighbours. */
void buddy_free(struct buddy *buddy, vmk_MPN mpn, unsigned order);

/** Put the pages [@p first, @p end) in, of any alignment. */
void buddy_free_range(struct buddy *buddy, vmk_MPN first, vmk_MPN end);

#endif
