/* SPDX-License-Identifier: GPL-2.0-only */
/* iomap.c - mapping device registers, and moving strings of them. */
#include <linux/export.h>
#include <linux/io.h>
#include <linux/module.h>
#include <vmkapi/core/mapping.h>

void __iomem *vmklinux_ioremap(struct module *module, resource_size_t offset, unsigned long size)
{
    vmk_VA va;

    return vmk_MapMMIO(module->id, offset, size, &va) == VMK_OK ? (__force void __iomem *)va : NULL;
}
EXPORT_SYMBOL(vmklinux_ioremap);

void iounmap(volatile void __iomem *addr)
{
    if (addr)
        vmk_UnmapMMIO((__force vmk_VA)addr);
}
EXPORT_SYMBOL(iounmap);

void ioread16_rep(const void __iomem *port, void *buf, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        ((u16 *)buf)[i] = readw(port);
}
EXPORT_SYMBOL(ioread16_rep);

void iowrite16_rep(void __iomem *port, const void *buf, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        writew(((const u16 *)buf)[i], port);
}
EXPORT_SYMBOL(iowrite16_rep);
