/* SPDX-License-Identifier: GPL-2.0-only */
/* mempool.h - memory with a few elements set aside, so that one waits for an element rather than fails. */
#ifndef VMKLINUX_LINUX_MEMPOOL_H
#define VMKLINUX_LINUX_MEMPOOL_H

#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

typedef void *(mempool_alloc_t)(gfp_t gfp_mask, void *pool_data);
typedef void(mempool_free_t)(void *element, void *pool_data);

typedef struct mempool_s {
    spinlock_t lock;
    int min_nr;  /* elements set aside when the pool is full */
    int curr_nr; /* and now */
    void **elements;
    void *pool_data;
    mempool_alloc_t *alloc;
    mempool_free_t *free;
    wait_queue_head_t wait; /* for an element to come back */
    struct module *module;
} mempool_t;

/* A pool of @module's with @min_nr elements set aside; NULL without memory. Context: may block. */
mempool_t *vmklinux_mempool_create(struct module *module, int min_nr, mempool_alloc_t *alloc_fn,
                                   mempool_free_t *free_fn, void *pool_data);

static inline mempool_t *mempool_create_node(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
                                             void *pool_data, gfp_t gfp_mask, int nid)
{
    return vmklinux_mempool_create(THIS_MODULE, min_nr, alloc_fn, free_fn, pool_data);
}

static inline mempool_t *mempool_create(int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
                                        void *pool_data)
{
    return vmklinux_mempool_create(THIS_MODULE, min_nr, alloc_fn, free_fn, pool_data);
}

/* Free the pool; all its elements must have come back. NULL is ignored. */
extern void mempool_destroy(mempool_t *pool);

/* An element; without __GFP_DIRECT_RECLAIM NULL instead of waiting. Context: as @gfp_mask says. */
extern void *mempool_alloc(mempool_t *pool, gfp_t gfp_mask) __malloc;
extern void mempool_free(void *element, mempool_t *pool);

/* For elements of a fixed size, which is the pool's data: kmalloc() on behalf of the calling driver. */
static inline void *mempool_kmalloc(gfp_t gfp_mask, void *pool_data)
{
    return kmalloc((size_t)pool_data, gfp_mask);
}

void mempool_kfree(void *element, void *pool_data);

static inline mempool_t *mempool_create_kmalloc_pool(int min_nr, size_t size)
{
    return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void *)size);
}

#endif
