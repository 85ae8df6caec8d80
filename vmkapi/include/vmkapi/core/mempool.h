/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempool.h - pages under a limit: a pool is a budget, not a place.
 *
 * Context: create and destroy in a world; allocation and free anywhere, never blocking.
 * Locks:   none but the page allocator's.
 */
#ifndef VMKAPI_CORE_MEMPOOL_H
#define VMKAPI_CORE_MEMPOOL_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/memdefs.h>

typedef struct vmk_MemPoolInt *vmk_MemPool;
#define VMK_MEMPOOL_INVALID ((vmk_MemPool)0)

typedef struct vmk_MemPoolProps {
    vmk_Name name;
    vmk_ModuleID module; /**< Charged with every page. */
    vmk_uint64 limit;    /**< Most pages out at a time; 0 is no limit. */
} vmk_MemPoolProps;

typedef struct vmk_MemPoolAllocProps {
    vmk_MemPhysContiguity physContiguity;
    vmk_MemPhysAddrConstraint physRange;
} vmk_MemPoolAllocProps;

/** An allocation: the caller gives the array of ranges and how many pages it wants. */
typedef struct vmk_MemPoolAllocRequest {
    vmk_uint32 numPages;
    vmk_uint32 numElements; /**< In: room in mpnRanges. Out: ranges used. */
    vmk_MpnRange *mpnRanges;
} vmk_MemPoolAllocRequest;

/** Create a pool. Context: may block. @return VMK_OK, VMK_BAD_PARAM (no name), VMK_NO_MEMORY. */
VMK_ReturnStatus vmk_MemPoolCreate(const vmk_MemPoolProps *props, vmk_MemPool *pool);

/** Destroy a pool. @return VMK_OK; VMK_BUSY with pages out, the pool being left as it was. */
VMK_ReturnStatus vmk_MemPoolDestroy(vmk_MemPool pool);

/** Fill in @p props. @return VMK_OK. */
VMK_ReturnStatus vmk_MemPoolGetProps(vmk_MemPool pool, vmk_MemPoolProps *props);

/**
 * Allocate pages.
 *
 * @return VMK_OK; VMK_LIMIT_EXCEEDED beyond the pool's limit; VMK_NO_MEMORY, also when the pages come in more
 *         pieces than there is room for; VMK_BAD_PARAM for no pages or no room. Nothing is held on failure.
 */
VMK_ReturnStatus vmk_MemPoolAlloc(vmk_MemPool pool, const vmk_MemPoolAllocProps *props,
                                  vmk_MemPoolAllocRequest *request);

/** Give back what one vmk_MemPoolAlloc() gave. */
void vmk_MemPoolFree(vmk_MemPool pool, const vmk_MemPoolAllocRequest *request);

#endif
