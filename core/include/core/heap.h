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

/**
 * The figures of the heap, or slab, that is number @p index, the oldest being 0.
 *
 * Numbers move up when an older one is destroyed. Context: any.
 * @return VMK_OK; VMK_NOT_FOUND when there are not so many.
 */
VMK_ReturnStatus heap_get_nth(unsigned index, vmk_HeapGetProps *props);
VMK_ReturnStatus slab_get_nth(unsigned index, vmk_SlabGetProps *props);

#endif
