/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool.c - elements set aside, the last one freed first.
 *
 * Elements that come back fill what is set aside first, so that one in use again is warm, and a driver whose
 * requests need one at a time never reaches its allocator.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/mempool.h>

void mempool_kfree(void *element, void *pool_data)
{
    kfree(element);
}
EXPORT_SYMBOL(mempool_kfree);

mempool_t *vmklinux_mempool_create(struct module *module, int min_nr, mempool_alloc_t *alloc_fn,
                                   mempool_free_t *free_fn, void *pool_data)
{
    mempool_t *pool =
        vmklinux_kmalloc(module, sizeof(*pool) + min_nr * sizeof(void *), GFP_KERNEL | __GFP_ZERO);

    if (!pool)
        return NULL;
    spin_lock_init(&pool->lock);
    init_waitqueue_head(&pool->wait);
    pool->elements = (void **)(pool + 1);
    pool->min_nr = min_nr;
    pool->pool_data = pool_data;
    pool->alloc = alloc_fn;
    pool->free = free_fn;
    while (pool->curr_nr < min_nr) {
        void *element = alloc_fn(GFP_KERNEL, pool_data);

        if (!element) {
            mempool_destroy(pool);
            return NULL;
        }
        pool->elements[pool->curr_nr++] = element;
    }
    return pool;
}
EXPORT_SYMBOL(vmklinux_mempool_create);

void mempool_destroy(mempool_t *pool)
{
    if (!pool)
        return;
    while (pool->curr_nr > 0)
        pool->free(pool->elements[--pool->curr_nr], pool->pool_data);
    kfree(pool);
}
EXPORT_SYMBOL(mempool_destroy);

static void *take(mempool_t *pool)
{
    void *element = NULL;
    unsigned long flags;

    spin_lock_irqsave(&pool->lock, flags);
    if (pool->curr_nr > 0)
        element = pool->elements[--pool->curr_nr];
    spin_unlock_irqrestore(&pool->lock, flags);
    return element;
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask)
{
    void *element = pool->alloc(gfp_mask | __GFP_NOWARN, pool->pool_data);

    if (!element)
        element = take(pool);
    if (!element && gfpflags_allow_blocking(gfp_mask))
        wait_event(pool->wait, (element = take(pool)) != NULL);
    return element;
}
EXPORT_SYMBOL(mempool_alloc);

void mempool_free(void *element, mempool_t *pool)
{
    unsigned long flags;
    bool kept;

    if (unlikely(!element))
        return;
    spin_lock_irqsave(&pool->lock, flags);
    kept = pool->curr_nr < pool->min_nr;
    if (kept)
        pool->elements[pool->curr_nr++] = element;
    spin_unlock_irqrestore(&pool->lock, flags);
    if (kept)
        wake_up(&pool->wait);
    else
        pool->free(element, pool->pool_data);
}
EXPORT_SYMBOL(mempool_free);
