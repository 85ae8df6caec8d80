/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scatter_gather.h - lists of machine address or I/O address ranges.
 */
#ifndef VMKAPI_CORE_SCATTER_GATHER_H
#define VMKAPI_CORE_SCATTER_GATHER_H

#include <vmkapi/base/heap.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** One range; of machine memory, or once mapped, as the device sees it. */
typedef struct vmk_SgElem {
    union {
        vmk_MA addr;
        vmk_IOA ioAddr;
    };
    vmk_ByteCountSmall length;
} vmk_SgElem;

typedef struct vmk_SgArray {
    vmk_uint32 numElements; /**< In use. */
    vmk_uint32 maxElements; /**< Allocated. */
    vmk_SgElem elem[];
} vmk_SgArray;

/** Where scatter-gather arrays come from. */
typedef struct vmk_SgOpsHandleInt *vmk_SgOpsHandle;

/** The bytes an array of @p maxElements takes. Context: any. */
VMK_ALWAYS_INLINE vmk_ByteCount vmk_SgComputeAllocSize(vmk_uint32 maxElements)
{
    return sizeof(vmk_SgArray) + (vmk_ByteCount)maxElements * sizeof(vmk_SgElem);
}

/** The elements a virtual range of @p size bytes may need: one a page it touches. Context: any. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_SgComputeMaxEntries(vmk_VA start, vmk_ByteCount size)
{
    return size == 0 ? 0 : (vmk_uint32)(((start & VMK_PAGE_MASK) + size + VMK_PAGE_MASK) >> VMK_PAGE_SHIFT);
}

/** The sum of the lengths. Context: any. */
VMK_ALWAYS_INLINE vmk_ByteCount vmk_SgGetDataLen(const vmk_SgArray *sg)
{
    vmk_ByteCount sum = 0;

    for (vmk_uint32 i = 0; i < sg->numElements; i++) {
        sum += sg->elem[i].length;
    }
    return sum;
}

/**
 * Make or drop a source of arrays, allocating from @p heap.
 *
 * Context: any. Destroy it after the last array.
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_SgCreateOpsHandle(vmk_HeapID heap, vmk_SgOpsHandle *handle);
void vmk_SgDestroyOpsHandle(vmk_SgOpsHandle handle);

/**
 * Allocate an empty array, or free one. Context: any.
 *
 * @retval VMK_OK
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_SgAlloc(vmk_SgOpsHandle handle, vmk_SgArray **sg, vmk_uint32 maxElements);
void vmk_SgFree(vmk_SgOpsHandle handle, vmk_SgArray *sg);

/**
 * Describe a virtual range of the kernel's by its machine ranges; neighbours are merged.
 *
 * Context: any.
 * @retval VMK_OK
 * @retval VMK_LIMIT_EXCEEDED   more than sg->maxElements ranges
 * @retval VMK_INVALID_ADDRESS  part of the range is not mapped
 */
VMK_ReturnStatus vmk_SgInit(vmk_SgArray *sg, void *start, vmk_ByteCount size);

/**
 * Copy between a buffer and the machine memory an array describes.
 *
 * Context: any.
 * @param offset       where in the array's data to begin
 * @param[out] copied  bytes copied; fewer than asked for at the array's end
 * @retval VMK_OK
 */
VMK_ReturnStatus vmk_SgCopyTo(const vmk_SgArray *to, vmk_ByteCount offset, const void *from,
                              vmk_ByteCount size, vmk_ByteCount *copied);
VMK_ReturnStatus vmk_SgCopyFrom(void *to, const vmk_SgArray *from, vmk_ByteCount offset, vmk_ByteCount size,
                                vmk_ByteCount *copied);

#endif
