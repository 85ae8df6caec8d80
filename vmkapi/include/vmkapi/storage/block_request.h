/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_request.h - one I/O to a block device, from the submitter's buffers to the hardware and back.
 *
 * A request is its submitter's memory and carries the submitter's scatter-gather list down to the driver as
 * it is. Everybody on the way works on the same structure: nothing is allocated or copied per I/O. (A request
 * its device cannot do in one command is cut by the storage core, a buffer the device cannot address is
 * bounced there; both are counted, see `storage core device stats get`.)
 *
 * Life: the submitter fills in the first part and submits; from then on the request, its list and its data
 * belong to the kernel until `done` is called, exactly once, whatever happens to the device.
 */
#ifndef VMKAPI_STORAGE_BLOCK_REQUEST_H
#define VMKAPI_STORAGE_BLOCK_REQUEST_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/scatter_gather.h>

typedef struct vmk_BlockPathInt *vmk_BlockPath;
/** A device or partition somebody has open (block_device.h). */
typedef struct vmk_BlockHandleInt *vmk_BlockHandle;

typedef enum vmk_BlockOp {
    VMK_BLOCK_READ,
    VMK_BLOCK_WRITE,
    VMK_BLOCK_FLUSH,        /**< Everything acknowledged before is on stable storage. No range, no data. */
    VMK_BLOCK_DISCARD,      /**< The range's contents are not needed any more. No data. */
    VMK_BLOCK_WRITE_ZEROES, /**< The range reads as zeroes. No data. */
    VMK_BLOCK_OP_COUNT,
} vmk_BlockOp;

enum vmk_BlockRequestFlags {
    VMK_BLOCK_FUA = 1u << 0,      /**< A write: acknowledged once it is on stable storage. A driver minds it
                                     only on a path with VMK_BLOCK_PROP_FUA. */
    VMK_BLOCK_POLLED = 1u << 1,   /**< The submitter calls vmk_BlockPoll(); without poll queues no effect. */
    VMK_BLOCK_NO_RETRY = 1u << 2, /**< The first failure is the answer. */
    VMK_BLOCK_NO_UNMAP = 1u << 3, /**< Zeroes are to be written, not deallocated. */
};

typedef struct vmk_BlockRequest vmk_BlockRequest;

/**
 * The request has ended; `status` says how. The request is the submitter's again.
 *
 * Context: bottom half (of the CPU that completed it); must not block; may submit, this request included.
 * What is submitted here reaches the device at the latest when the bottom half ends, as one batch.
 */
typedef void (*vmk_BlockDone)(vmk_BlockRequest *request);

struct vmk_BlockRequest {
    /* The submitter's; unchanged when done. */
    vmk_uint8 op;            /**< enum vmk_BlockOp. */
    vmk_uint16 flags;        /**< enum vmk_BlockRequestFlags. */
    vmk_uint32 numBlocks;    /**< Of the device's block size. */
    vmk_uint64 block;        /**< The first one; to the driver, counted from the device's beginning. */
    const vmk_SgElem *elems; /**< Machine ranges; together at least numBlocks blocks, of 4 GiB at most. */
    vmk_uint32 numElems;
    vmk_uint32 elemOffset; /**< Bytes of elems[0] to leave out. */
    vmk_BlockDone done;
    vmk_AddrCookie cookie;

    /* The answer. */
    vmk_StatusValue status;

    /* The kernel's, from the submission until `done`. */
    vmk_uint32 lengthBytes; /**< Of the data; 0 for operations without. */
    vmk_uint32 numSegments; /**< Ranges as the device counts them (block_segment.h). */
    vmk_uint32 attempts;    /**< Made before, that failed. */
    vmk_BlockPath path;
    vmk_BlockHandle handle;
    vmk_BlockRequest *next; /**< In a list handed to the driver; the driver may use it for its own lists. */
    vmk_uint64 submittedAt; /**< The storage core's: when the driver got it, or may get it. */
    void *driverData;       /**< The path's driver's. */
};

#endif
