/* SPDX-License-Identifier: GPL-2.0-only */
/* mm.h - pages, their addresses and references. */
#ifndef VMKLINUX_LINUX_MM_H
#define VMKLINUX_LINUX_MM_H

#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <asm/page.h>
#include <vmkapi/core/mapping.h>

#define PAGE_ALIGN(addr)   ALIGN(addr, PAGE_SIZE)
#define PAGE_ALIGNED(addr) IS_ALIGNED((unsigned long)(addr), PAGE_SIZE)
#define offset_in_page(p)  ((unsigned long)(p) & ~PAGE_MASK)
#define MAX_ORDER          11
#define MAX_ORDER_NR_PAGES (1 << (MAX_ORDER - 1))
#define PFN_UP(x)          (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)        ((x) >> PAGE_SHIFT)

static __always_inline struct page *pfn_to_page(unsigned long pfn)
{
    return (struct page *)vmk_MPN2Frame(pfn);
}

static __always_inline unsigned long page_to_pfn(const struct page *page)
{
    return vmk_Frame2MPN(&page->frame);
}

#define nth_page(page, n)  pfn_to_page(page_to_pfn(page) + (n))
#define page_to_phys(page) ((dma_addr_t)page_to_pfn(page) << PAGE_SHIFT)

static __always_inline struct page *virt_to_page(const void *address)
{
    return (struct page *)vmk_Ptr2Frame(address);
}
#define virt_to_head_page virt_to_page

static __always_inline void *page_address(const struct page *page)
{
    return vmk_Frame2Ptr(&page->frame);
}
#define page_to_virt page_address

static __always_inline void get_page(struct page *page)
{
    vmk_PageGet(&page->frame);
}

static __always_inline void put_page(struct page *page)
{
    vmk_PagePut(&page->frame);
}

static __always_inline int page_count(const struct page *page)
{
    return vmk_PageRefCount(&page->frame);
}

static inline int page_to_nid(const struct page *page)
{
    return 0;
}
#define numa_node_id() 0
#define numa_mem_id()  0

/* No page is set aside for emergencies. */
static inline bool page_is_pfmemalloc(const struct page *page)
{
    return false;
}

static __always_inline bool is_vmalloc_addr(const void *x)
{
    return vmk_VAIsMapArea((vmk_VA)x);
}

static __always_inline bool virt_addr_valid(const void *x)
{
    return vmk_VAIsDirectMap((vmk_VA)x);
}

extern void kvfree(const void *addr);

#endif
