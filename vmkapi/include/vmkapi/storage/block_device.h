/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_device.h - disks and their partitions as those who use them see them.
 *
 * A device is named by its identity (`t10.NVMe____...`, `naa...`, `eui...`), which stays the same whatever
 * adapter or slot it is on; also by a path of its (`vmhba0:C0:T0:L0`). `NAME:2` is its second partition.
 */
#ifndef VMKAPI_STORAGE_BLOCK_DEVICE_H
#define VMKAPI_STORAGE_BLOCK_DEVICE_H

#include <vmkapi/base/module.h>
#include <vmkapi/storage/block_path.h>
#include <vmkapi/storage/block_request.h>

enum vmk_BlockOpenFlags {
    VMK_BLOCK_OPEN_READ = 1u << 0,
    VMK_BLOCK_OPEN_WRITE = 1u << 1,
    /** Nobody else has it open for writing, nor a range that overlaps it, nor will have while it is open. */
    VMK_BLOCK_OPEN_EXCLUSIVE = 1u << 2,
};

/**
 * Open a device or partition by name.
 *
 * Context: may block. Charged to @p module.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM      neither for reading nor for writing
 * @retval VMK_NOT_FOUND
 * @retval VMK_BUSY           another holder excludes this one, or this one would exclude him
 * @retval VMK_READ_ONLY      opening for writing
 * @retval VMK_PERM_DEV_LOSS
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_BlockOpen(vmk_ModuleID module, const char *name, vmk_uint32 flags,
                               vmk_BlockHandle *handle);

/**
 * Close; waits for requests of this handle that have not ended.
 *
 * Nobody submits any more, a request's `done` neither. Context: may block.
 */
void vmk_BlockClose(vmk_BlockHandle handle);

typedef struct vmk_BlockGeometry {
    vmk_Name device; /**< Shortened to fit. */
    vmk_uint32 blockSize;
    vmk_uint32 physicalBlockSize;
    vmk_uint64 numBlocks;  /**< Of the device or partition. */
    vmk_uint64 firstBlock; /**< 0 for a whole device. */
    vmk_uint32 flags;      /**< enum vmk_BlockPropFlags. */
    vmk_uint32 queueDepth;
    vmk_BlockLimits limits;
} vmk_BlockGeometry;

/** Context: any. @retval VMK_OK, VMK_PERM_DEV_LOSS */
VMK_ReturnStatus vmk_BlockGeometryGet(vmk_BlockHandle handle, vmk_BlockGeometry *geometry);

/**
 * Submit a list of requests, linked by `next`; each ends by its `done`, also when it is refused.
 *
 * Blocks count from the handle's beginning. Requests may be reordered by the device; only a flush, once
 * done, says that what had ended before it was submitted is on stable storage. A request may be of any length
 * and its list of any shape.
 *
 * Ends with:
 * VMK_OK; VMK_BAD_PARAM (an operation or length that makes no sense); VMK_BAD_ADDR_RANGE (outside the device,
 * or a list shorter than the blocks); VMK_NO_PERMISSION (the handle is not open for this); VMK_READ_ONLY;
 * VMK_NOT_SUPPORTED (discard); what vmk_BlockRequestDone() names.
 * Context: world or bottom half.
 */
void vmk_BlockSubmit(vmk_BlockHandle handle, vmk_BlockRequest *requests);

/** Reap completions of polled requests. @return how many requests ended. Context: world or bottom half. */
vmk_uint32 vmk_BlockPoll(vmk_BlockHandle handle);

/** Submit one request and wait for its end; `done` and `cookie` are not used. Context: may block.
 * @return its status */
VMK_ReturnStatus vmk_BlockExecute(vmk_BlockHandle handle, vmk_BlockRequest *request);

/** Read or write a virtual range of the kernel's, of @p numBlocks blocks. Context: may block.
 * @return the request's status, or VMK_NO_MEMORY */
VMK_ReturnStatus vmk_BlockRead(vmk_BlockHandle handle, vmk_uint64 block, vmk_uint32 numBlocks, void *buffer);
VMK_ReturnStatus vmk_BlockWrite(vmk_BlockHandle handle, vmk_uint64 block, vmk_uint32 numBlocks,
                                const void *buffer, vmk_uint32 flags);
VMK_ReturnStatus vmk_BlockFlush(vmk_BlockHandle handle);

#endif
