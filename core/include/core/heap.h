/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.h - the kernel's own heap, and looking through all heaps and slabs; the rest:
 * vmkapi/base/{heap,slab}.h.
 */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/slab.h>

/** What core itself allocates from; unlimited, charged to VMK_VMKERNEL_MODULE_ID. Valid after heap_init(). */
extern vmk_HeapID heap_kernel;

/** Make heaps usable. Context: boot CPU, once, after page_alloc_init(). */
void heap_init(void);

/** Receives one heap's, or slab's, figures. Must not create or destroy one. */
typedef void (*heap_visitor)(void *arg, const vmk_HeapGetProps *heap);
typedef void (*slab_visitor)(void *arg, const vmk_SlabGetProps *slab);

/** Visit all heaps, oldest first. Context: world. */
void heap_walk(heap_visitor visit, void *arg);

/** Visit all slabs, oldest first. Context: world. */
void slab_walk(slab_visitor visit, void *arg);

#endif
