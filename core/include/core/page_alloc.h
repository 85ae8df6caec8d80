/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_alloc.h - bringing the page allocator up, and its totals; pages themselves: vmkapi/core/frame.h.
 */
#ifndef CORE_PAGE_ALLOC_H
#define CORE_PAGE_ALLOC_H

#include <core/boot_info.h>
#include <vmkapi/core/frame.h>

/** Where the machine's memory is, in pages. */
struct memory_stats {
    vmk_uint64 total;                     /**< RAM that has a descriptor, and RAM in use since boot. */
    vmk_uint64 free;                      /**< In the allocator, per-CPU caches included. */
    vmk_uint64 cached;                    /**< Of the free ones, in per-CPU caches. */
    vmk_uint64 used[VMK_PAGE_KIND_COUNT]; /**< By kind; [VMK_PAGE_RESERVED] is what boot left in use. */
};

/**
 * Build the frame array and take over all BOOT_REGION_RAM.
 *
 * Needs the direct map of all RAM and arch_map_page(); takes the array's own pages with boot_alloc().
 * Context: boot CPU, once.
 */
void page_alloc_init(struct boot_info *boot);

/** A snapshot of where the memory is. Context: any. */
void memory_stats_get(struct memory_stats *stats);

/** "heaps", "packets": what @p kind is called in listings. Context: any. */
const char *page_kind_name(vmk_PageKind kind);

#endif
