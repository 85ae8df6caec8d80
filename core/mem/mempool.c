/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool.c - budgets of pages.
 */
#include <core/account.h>
#include <core/heap.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mempool.h>
#include <vmkapi/lib/bits.h>

struct vmk_MemPoolInt {
    vmk_MemPoolProps props;
    vmk_uint64 used; /* pages out; atomic */
};

VMK_ReturnStatus vmk_MemPoolCreate(const vmk_MemPoolProps *props, vmk_MemPool *pool)
{
    struct vmk_MemPoolInt *created;

    if (props->name.string[0] == '\0') {
        return VMK_BAD_PARAM;
    }
    created = vmk_HeapAlloc(heap_kernel, sizeof(*created));
    if (created == NULL) {
        return VMK_NO_MEMORY;
    }
    *created = (struct vmk_MemPoolInt){.props = *props};
    account_add(props->module, ACCOUNT_MEM_POOLS, 1);
    *pool = created;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_MemPoolCreate);

VMK_ReturnStatus vmk_MemPoolDestroy(vmk_MemPool pool)
{
    if (__atomic_load_n(&pool->used, __ATOMIC_ACQUIRE) != 0) {
        return VMK_BUSY;
    }
    account_add(pool->props.module, ACCOUNT_MEM_POOLS, -1);
    vmk_HeapFree(heap_kernel, pool);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_MemPoolDestroy);

VMK_ReturnStatus vmk_MemPoolGetProps(vmk_MemPool pool, vmk_MemPoolProps *props)
{
    *props = pool->props;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_MemPoolGetProps);

/* Take @npages out of the budget. @return false when it does not hold so many. */
static vmk_Bool reserve(vmk_MemPool pool, vmk_uint64 npages)
{
    vmk_uint64 used = __atomic_add_fetch(&pool->used, npages, __ATOMIC_RELAXED);

    if (pool->props.limit == 0 || used <= pool->props.limit) {
        return VMK_TRUE;
    }
    __atomic_sub_fetch(&pool->used, npages, __ATOMIC_RELEASE);
    return VMK_FALSE;
}

static void free_ranges(const vmk_MpnRange *ranges, vmk_uint32 count)
{
    for (vmk_uint32 i = 0; i < count; i++) {
        vmk_PageFreeRun(ranges[i].startMPN, ranges[i].numPages);
    }
}

/* Allocate a run of at most @wanted pages, as long as memory's state allows. */
static vmk_StatusValue alloc_some(vmk_PageRequest request, vmk_uint32 wanted, vmk_Bool all,
                                  vmk_MpnRange *range)
{
    vmk_StatusValue status;

    for (;;) {
        status = vmk_PageAllocRun(request, wanted, &range->startMPN);
        if (status != VMK_NO_MEMORY || all || wanted == 1) {
            break;
        }
        wanted /= 2;
    }
    range->numPages = wanted;
    return status;
}

static vmk_StatusValue alloc_ranges(const vmk_MemPoolProps *props, const vmk_MemPoolAllocProps *how,
                                    vmk_MemPoolAllocRequest *request)
{
    vmk_PageRequest pages = {
        .module = props->module, .kind = VMK_PAGE_DATA, .constraint = (vmk_uint8)how->physRange};
    vmk_Bool all = how->physContiguity == VMK_MEM_PHYS_CONTIGUOUS;
    vmk_uint32 left = request->numPages, count = 0;

    while (left != 0) {
        vmk_StatusValue status = VMK_NO_MEMORY;

        if (count < request->numElements) {
            vmk_uint32 wanted = all ? left : VMK_MIN(left, 1u << VMK_PAGE_MAX_ORDER);

            status = alloc_some(pages, wanted, all, &request->mpnRanges[count]);
        }
        if (status != VMK_OK) {
            free_ranges(request->mpnRanges, count);
            return status;
        }
        left -= request->mpnRanges[count++].numPages;
    }
    request->numElements = count;
    return VMK_OK;
}

VMK_ReturnStatus vmk_MemPoolAlloc(vmk_MemPool pool, const vmk_MemPoolAllocProps *props,
                                  vmk_MemPoolAllocRequest *request)
{
    vmk_StatusValue status;

    if (request->numPages == 0 || request->numElements == 0) {
        return VMK_BAD_PARAM;
    }
    if (!reserve(pool, request->numPages)) {
        return VMK_LIMIT_EXCEEDED;
    }
    status = alloc_ranges(&pool->props, props, request);
    if (status != VMK_OK) {
        __atomic_sub_fetch(&pool->used, request->numPages, __ATOMIC_RELEASE);
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_MemPoolAlloc);

void vmk_MemPoolFree(vmk_MemPool pool, const vmk_MemPoolAllocRequest *request)
{
    free_ranges(request->mpnRanges, request->numElements);
    __atomic_sub_fetch(&pool->used, request->numPages, __ATOMIC_RELEASE);
}
VMK_EXPORT_SYMBOL(vmk_MemPoolFree);
