/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dmapool.c - blocks cut from coherent memory. A free block holds its link and its address for the device;
 * the last one freed goes first. Memory goes back when the pool goes.
 */
#include <linux/bug.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/export.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

struct free_block {
    struct free_block *next;
    dma_addr_t dma;
};

/* A piece of coherent memory that blocks were cut from. */
struct dma_page {
    struct dma_page *next;
    void *vaddr;
    dma_addr_t dma;
};

struct dma_pool {
    spinlock_t lock;
    struct free_block *free VMK_GUARDED_BY(lock);
    struct dma_page *pages VMK_GUARDED_BY(lock);
    unsigned int in_use VMK_GUARDED_BY(lock);
    size_t size;       /* of a block */
    size_t allocation; /* of a page */
    struct module *module;
    struct device *dev;
    const char *name;
};

struct dma_pool *vmklinux_dma_pool_create(struct module *module, const char *name, struct device *dev,
                                          size_t size, size_t align, size_t boundary) VMK_UNSHARED
{
    struct dma_pool *pool;

    align = align ? align : 1;
    size = ALIGN(max(size, sizeof(struct free_block)), align);
    if (!is_power_of_2(align) || align > PAGE_SIZE ||
        (boundary && (!is_power_of_2(boundary) || boundary < size)))
        return NULL;
    pool = vmklinux_kmalloc(module, sizeof(*pool), GFP_KERNEL | __GFP_ZERO);
    if (!pool)
        return NULL;
    spin_lock_init(&pool->lock);
    pool->module = module;
    pool->dev = dev;
    pool->name = name;
    /* Blocks of a page must not cross the boundary: let a page be no longer, where blocks do not divide it.
     */
    pool->allocation = max(size, (size_t)PAGE_SIZE);
    if (boundary && boundary < pool->allocation && boundary % size)
        pool->allocation = boundary;
    pool->size = size;
    return pool;
}
EXPORT_SYMBOL(vmklinux_dma_pool_create);

void dma_pool_destroy(struct dma_pool *pool) VMK_UNSHARED
{
    if (!pool)
        return;
    WARN(pool->in_use, "DMA pool %s is destroyed with %u blocks in use\n", pool->name, pool->in_use);
    while (pool->pages) {
        struct dma_page *page = pool->pages;

        pool->pages = page->next;
        dma_free_coherent(pool->dev, pool->allocation, page->vaddr, page->dma);
        kfree(page);
    }
    kfree(pool);
}
EXPORT_SYMBOL(dma_pool_destroy);

static struct free_block *take(struct dma_pool *pool)
{
    struct free_block *block;
    unsigned long flags;

    spin_lock_irqsave(&pool->lock, flags);
    block = pool->free;
    if (block) {
        pool->free = block->next;
        pool->in_use++;
    }
    spin_unlock_irqrestore(&pool->lock, flags);
    return block;
}

/* Cut another page into blocks. */
static int grow(struct dma_pool *pool, gfp_t gfp)
{
    struct dma_page *page = vmklinux_kmalloc(pool->module, sizeof(*page), gfp);
    unsigned long flags;

    if (!page)
        return -ENOMEM;
    page->vaddr = dma_alloc_coherent(pool->dev, pool->allocation, &page->dma, gfp);
    if (!page->vaddr) {
        kfree(page);
        return -ENOMEM;
    }
    spin_lock_irqsave(&pool->lock, flags);
    page->next = pool->pages;
    pool->pages = page;
    for (size_t offset = 0; offset + pool->size <= pool->allocation; offset += pool->size) {
        struct free_block *block = (struct free_block *)((char *)page->vaddr + offset);

        *block = (struct free_block){.next = pool->free, .dma = page->dma + offset};
        pool->free = block;
    }
    spin_unlock_irqrestore(&pool->lock, flags);
    return 0;
}

void *dma_pool_alloc(struct dma_pool *pool, gfp_t mem_flags, dma_addr_t *handle)
{
    struct free_block *block;

    while (unlikely((block = take(pool)) == NULL)) {
        if (grow(pool, mem_flags))
            return NULL;
    }
    *handle = block->dma;
    if (mem_flags & __GFP_ZERO)
        memset(block, 0, pool->size);
    return block;
}
EXPORT_SYMBOL(dma_pool_alloc);

void dma_pool_free(struct dma_pool *pool, void *vaddr, dma_addr_t dma)
{
    struct free_block *block = vaddr;
    unsigned long flags;

    block->dma = dma;
    spin_lock_irqsave(&pool->lock, flags);
    block->next = pool->free;
    pool->free = block;
    pool->in_use--;
    spin_unlock_irqrestore(&pool->lock, flags);
}
EXPORT_SYMBOL(dma_pool_free);
