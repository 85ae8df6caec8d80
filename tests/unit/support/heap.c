/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.c - heaps for unit tests: malloc(), with a switch to make it fail.
 */
#include "heap.h"

#include <core/heap.h>

#include <stdlib.h>

vmk_HeapID heap_kernel;
unsigned support_heap_fail_after = ~0u;
long support_heap_live;

void *vmk_HeapAlignWithRA(vmk_HeapID heap, vmk_ByteCount size, vmk_ByteCount align, void *ra)
{
    void *mem = NULL;

    if (support_heap_fail_after == 0) {
        return NULL;
    }
    support_heap_fail_after -= support_heap_fail_after != ~0u;
    if (posix_memalign(&mem, align > 16 ? align : 16, size) != 0) {
        return NULL;
    }
    support_heap_live++;
    return mem;
}

void *vmk_HeapAllocWithRA(vmk_HeapID heap, vmk_ByteCount size, void *ra)
{
    return vmk_HeapAlignWithRA(heap, size, 0, ra);
}

void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size)
{
    void *mem = vmk_HeapAlloc(heap, size);

    return mem != NULL ? __builtin_memset(mem, 0, size) : NULL;
}

void vmk_HeapFree(vmk_HeapID heap, void *mem)
{
    support_heap_live -= mem != NULL;
    free(mem);
}
