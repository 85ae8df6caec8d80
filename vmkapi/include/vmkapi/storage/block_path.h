/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_path.h - what a driver registers: storage adapters (vmhba0, vmhba1, ...) and the ways through them to
 * block devices (vmhba0:C0:T0:L0).
 *
 * An adapter is one function of a bus. A path is one unit behind it that takes block requests; its identity
 * (unique ID) tells the storage core which device it leads to. Paths with one identity are paths to one
 * device.
 *
 * Locks: operations of an adapter, and those of a path but for submit and poll, are called one at a time for
 * each adapter and each path, in a world that may block, without a spinlock held. Life: once an unregistering
 * call has returned, no operation is running or will be called; an operation must not make that call itself.
 */
#ifndef VMKAPI_STORAGE_BLOCK_PATH_H
#define VMKAPI_STORAGE_BLOCK_PATH_H

#include <vmkapi/lib/name.h>
#include <vmkapi/storage/block_request.h>
#include <vmkapi/storage/nvme.h>
#include <vmkapi/storage/scsi.h>

typedef struct vmk_StorageAdapterInt *vmk_StorageAdapter;

typedef struct vmk_StorageAdapterOps {
    /** Look for units that came or went, and for changed sizes. Returns when done. NULL: cannot. */
    VMK_ReturnStatus (*rescan)(vmk_AddrCookie driverData);
    /** Reset the controller. Requests under way are issued again or end with a failure; the call returns when
     * the adapter takes requests again, or will not. NULL: cannot. */
    VMK_ReturnStatus (*reset)(vmk_AddrCookie driverData);
} vmk_StorageAdapterOps;

typedef struct vmk_StorageAdapterRegData {
    vmk_ModuleID moduleID;            /**< The driver. */
    const vmk_StorageAdapterOps *ops; /**< Must outlive the adapter. */
    vmk_AddrCookie driverData;
    vmk_Name driver;      /**< As in `ahci`. */
    vmk_Name busAddress;  /**< As in `0000:00:1f.2`; unique among adapters. */
    vmk_Name transport;   /**< As in `sata`, `pcie`. */
    vmk_Name description; /**< For people; may be empty. */
} vmk_StorageAdapterRegData;

/**
 * Register an adapter; it gets the lowest free name, or the one it last had (by bus address).
 *
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM
 * @retval VMK_EXISTS          the bus address
 * @retval VMK_LIMIT_EXCEEDED
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_StorageAdapterRegister(const vmk_StorageAdapterRegData *regData,
                                            vmk_StorageAdapter *adapter);

/** Remove an adapter whose paths are all unregistered; waits for operations under way. Context: may block. */
void vmk_StorageAdapterUnregister(vmk_StorageAdapter adapter);

/** The adapter's name, as in `vmhba0`. Context: any. */
vmk_Name vmk_StorageAdapterNameGet(vmk_StorageAdapter adapter);

/** Steps a driver takes against commands that do not complete, and what it finds; counted for each. */
typedef enum vmk_StorageEvent {
    VMK_STORAGE_EVENT_TIMEOUT,
    VMK_STORAGE_EVENT_ABORT,
    VMK_STORAGE_EVENT_DEVICE_RESET,
    VMK_STORAGE_EVENT_TARGET_RESET,
    VMK_STORAGE_EVENT_BUS_RESET,
    VMK_STORAGE_EVENT_HOST_RESET,
    VMK_STORAGE_EVENT_REQUEUE,        /**< A command was issued again by the driver's layer. */
    VMK_STORAGE_EVENT_BAD_COMPLETION, /**< The device completed what it was not given. */
    VMK_STORAGE_EVENT_COUNT,
} vmk_StorageEvent;

/** Count @p event for the adapter and, unless NULL, for the path. Context: any. */
void vmk_StorageEventReport(vmk_StorageAdapter adapter, vmk_BlockPath path, vmk_StorageEvent event);

typedef enum vmk_BlockType {
    VMK_BLOCK_TYPE_DISK,
    VMK_BLOCK_TYPE_CDROM,
    VMK_BLOCK_TYPE_OTHER,
} vmk_BlockType;

/** What one command can carry; a member that is 0 constrains nothing. The storage core cuts to fit. */
typedef struct vmk_BlockLimits {
    vmk_uint32 maxBytes;        /**< Of data in one command. */
    vmk_uint32 maxSegments;     /**< Ranges in one command. */
    vmk_uint32 maxSegmentBytes; /**< Of one range. */
    vmk_uint64 segmentBoundary; /**< 2^n - 1: a range crosses no multiple of 2^n. */
    vmk_uint64 virtBoundary; /**< 2^n - 1: between ranges of one command, addresses are multiples of 2^n. */
    vmk_uint32 dmaAlignment; /**< 2^n - 1: of addresses and lengths of ranges. */
    vmk_uint64 maxDiscardBlocks;   /**< In one command; 0: cannot discard. */
    vmk_uint32 discardGranularity; /**< Bytes. */
    vmk_uint64 maxZeroesBlocks;    /**< In one command; 0: cannot write zeroes by itself. */
} vmk_BlockLimits;

enum vmk_BlockPropFlags {
    VMK_BLOCK_PROP_READ_ONLY = 1u << 0,
    VMK_BLOCK_PROP_REMOVABLE = 1u << 1,
    VMK_BLOCK_PROP_WRITE_CACHE = 1u << 2, /**< Volatile: flushes mean something. */
    VMK_BLOCK_PROP_FUA = 1u << 3,         /**< Does FUA itself; otherwise the core flushes after the write. */
    VMK_BLOCK_PROP_ROTATIONAL = 1u << 4,
};

/** What may change while a path is registered. */
typedef struct vmk_BlockProps {
    vmk_uint32 blockSize;         /**< Bytes, a power of two from 512 to 65536. */
    vmk_uint32 physicalBlockSize; /**< Bytes. */
    vmk_uint64 numBlocks;         /**< 0: no medium. */
    vmk_uint32 flags;             /**< enum vmk_BlockPropFlags. */
    vmk_BlockLimits limits;
} vmk_BlockProps;

#define VMK_BLOCK_ID_LENGTH 128

/** What a unit says of itself: printable text, without blanks at the ends. */
typedef struct vmk_BlockIdentity {
    vmk_BlockType type;
    /** Beginning with naa., eui., uuid. or t10.; otherwise the core makes one of model and serial number, or
     * failing these of the path's name. */
    char uniqueID[VMK_BLOCK_ID_LENGTH];
    char vendor[16];
    char model[48];
    char revision[16];
    char serial[48];
} vmk_BlockIdentity;

/** What every path can do. */
typedef struct vmk_BlockPathOps {
    /**
     * Take the requests of a list, linked by `next`, in order; each ends by vmk_BlockRequestDone().
     *
     * They fit the path's limits and lie within its range. What the hardware has no room for waits within the
     * driver. Doorbells may be put off until the last of the list, and within a completing bottom half until
     * its end.
     * Context: bottom halves off; must not block. CPUs may be in it at the same time.
     */
    void (*submit)(vmk_AddrCookie driverData, vmk_BlockRequest *requests);
    /** Reap completions of requests with VMK_BLOCK_POLLED. @return how many. Context: as submit. NULL: none.
     */
    vmk_uint32 (*poll)(vmk_AddrCookie driverData);
    /** Pass a SCSI command through; NULL: no SCSI device. */
    VMK_ReturnStatus (*scsiCommand)(vmk_AddrCookie driverData, vmk_ScsiCommand *command);
    /** Pass an NVMe command through; NULL: no NVMe device. */
    VMK_ReturnStatus (*nvmeCommand)(vmk_AddrCookie driverData, vmk_NvmeCommand *command);
} vmk_BlockPathOps;

typedef struct vmk_BlockPathRegData {
    vmk_ModuleID moduleID;
    vmk_StorageAdapter adapter;
    vmk_uint32 channel;
    vmk_uint32 target;
    vmk_uint32 lun;              /**< A namespace's ID less one. */
    const vmk_BlockPathOps *ops; /**< Must outlive the path. */
    vmk_AddrCookie driverData;
    vmk_BlockIdentity identity;
    vmk_BlockProps props;
    vmk_uint32 numQueues;  /**< Of the hardware. */
    vmk_uint32 queueDepth; /**< Requests the hardware takes at a time, all queues together. */
    vmk_uint32 numPollQueues;
} vmk_BlockPathRegData;

/**
 * Register a path. Its device appears, with its partitions, or has one path more.
 *
 * Partitions are read by a world of the storage layer, after this call has returned.
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  also: limits that let no block through, sizes that are no powers of two
 * @retval VMK_EXISTS     channel, target and lun
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_BlockPathRegister(const vmk_BlockPathRegData *regData, vmk_BlockPath *path);

/**
 * Remove a path: no further request reaches the driver, and those it has have ended, before this returns.
 *
 * A device without paths is lost (VMK_PERM_DEV_LOSS to whoever holds it) and goes when the last holder
 * closes it. Context: may block.
 */
void vmk_BlockPathUnregister(vmk_BlockPath path);

/**
 * Say that size, protection or limits have changed.
 *
 * Partitions are read again when the size has. Context: may block.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  as for vmk_BlockPathRegister()
 * @retval VMK_BUSY       another block size, while somebody has the device open
 * @retval VMK_NO_MEMORY  nothing has changed
 */
VMK_ReturnStatus vmk_BlockPathUpdate(vmk_BlockPath path, const vmk_BlockProps *props);

typedef enum vmk_BlockPathState {
    VMK_BLOCK_PATH_ACTIVE,
    VMK_BLOCK_PATH_DOWN, /**< For now: requests wait for a path to come back. */
    VMK_BLOCK_PATH_LOST, /**< For good: what is asked ends with VMK_PERM_DEV_LOSS if no other path is left. */
} vmk_BlockPathState;

/** Say that a path has come up or gone down. Context: any. */
void vmk_BlockPathStateSet(vmk_BlockPath path, vmk_BlockPathState state);

/** The path's name, as in `vmhba0:C0:T0:L0`. Context: any. */
vmk_Name vmk_BlockPathNameGet(vmk_BlockPath path);

/**
 * A request given to `submit` has ended.
 *
 * @param status  VMK_OK; VMK_READ_ERROR, VMK_WRITE_ERROR (the medium), VMK_IO_ERROR (anything else that
 *                repeating will not mend); VMK_BUSY, VMK_TIMEOUT, VMK_NO_CONNECT (the path: tried again, see
 *                the retry policy in core/storage); VMK_READ_ONLY, VMK_NOT_SUPPORTED, VMK_PERM_DEV_LOSS,
 *                VMK_RESERVATION_CONFLICT, VMK_NO_SPACE...
 * Context: bottom half; not from within `submit`.
 */
void vmk_BlockRequestDone(vmk_BlockRequest *request, vmk_StatusValue status);

#endif
