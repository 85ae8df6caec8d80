/* SPDX-License-Identifier: GPL-2.0-only */
/* memremap.h - memory of devices as pages: there is none. */
#ifndef VMKLINUX_LINUX_MEMREMAP_H
#define VMKLINUX_LINUX_MEMREMAP_H

#include <linux/mm.h>

static inline bool is_pci_p2pdma_page(const struct page *page)
{
    return false;
}

static inline unsigned long memremap_compat_align(void)
{
    return PAGE_SIZE;
}

#endif
