/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slab.h - small memory, from the driver module's own heap.
 *
 * It is physically contiguous; a size that is a power of two is aligned to itself.
 */
#ifndef VMKLINUX_LINUX_SLAB_H
#define VMKLINUX_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/string.h>
#include <linux/types.h>

#define ARCH_KMALLOC_MINALIGN 16
#define KMALLOC_MAX_SIZE      VMK_HEAP_MAX_ALLOC

#define ZERO_SIZE_PTR         ((void *)16)
#define ZERO_OR_NULL_PTR(x)   ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/*
 * DEVIATION-013 (kmalloc, kzalloc, GFP_DMA, GFP_DMA32): __GFP_DMA and __GFP_DMA32 are ignored here; what a
 * device can't reach is bounced when mapped.
 */

/* @size bytes of @module's, zeroed with __GFP_ZERO; ZERO_SIZE_PTR for 0. Context: any. */
void *vmklinux_kmalloc(struct module *module, size_t size, gfp_t flags) __malloc;

static __always_inline void *kmalloc(size_t size, gfp_t flags)
{
    return vmklinux_kmalloc(THIS_MODULE, size, flags);
}
#define __kmalloc                       kmalloc
#define kmalloc_node(size, flags, node) ((void)(node), kmalloc(size, flags))

static inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
    size_t bytes;

    return check_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, flags);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t flags)
{
    return kmalloc_array(n, size, flags | __GFP_ZERO);
}

static inline void *kzalloc(size_t size, gfp_t flags)
{
    return kmalloc(size, flags | __GFP_ZERO);
}
#define kzalloc_node(size, flags, node)          ((void)(node), kzalloc(size, flags))
#define kcalloc_node(n, size, flags, node)       ((void)(node), kcalloc(n, size, flags))
#define kmalloc_array_node(n, size, flags, node) ((void)(node), kmalloc_array(n, size, flags))

void *vmklinux_krealloc(struct module *module, const void *objp, size_t new_size, gfp_t flags);
void *vmklinux_kmemdup(struct module *module, const void *src, size_t len, gfp_t gfp);

static inline void *__must_check krealloc(const void *objp, size_t new_size, gfp_t flags)
{
    return vmklinux_krealloc(THIS_MODULE, objp, new_size, flags);
}

static inline void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
    return vmklinux_kmemdup(THIS_MODULE, src, len, gfp);
}

static inline char *kstrdup(const char *s, gfp_t gfp)
{
    return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

extern void kfree(const void *objp);
#define kfree_const kfree /* no text in the kernel is handed out as if it were allocated */
extern void kfree_sensitive(const void *objp);
extern size_t ksize(const void *objp);

/* Small memory if there is any, else scattered pages; free with kvfree(). */
void *vmklinux_kvmalloc(struct module *module, size_t size, gfp_t flags) __malloc;

static inline void *kvmalloc(size_t size, gfp_t flags)
{
    return vmklinux_kvmalloc(THIS_MODULE, size, flags);
}

static inline void *kvzalloc(size_t size, gfp_t flags)
{
    return kvmalloc(size, flags | __GFP_ZERO);
}

static inline void *kvcalloc(size_t n, size_t size, gfp_t flags)
{
    size_t bytes;

    return check_mul_overflow(n, size, &bytes) ? NULL : kvzalloc(bytes, flags);
}

extern void kvfree(const void *addr);

#endif
