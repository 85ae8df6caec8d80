/* SPDX-License-Identifier: GPL-2.0-only */
/* dmapool.h - small pieces of memory that a device and its driver see alike. */
#ifndef VMKLINUX_LINUX_DMAPOOL_H
#define VMKLINUX_LINUX_DMAPOOL_H

#include <linux/device.h>
#include <linux/gfp.h>
#include <linux/types.h>

struct dma_pool;

/* A pool of @size-byte blocks, aligned to @align, crossing no multiple of @allocation (0: of any). NULL
 * without memory or with arguments that make no sense. Context: may block. */
struct dma_pool *vmklinux_dma_pool_create(struct module *module, const char *name, struct device *dev,
                                          size_t size, size_t align, size_t allocation);

static inline struct dma_pool *dma_pool_create(const char *name, struct device *dev, size_t size,
                                               size_t align, size_t allocation)
{
    return vmklinux_dma_pool_create(THIS_MODULE, name, dev, size, align, allocation);
}

/* All blocks must have come back. NULL is ignored. */
void dma_pool_destroy(struct dma_pool *pool);

/* Context: any. */
void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle);
void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t addr);

static inline void *dma_pool_zalloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
    return dma_pool_alloc(pool, mem_flags | __GFP_ZERO, handle);
}

#endif
