/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lwip_memory.c - every allocation of lwIP's is on one list.
 */
#include "lwip_memory.h"

#include <stdlib.h>

#include <vmkapi/lib/list.h>

#include "stack.h"

static vmk_ListLinks blocks = VMK_LIST_INITIALIZER(blocks);

void *malloc(size_t size)
{
    vmk_ListLinks *block = vmk_HeapAlloc(stack_heap, sizeof(*block) + size);

    if (!block) {
        return NULL;
    }
    vmk_ListInsert(block, vmk_ListAtRear(&blocks));
    return block + 1;
}

void *calloc(size_t count, size_t size)
{
    void *mem = malloc(count * size);

    if (mem) {
        vmk_Memset(mem, 0, count * size);
    }
    return mem;
}

void free(void *mem)
{
    vmk_ListLinks *block = mem;

    if (mem) {
        vmk_ListRemove(block - 1);
        vmk_HeapFree(stack_heap, block - 1);
    }
}

void lwip_memory_free_all(void)
{
    while (!vmk_ListIsEmpty(&blocks)) {
        free(vmk_ListFirst(&blocks) + 1);
    }
}
