/* SPDX-License-Identifier: GPL-2.0-only */
/* highmem.h - all memory is in the direct map: mapping a page is arithmetic. */
#ifndef VMKLINUX_LINUX_HIGHMEM_H
#define VMKLINUX_LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <vmkapi/base/pcpu.h>

static inline void *kmap(struct page *page)
{
    return page_address(page);
}

static inline void *kmap_local_page(struct page *page)
{
    return page_address(page);
}

/* As in Linux, nothing may be preempted or block in between. */
static inline void *kmap_atomic(struct page *page)
{
    vmk_PreemptDisable();
    return page_address(page);
}

/* Caches see what devices and other CPUs write. */
#define flush_dcache_page(page)        ((void)(page))
#define flush_kernel_dcache_page(page) ((void)(page))

#define kunmap(page)                   ((void)(page))
#define kunmap_local(addr)             ((void)(addr))
#define kunmap_atomic(addr)                                                                                  \
    do {                                                                                                     \
        (void)(addr);                                                                                        \
        vmk_PreemptEnable();                                                                                 \
    } while (0)

/* No access is to memory that would have to be fetched first. */
#define pagefault_disabled() true

#endif
