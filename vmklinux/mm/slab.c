/* SPDX-License-Identifier: GPL-2.0-only */
/* slab.c - kmalloc() and its like, from the driver module's heap. */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <vmkapi/base/heap.h>

void *vmklinux_kmalloc(struct module *module, size_t size, gfp_t flags)
{
    void *mem;

    if (unlikely(size == 0))
        return ZERO_SIZE_PTR;
    mem = vmk_HeapAllocWithRA(module->heap, size, __builtin_return_address(0));
    if (mem && (flags & __GFP_ZERO))
        memset(mem, 0, size);
    return mem;
}
EXPORT_SYMBOL(vmklinux_kmalloc);

void kfree(const void *objp)
{
    if (!ZERO_OR_NULL_PTR(objp))
        vmk_HeapFree(vmk_HeapOf(objp), (void *)objp);
}
EXPORT_SYMBOL(kfree);

size_t ksize(const void *objp)
{
    return ZERO_OR_NULL_PTR(objp) ? 0 : vmk_HeapUsableSize(objp);
}
EXPORT_SYMBOL(ksize);

void kfree_sensitive(const void *objp)
{
    if (!ZERO_OR_NULL_PTR(objp))
        memzero_explicit((void *)objp, ksize(objp));
    kfree(objp);
}
EXPORT_SYMBOL(kfree_sensitive);

void *vmklinux_krealloc(struct module *module, const void *objp, size_t new_size, gfp_t flags)
{
    size_t old_size = ksize(objp);
    void *mem;

    if (old_size >= new_size && new_size)
        return (void *)objp;
    mem = vmklinux_kmalloc(module, new_size, flags);
    if (mem) {
        memcpy(mem, objp, min(old_size, new_size));
        kfree(objp);
    }
    return mem;
}
EXPORT_SYMBOL(vmklinux_krealloc);

void *vmklinux_kmemdup(struct module *module, const void *src, size_t len, gfp_t gfp)
{
    void *copy = vmklinux_kmalloc(module, len, gfp);

    return copy ? memcpy(copy, src, len) : NULL;
}
EXPORT_SYMBOL(vmklinux_kmemdup);

void *vmklinux_kvmalloc(struct module *module, size_t size, gfp_t flags)
{
    void *mem = vmklinux_kmalloc(module, size, flags);

    return mem ? mem : vmklinux_vmalloc(module, size);
}
EXPORT_SYMBOL(vmklinux_kvmalloc);

void kvfree(const void *addr)
{
    if (is_vmalloc_addr(addr))
        vfree(addr);
    else
        kfree(addr);
}
EXPORT_SYMBOL(kvfree);
