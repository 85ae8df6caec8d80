/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * heap.c, hosted - heaps on malloc(), so that AddressSanitizer sees each allocation's very last byte.
 *
 * A tree of all live allocations knows their heaps. What is freed must be there, and be the heap's.
 */
#define VMK_LOG_MODULE "Heap"

#include <core/account.h>
#include <core/heap.h>
#include <hosted/fault.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/bits.h>

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define MIN_ALIGN 16

struct vmk_Heap {
    vmk_HeapGetProps props;
};

struct block {
    const void *mem;
    vmk_ByteCount size;
    vmk_HeapID heap;
    void *caller;
};

static struct vmk_Heap kernel_heap = {.props = {.name = {"kernel"}, .module = VMK_VMKERNEL_MODULE_ID}};
vmk_HeapID heap_kernel = &kernel_heap;

static void *blocks; /* tsearch() tree */

static int compare(const void *a, const void *b)
{
    const char *left = ((const struct block *)a)->mem, *right = ((const struct block *)b)->mem;

    return (left > right) - (left < right);
}

static struct block *find(const void *mem)
{
    struct block key = {.mem = mem}, **found = tfind(&key, &blocks, compare);

    return found == NULL ? NULL : *found;
}

static void charge(vmk_HeapID heap, vmk_int64 bytes, vmk_int64 allocations)
{
    heap->props.used += (vmk_ByteCount)bytes;
    heap->props.cur = heap->props.used;
    heap->props.allocations += (vmk_uint64)allocations;
    account_add(heap->props.module, ACCOUNT_HEAP_BYTES, bytes);
}

static vmk_Bool refuse(vmk_HeapID heap, vmk_ByteCount size)
{
    vmk_Bool full = heap->props.max != 0 && heap->props.used + size > heap->props.max;

    if (hosted_fault_hit() || full || size > VMK_HEAP_MAX_ALLOC) {
        heap->props.failures++;
        return VMK_TRUE;
    }
    return VMK_FALSE;
}

/* As in the kernel: a power of two is aligned to itself, up to the page size. */
static vmk_ByteCount natural_align(vmk_ByteCount size)
{
    vmk_ByteCount align = (size & (size - 1)) == 0 ? VMK_MIN(size, VMK_PAGE_SIZE) : 0;

    return VMK_MAX(align, MIN_ALIGN);
}

void *vmk_HeapAlignWithRA(vmk_HeapID heap, vmk_ByteCount size, vmk_ByteCount align, void *ra)
{
    struct block *block;
    void *mem;

    size = VMK_MAX(size, 1ul);
    if (refuse(heap, size)) {
        return NULL;
    }
    block = malloc(sizeof(*block));
    VMK_VERIFY(block != NULL && posix_memalign(&mem, VMK_MAX(align, natural_align(size)), size) == 0);
    memset(mem, 0xa5, size);
    *block = (struct block){.mem = mem, .size = size, .heap = heap, .caller = ra};
    tsearch(block, &blocks, compare);
    charge(heap, (vmk_int64)size, 1);
    return mem;
}

void *vmk_HeapAllocWithRA(vmk_HeapID heap, vmk_ByteCount size, void *ra)
{
    return vmk_HeapAlignWithRA(heap, size, 0, ra);
}

void *vmk_HeapZalloc(vmk_HeapID heap, vmk_ByteCount size)
{
    void *mem = vmk_HeapAlloc(heap, size);

    return mem == NULL ? NULL : memset(mem, 0, size);
}

void vmk_HeapFree(vmk_HeapID heap, void *mem)
{
    struct block *block;

    if (mem == NULL) {
        return;
    }
    block = find(mem);
    VMK_VERIFY(block != NULL && block->heap == heap);
    tdelete(block, &blocks, compare);
    charge(heap, -(vmk_int64)block->size, -1);
    free(block);
    free(mem);
}

vmk_HeapID vmk_HeapOf(const void *mem)
{
    const struct block *block = find(mem);

    return block == NULL ? VMK_INVALID_HEAP_ID : block->heap;
}

vmk_ByteCount vmk_HeapUsableSize(const void *mem)
{
    return find(mem)->size;
}

VMK_ReturnStatus vmk_HeapCreate(const vmk_HeapCreateProps *props, vmk_HeapID *heap)
{
    if (props->name.string[0] == '\0' || (props->max != 0 && props->initial > props->max)) {
        return VMK_BAD_PARAM;
    }
    if (hosted_fault_hit()) {
        return VMK_NO_MEMORY;
    }
    *heap = calloc(1, sizeof(**heap));
    VMK_VERIFY(*heap != NULL);
    (*heap)->props = (vmk_HeapGetProps){
        .type = props->type, .name = props->name, .module = props->module, .max = props->max};
    account_add(props->module, ACCOUNT_HEAPS, 1);
    return VMK_OK;
}

static vmk_HeapID reported;

static void report_block(const void *node, VISIT visit, int depth)
{
    const struct block *block = *(struct block *const *)node;

    if ((visit == postorder || visit == leaf) && block->heap == reported) {
        vmk_WarningMessage("%s: %lu bytes at %p, allocated by %p, are left", reported->props.name.string,
                           block->size, block->mem, block->caller);
    }
}

VMK_ReturnStatus vmk_HeapDestroy(vmk_HeapID heap)
{
    if (heap->props.allocations != 0) {
        reported = heap;
        twalk(blocks, report_block);
        return VMK_BUSY;
    }
    account_add(heap->props.module, ACCOUNT_HEAPS, -1);
    free(heap);
    return VMK_OK;
}

VMK_ReturnStatus vmk_HeapGetProperties(vmk_HeapID heap, vmk_HeapGetProps *props)
{
    *props = heap->props;
    return VMK_OK;
}
