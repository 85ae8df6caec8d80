/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gfp.h - pages.
 */
#ifndef VMKLINUX_LINUX_GFP_H
#define VMKLINUX_LINUX_GFP_H

#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/types.h>

/*
 * DEVIATION-001 (alloc_pages, kmalloc, vmalloc, dma_alloc_coherent): an allocation with GFP_KERNEL fails at
 * once when memory is short, as GFP_ATOMIC does; it neither sleeps nor reclaims, for there are no caches to
 * reclaim from.
 */
struct page *vmklinux_alloc_pages(struct module *module, gfp_t gfp, unsigned int order);

static inline struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
    return vmklinux_alloc_pages(THIS_MODULE, gfp_mask, order);
}

#define alloc_page(gfp_mask)                   alloc_pages(gfp_mask, 0)
#define alloc_pages_node(nid, gfp_mask, order) alloc_pages(gfp_mask, order)
#define dev_alloc_page()                       alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 0)
#define dev_alloc_pages(order)                 alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order)

extern void __free_pages(struct page *page, unsigned int order);
extern void free_pages(unsigned long addr, unsigned int order);

static inline unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
    struct page *page = alloc_pages(gfp_mask, order);

    return page ? (unsigned long)vmk_Frame2Ptr(&page->frame) : 0;
}

#define __free_page(page)         __free_pages((page), 0)
#define free_page(addr)           free_pages((addr), 0)
#define __get_free_page(gfp_mask) __get_free_pages((gfp_mask), 0)
#define get_zeroed_page(gfp_mask) __get_free_page((gfp_mask) | __GFP_ZERO)

static inline bool gfpflags_allow_blocking(const gfp_t gfp_flags)
{
    return !!(gfp_flags & __GFP_DIRECT_RECLAIM);
}

#endif
