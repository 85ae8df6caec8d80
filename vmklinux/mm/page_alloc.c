/* SPDX-License-Identifier: GPL-2.0-only */
/* page_alloc.c - pages, charged to the driver's module until the last reference goes. */
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/mm.h>

struct page *vmklinux_alloc_pages(struct module *module, gfp_t gfp, unsigned int order)
{
    vmk_PageRequest request = {
        .module = module->id,
        .order = (vmk_uint8)order,
        .kind = VMK_PAGE_DATA,
        .constraint = gfp & (__GFP_DMA | __GFP_DMA32) ? VMK_PHYS_ADDR_BELOW_4GB : VMK_PHYS_ADDR_ANY,
        .zero = !!(gfp & __GFP_ZERO),
    };
    vmk_MPN mpn;

    return vmk_PageAlloc(request, &mpn) == VMK_OK ? pfn_to_page(mpn) : NULL;
}
EXPORT_SYMBOL(vmklinux_alloc_pages);

void __free_pages(struct page *page, unsigned int order)
{
    if (page)
        put_page(page);
}
EXPORT_SYMBOL(__free_pages);

void free_pages(unsigned long addr, unsigned int order)
{
    if (addr)
        put_page(virt_to_page((void *)addr));
}
EXPORT_SYMBOL(free_pages);
