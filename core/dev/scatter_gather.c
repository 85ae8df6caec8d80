/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scatter_gather.c - lists of machine address ranges.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/core/mapping.h>
#include <vmkapi/core/scatter_gather.h>
#include <vmkapi/lib/libc.h>

struct vmk_SgOpsHandleInt {
    vmk_HeapID heap;
};

VMK_ReturnStatus vmk_SgCreateOpsHandle(vmk_HeapID heap, vmk_SgOpsHandle *handle)
{
    vmk_SgOpsHandle made = vmk_HeapAlloc(heap, sizeof(*made));

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    made->heap = heap;
    *handle = made;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SgCreateOpsHandle);

void vmk_SgDestroyOpsHandle(vmk_SgOpsHandle handle)
{
    vmk_HeapFree(handle->heap, handle);
}
VMK_EXPORT_SYMBOL(vmk_SgDestroyOpsHandle);

VMK_ReturnStatus vmk_SgAlloc(vmk_SgOpsHandle handle, vmk_SgArray **sg, vmk_uint32 maxElements)
{
    vmk_SgArray *made = vmk_HeapAlloc(handle->heap, vmk_SgComputeAllocSize(maxElements));

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    made->numElements = 0;
    made->maxElements = maxElements;
    *sg = made;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SgAlloc);

void vmk_SgFree(vmk_SgOpsHandle handle, vmk_SgArray *sg)
{
    vmk_HeapFree(handle->heap, sg);
}
VMK_EXPORT_SYMBOL(vmk_SgFree);

static VMK_ReturnStatus machine_address(vmk_VA va, vmk_MA *ma)
{
    vmk_MPN mpn;

    if (vmk_VAIsDirectMap(va)) {
        *ma = vmk_VA2MA(va);
        return VMK_OK;
    }
    vmk_StatusValue status = vmk_MapVA2MPN(va, &mpn);
    if (status == VMK_OK) {
        *ma = vmk_MPN2MA(mpn) + (va & VMK_PAGE_MASK);
    }
    return status;
}

/** Add a range, to the last element if it goes on there. */
static VMK_ReturnStatus append(vmk_SgArray *sg, vmk_MA ma, vmk_ByteCountSmall length)
{
    vmk_SgElem *last = sg->numElements != 0 ? &sg->elem[sg->numElements - 1] : NULL;

    if (last != NULL && last->addr + last->length == ma && last->length + length > last->length) {
        last->length += length;
        return VMK_OK;
    }
    if (sg->numElements == sg->maxElements) {
        return VMK_LIMIT_EXCEEDED;
    }
    sg->elem[sg->numElements++] = (vmk_SgElem){.addr = ma, .length = length};
    return VMK_OK;
}

VMK_ReturnStatus vmk_SgInit(vmk_SgArray *sg, void *start, vmk_ByteCount size)
{
    vmk_StatusValue status = VMK_OK;
    vmk_VA va = (vmk_VA)start, end = va + size;

    sg->numElements = 0;
    while (status == VMK_OK && va < end) {
        vmk_ByteCount in_page = VMK_PAGE_SIZE - (va & VMK_PAGE_MASK);
        vmk_ByteCountSmall piece = (vmk_ByteCountSmall)(in_page < end - va ? in_page : end - va);
        vmk_MA ma;

        status = machine_address(va, &ma);
        if (status == VMK_OK) {
            status = append(sg, ma, piece);
        }
        va += piece;
    }
    return status;
}
VMK_EXPORT_SYMBOL(vmk_SgInit);

/** One piece of a copy: from @p buffer to machine memory, or the other way. */
typedef void (*copy_piece)(vmk_MA ma, void *buffer, vmk_ByteCount size);

static void piece_to_memory(vmk_MA ma, void *buffer, vmk_ByteCount size)
{
    vmk_Memcpy(vmk_MA2Ptr(ma), buffer, size);
}

static void piece_from_memory(vmk_MA ma, void *buffer, vmk_ByteCount size)
{
    vmk_Memcpy(buffer, vmk_MA2Ptr(ma), size);
}

static vmk_ByteCount copy(const vmk_SgArray *sg, vmk_ByteCount offset, char *buffer, vmk_ByteCount size,
                          copy_piece copy_one)
{
    vmk_ByteCount done = 0;

    for (vmk_uint32 i = 0; i < sg->numElements && done < size; i++) {
        const vmk_SgElem *elem = &sg->elem[i];

        if (offset >= elem->length) {
            offset -= elem->length;
            continue;
        }
        vmk_ByteCount rest = elem->length - offset;
        vmk_ByteCount piece = rest < size - done ? rest : size - done;
        copy_one(elem->addr + offset, buffer + done, piece);
        done += piece;
        offset = 0;
    }
    return done;
}

VMK_ReturnStatus vmk_SgCopyTo(const vmk_SgArray *to, vmk_ByteCount offset, const void *from,
                              vmk_ByteCount size, vmk_ByteCount *copied)
{
    *copied = copy(to, offset, (char *)from, size, piece_to_memory);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SgCopyTo);

VMK_ReturnStatus vmk_SgCopyFrom(void *to, const vmk_SgArray *from, vmk_ByteCount offset, vmk_ByteCount size,
                                vmk_ByteCount *copied)
{
    *copied = copy(from, offset, to, size, piece_from_memory);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_SgCopyFrom);
