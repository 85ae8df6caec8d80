/* SPDX-License-Identifier: GPL-2.0-only */
/* vmalloc.h - large memory, virtually contiguous, scattered in pages; not for devices. */
#ifndef VMKLINUX_LINUX_VMALLOC_H
#define VMKLINUX_LINUX_VMALLOC_H

#include <linux/module.h>
#include <linux/types.h>

/* @size bytes of @module's, zeroed. Context: may block. */
void *vmklinux_vmalloc(struct module *module, unsigned long size) __malloc;

static inline void *vzalloc(unsigned long size)
{
    return vmklinux_vmalloc(THIS_MODULE, size);
}

static inline void *vmalloc(unsigned long size)
{
    return vzalloc(size);
}
#define vmalloc_node(size, node) vmalloc(size)
#define vzalloc_node(size, node) vzalloc(size)

extern void vfree(const void *addr);

#endif
