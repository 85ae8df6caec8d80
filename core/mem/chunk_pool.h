/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chunk_pool.h - memory for chunk descriptors, which can lie in no heap: heaps are made of them.
 *
 * Context: any. Locks: one (rank CHUNK), interrupts off. Pages, once taken, are kept.
 */
#ifndef MEM_CHUNK_POOL_H
#define MEM_CHUNK_POOL_H

struct chunk;

/** A descriptor, not cleared; NULL when there is no memory. */
struct chunk *chunk_pool_alloc(void);

/** Give a descriptor back. */
void chunk_pool_free(struct chunk *chunk);

#endif
