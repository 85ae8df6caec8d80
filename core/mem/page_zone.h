/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_zone.h - the zones of RAM, shared by the page allocator and what fills it at boot.
 */
#ifndef MEM_PAGE_ZONE_H
#define MEM_PAGE_ZONE_H

#include "buddy.h"

#include <core/page_alloc.h>
#include <vmkapi/core/spinlock.h>

/** RAM by the addresses devices can reach. */
enum zone_index {
    ZONE_BELOW_16MB,
    ZONE_BELOW_4GB,
    ZONE_ABOVE_4GB,
    ZONE_COUNT,
};

struct zone {
    vmk_SpinlockObject lock; /**< Rank PAGE, interrupts off. */
    struct buddy buddy VMK_GUARDED_BY(lock);
};

extern struct zone zones[ZONE_COUNT];

/** For each constraint, the highest zone that meets it and has RAM. Constant after page_alloc_init(). */
extern vmk_uint8 zone_first[VMK_PHYS_ADDR_CONSTRAINT_COUNT];

/** One past a zone's highest page number. */
VMK_ALWAYS_INLINE vmk_MPN zone_end(enum zone_index index)
{
    switch (index) {
    case ZONE_BELOW_16MB:
        return vmk_MA2MPN(16ul << 20);
    case ZONE_BELOW_4GB:
        return vmk_MA2MPN(4ul << 30);
    default:
        return 1ul << 32; /* page numbers in lists have 32 bits */
    }
}

VMK_ALWAYS_INLINE enum zone_index zone_of(vmk_MPN mpn)
{
    if (mpn >= zone_end(ZONE_BELOW_4GB)) {
        return ZONE_ABOVE_4GB;
    }
    return mpn < zone_end(ZONE_BELOW_16MB) ? ZONE_BELOW_16MB : ZONE_BELOW_4GB;
}

/** Make the caches' counters readable as memory/pages/.... */
void page_stats_register(void);

/** Add what the allocator knows to @p stats: free, cached and used pages. */
void page_usage_get(struct memory_stats *stats);

#endif
