/* SPDX-License-Identifier: GPL-2.0-only */
/* vmalloc.c - large memory, scattered in pages. */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include <vmkapi/core/mapping.h>

void *vmklinux_vmalloc(struct module *module, unsigned long size)
{
    vmk_VA va;

    return vmk_MapAlloc(module->id, size, VMK_PAGE_DATA, &va) == VMK_OK ? (void *)va : NULL;
}
EXPORT_SYMBOL(vmklinux_vmalloc);

void vfree(const void *addr)
{
    if (addr)
        vmk_MapFree((vmk_VA)addr);
}
EXPORT_SYMBOL(vfree);
