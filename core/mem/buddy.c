/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * buddy.c - the buddy system.
 */
#include "buddy.h"

#include <vmkapi/lib/bits.h>

static void list_insert(struct buddy *buddy, vmk_MPN mpn, unsigned order)
{
    vmk_uint32 next = buddy->heads[order];

    frame_write(&buddy->frames[mpn], (vmk_PageFrame){.kind = VMK_PAGE_FREE,
                                                     .order = (vmk_uint8)order,
                                                     .link = {.prev = BUDDY_NONE, .next = next}});
    if (next != BUDDY_NONE) {
        buddy->frames[next].link.prev = (vmk_uint32)mpn;
    }
    buddy->heads[order] = (vmk_uint32)mpn;
}

static void list_remove(struct buddy *buddy, vmk_MPN mpn, unsigned order)
{
    vmk_PageFrame *frame = &buddy->frames[mpn];

    if (frame->link.prev != BUDDY_NONE) {
        buddy->frames[frame->link.prev].link.next = frame->link.next;
    } else {
        buddy->heads[order] = frame->link.next;
    }
    if (frame->link.next != BUDDY_NONE) {
        buddy->frames[frame->link.next].link.prev = frame->link.prev;
    }
    frame->order = BUDDY_NO_BLOCK;
}

static vmk_Bool is_free_block(const vmk_PageFrame *frame, unsigned order)
{
    vmk_PageFrame seen = {.state = __atomic_load_n(&frame->state, __ATOMIC_RELAXED)};

    return seen.kind == VMK_PAGE_FREE && seen.order == order;
}

vmk_MPN buddy_alloc(struct buddy *buddy, unsigned order)
{
    unsigned found = order;
    vmk_MPN mpn;

    while (found < BUDDY_ORDERS && buddy->heads[found] == BUDDY_NONE) {
        found++;
    }
    if (found == BUDDY_ORDERS) {
        return BUDDY_NONE;
    }
    mpn = buddy->heads[found];
    list_remove(buddy, mpn, found);
    while (found > order) {
        found--;
        list_insert(buddy, mpn + (1ul << found), found);
    }
    buddy->free_pages -= 1ul << order;
    return mpn;
}

void buddy_free(struct buddy *buddy, vmk_MPN mpn, unsigned order)
{
    buddy->free_pages += 1ul << order;
    for (; order < VMK_PAGE_MAX_ORDER; order++) {
        vmk_MPN other = mpn ^ (1ul << order);

        if (!is_free_block(&buddy->frames[other], order)) {
            break;
        }
        list_remove(buddy, other, order);
        /* The upper half no longer begins a block; the lower one is about to. */
        buddy->frames[mpn | other].kind = VMK_PAGE_FREE;
        buddy->frames[mpn | other].order = BUDDY_NO_BLOCK;
        mpn &= other;
    }
    list_insert(buddy, mpn, order);
}

void buddy_free_range(struct buddy *buddy, vmk_MPN first, vmk_MPN end)
{
    while (first < end) {
        unsigned order = VMK_MIN(vmk_LowestBit(first), vmk_HighestBit(end - first));

        order = VMK_MIN(order, VMK_PAGE_MAX_ORDER);
        buddy_free(buddy, first, order);
        first += 1ul << order;
    }
}
