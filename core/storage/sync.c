/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sync.c - requests whose submitter waits.
 */
#include <core/heap.h>
#include <core/storage.h>
#include <core/wait.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>

/** What stands in for the submitter's `done` and `cookie` meanwhile. */
struct waiting {
    struct completion ended;
    bool polled;
    bool is_over; /**< Atomic; for who polls. */
};

static void wake(vmk_BlockRequest *request)
{
    struct waiting *waiting = request->cookie.ptr;

    if (waiting->polled) {
        __atomic_store_n(&waiting->is_over, true, __ATOMIC_RELEASE);
    } else {
        completion_complete(&waiting->ended);
    }
}

/** Whether the path in use has anything to poll. */
static bool can_poll(vmk_BlockHandle handle)
{
    const struct vmk_BlockPathInt *path;
    bool can;

    vmk_RCUReadLock();
    path = VMK_RCU_DEREFERENCE(handle->device->active);
    can = path && path->ops->poll && path->reg.numPollQueues != 0;
    vmk_RCUReadUnlock();
    return can;
}

VMK_ReturnStatus vmk_BlockExecute(vmk_BlockHandle handle, vmk_BlockRequest *request)
{
    vmk_AddrCookie cookie = request->cookie;
    vmk_BlockDone done = request->done;
    struct waiting waiting = {.polled = (request->flags & VMK_BLOCK_POLLED) != 0 && can_poll(handle)};

    completion_init(&waiting.ended, "block-request");
    request->done = wake;
    request->cookie.ptr = &waiting;
    request->next = NULL;
    vmk_BlockSubmit(handle, request);
    while (waiting.polled && !__atomic_load_n(&waiting.is_over, __ATOMIC_ACQUIRE)) {
        if (vmk_BlockPoll(handle) == 0) {
            vmk_CPURelax();
        }
    }
    if (!waiting.polled) {
        /* The request is in use until it has ended, whatever becomes of this world. */
        (void)!completion_wait(&waiting.ended, WAIT_FOREVER, WAITER_UNINTERRUPTIBLE);
    }
    request->done = done;
    request->cookie = cookie;
    return request->status;
}
VMK_EXPORT_SYMBOL(vmk_BlockExecute);

#define ELEMS_ON_STACK 16u

/** Do a request whose data is a virtual range. */
static VMK_ReturnStatus transfer(vmk_BlockHandle handle, vmk_BlockRequest *request, void *buffer)
{
    _Alignas(vmk_SgArray) vmk_uint8 room[sizeof(vmk_SgArray) + ELEMS_ON_STACK * sizeof(vmk_SgElem)];
    vmk_SgArray *sg = (vmk_SgArray *)room;
    vmk_BlockGeometry geometry;
    vmk_ByteCount bytes;
    vmk_uint32 elems;
    vmk_StatusValue status;

    status = vmk_BlockGeometryGet(handle, &geometry);
    bytes = (vmk_ByteCount)request->numBlocks * geometry.blockSize;
    if (status != VMK_OK) {
        return status;
    }
    if (bytes > ~0u) {
        return VMK_BAD_PARAM;
    }
    elems = VMK_MAX(vmk_SgComputeMaxEntries((vmk_VA)buffer, bytes), ELEMS_ON_STACK);
    if (elems > ELEMS_ON_STACK) {
        sg = vmk_HeapAlloc(heap_kernel, vmk_SgComputeAllocSize(elems));
    }
    if (!sg) {
        return VMK_NO_MEMORY;
    }
    sg->maxElements = elems;
    status = vmk_SgInit(sg, buffer, bytes);
    if (status == VMK_OK) {
        request->elems = sg->elem;
        request->numElems = sg->numElements;
        status = vmk_BlockExecute(handle, request);
    }
    if (elems > ELEMS_ON_STACK) {
        vmk_HeapFree(heap_kernel, sg);
    }
    return status;
}

VMK_ReturnStatus vmk_BlockRead(vmk_BlockHandle handle, vmk_uint64 block, vmk_uint32 numBlocks, void *buffer)
{
    vmk_BlockRequest request = {.op = VMK_BLOCK_READ, .block = block, .numBlocks = numBlocks};

    return transfer(handle, &request, buffer);
}
VMK_EXPORT_SYMBOL(vmk_BlockRead);

VMK_ReturnStatus vmk_BlockWrite(vmk_BlockHandle handle, vmk_uint64 block, vmk_uint32 numBlocks,
                                const void *buffer, vmk_uint32 flags)
{
    vmk_BlockRequest request = {
        .op = VMK_BLOCK_WRITE, .block = block, .numBlocks = numBlocks, .flags = (vmk_uint16)flags};

    return transfer(handle, &request, (void *)buffer);
}
VMK_EXPORT_SYMBOL(vmk_BlockWrite);

VMK_ReturnStatus vmk_BlockFlush(vmk_BlockHandle handle)
{
    vmk_BlockRequest request = {.op = VMK_BLOCK_FLUSH};

    return vmk_BlockExecute(handle, &request);
}
VMK_EXPORT_SYMBOL(vmk_BlockFlush);
