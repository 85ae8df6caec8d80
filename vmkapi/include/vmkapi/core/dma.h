/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.h - DMA engines: making machine memory reachable for a device.
 *
 * An engine states what one part of a device can address; a mapping turns a machine range into the I/O
 * range the device may use until the range is unmapped. Without an IOMMU the two are equal wherever the
 * device reaches, and a range it does not reach is copied through a bounce buffer that it does.
 *
 * Mapping, flushing and unmapping work in any context. Ranges are directly mapped for most devices, and
 * then a mapping costs a comparison and a counter, inline. Debug builds record each mapping instead, and
 * report an unmapping that matches none and, at the engine's destruction, what was never unmapped.
 */
#ifndef VMKAPI_CORE_DMA_H
#define VMKAPI_CORE_DMA_H

#include <vmkapi/base/pcpu_storage.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>
#include <vmkapi/core/device.h>
#include <vmkapi/core/scatter_gather.h>

#define VMK_ADDRESS_MASK_64BIT (~(vmk_uint64)0)
#define VMK_ADDRESS_MASK_32BIT ((vmk_uint64)0xffffffff)

/** Which way the data goes, seen from memory. */
typedef enum vmk_DMADirection {
    VMK_DMA_DIRECTION_INVALID = 0,
    VMK_DMA_DIRECTION_TO_MEMORY,   /**< The device writes. */
    VMK_DMA_DIRECTION_FROM_MEMORY, /**< The device reads. */
    VMK_DMA_DIRECTION_BIDIRECTIONAL,
} vmk_DMADirection;

/** What the device can address; a member that is 0 constrains nothing. */
typedef struct vmk_DMAConstraints {
    vmk_uint64 addressMask;             /**< 2^n - 1: the highest address it drives. */
    vmk_ByteCount maxTransfer;          /**< Bytes in one scatter-gather list. */
    vmk_uint32 sgMaxEntries;            /**< Elements in one list. */
    vmk_ByteCountSmall sgElemMaxSize;   /**< Bytes in one element. */
    vmk_ByteCountSmall sgElemSizeMult;  /**< An element's length is a multiple of this. */
    vmk_ByteCountSmall sgElemAlignment; /**< An element's address is a multiple of this power of two. */
    vmk_uint64 sgElemStraddle;          /**< An element crosses no multiple of this power of two. */
} vmk_DMAConstraints;

enum vmk_DMAEngineFlags {
    VMK_DMA_ENGINE_FLAGS_NONE = 0,
    VMK_DMA_ENGINE_FLAGS_COHERENT = 1u
                                    << 0, /**< Mappings need no flushing: bouncing is out of the question. */
};

typedef struct vmk_DMAEngineProps {
    vmk_Name name;
    vmk_ModuleID module;
    vmk_uint32 flags;                /**< enum vmk_DMAEngineFlags. */
    vmk_Device device;               /**< May be NULL for an engine of no device. */
    vmk_DMAConstraints *constraints; /**< Copied; NULL for none. */
} vmk_DMAEngineProps;

/** The public head of an engine: what the inline paths below need. Written at creation only. */
typedef struct vmk_DMAEngineHead {
    vmk_uint64 directLimit;    /**< A range that ends at or below this is mapped as it is. */
    vmk_IOA managedBase;       /**< I/O ranges beginning in [managedBase, managedBase + managedSize) were */
    vmk_ByteCount managedSize; /**< bounced or recorded, and are not unmapped inline. */
    vmk_PCPUStorage balance;   /**< Of mappings made and undone. */
    vmk_uint64 addressMask;    /**< As in the constraints; all ones for none. */
} vmk_DMAEngineHead;

typedef vmk_DMAEngineHead *vmk_DMAEngine;
#define VMK_DMA_ENGINE_INVALID ((vmk_DMAEngine)NULL)

typedef enum vmk_DMAMapErrorReason {
    VMK_DMA_MAP_ERROR_NONE = 0,
    VMK_DMA_MAP_ERROR_ADDRESS,   /**< Out of the device's reach, and the engine must not bounce. */
    VMK_DMA_MAP_ERROR_LENGTH,    /**< Empty, too long, or not a multiple. */
    VMK_DMA_MAP_ERROR_ENTRIES,   /**< More elements than the device takes. */
    VMK_DMA_MAP_ERROR_NO_BOUNCE, /**< No bounce buffer is free. */
} vmk_DMAMapErrorReason;

typedef struct vmk_DMAMapErrorInfo {
    vmk_DMAMapErrorReason reason;
    vmk_uint32 element; /**< Which element of a list. */
} vmk_DMAMapErrorInfo;

/**
 * Create an engine.
 *
 * Sets bounce buffers aside when there is memory the device does not reach. Context: may block.
 * Charged to the module.
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  a mask that is not 2^n - 1, an alignment or straddle that is not a power of two
 * @retval VMK_NO_MEMORY  also: no memory at all below the mask
 */
VMK_ReturnStatus vmk_DMAEngineCreate(const vmk_DMAEngineProps *props, vmk_DMAEngine *engine);

/**
 * Destroy an engine.
 *
 * Context: may block.
 * @retval VMK_OK
 * @retval VMK_BUSY  mappings or allocations are outstanding; they are logged, and the engine is destroyed
 *                   all the same: its owner's counters keep the balance
 */
VMK_ReturnStatus vmk_DMAEngineDestroy(vmk_DMAEngine engine);

/**
 * Allocate zeroed memory that CPU and device see alike, physically contiguous and page-aligned.
 *
 * Context: any. Charged to the engine's module.
 * @param[out] address  where the CPU sees it
 * @param[out] ioAddr   where the device sees it
 * @retval VMK_OK
 * @retval VMK_BAD_PARAM  @p size is 0
 * @retval VMK_NO_MEMORY
 */
VMK_ReturnStatus vmk_DMAAlloc(vmk_DMAEngine engine, vmk_ByteCount size, void **address, vmk_IOA *ioAddr);

/** Free what vmk_DMAAlloc() gave, with the same size. Context: any. */
void vmk_DMAFree(vmk_DMAEngine engine, vmk_ByteCount size, void *address);

/* What the inlines below do when a range is not mapped directly. */
VMK_ReturnStatus vmk_DMAMapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction, const vmk_SgElem *in,
                                       vmk_SgElem *out, vmk_DMAMapErrorInfo *err);
VMK_ReturnStatus vmk_DMAUnmapElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                         const vmk_SgElem *elem);
VMK_ReturnStatus vmk_DMAFlushElemManaged(vmk_DMAEngine engine, vmk_DMADirection direction,
                                         const vmk_SgElem *elem);

VMK_ALWAYS_INLINE vmk_Bool vmk_DMAIsManaged(vmk_DMAEngine engine, vmk_IOA ioAddr)
{
    return ioAddr - engine->managedBase < engine->managedSize;
}

/** Whether @p length bytes, not 0, at @p addr are mapped as they are. */
VMK_ALWAYS_INLINE vmk_Bool vmk_DMAIsDirect(vmk_DMAEngine engine, vmk_MA addr, vmk_uint32 length)
{
    return addr + length - 1 <= engine->directLimit;
}

VMK_ALWAYS_INLINE void vmk_DMACount(vmk_DMAEngine engine, vmk_int64 delta)
{
    vmk_PCPUAdd64(engine->balance, delta);
}

/**
 * Map one range for the device.
 *
 * Until the unmapping the memory is the device's, but for vmk_DMAFlushElem().
 * @param in        machine range; @param[out] out the I/O range, of the same length; may be @p in
 * @param lastElem  whether this ends a list the device handles as one
 * @param[out] err  why VMK_DMA_MAPPING_FAILED; may be NULL
 * @retval VMK_OK
 * @retval VMK_DMA_MAPPING_FAILED  the range can never be mapped by this engine
 * @retval VMK_NO_MEMORY           no bounce buffer is free now
 */
VMK_ALWAYS_INLINE VMK_ReturnStatus vmk_DMAMapElem(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                  const vmk_SgElem *in, vmk_Bool lastElem, vmk_SgElem *out,
                                                  vmk_DMAMapErrorInfo *err)
{
    (void)lastElem;
    if (VMK_LIKELY(vmk_DMAIsDirect(engine, in->addr, in->length))) {
        *out = *in;
        vmk_DMACount(engine, 1);
        return VMK_OK;
    }
    return vmk_DMAMapElemManaged(engine, direction, in, out, err);
}

/**
 * Undo one mapping; data the device wrote is in memory afterwards.
 *
 * @param direction  as it was mapped
 * @param elem       as vmk_DMAMapElem() gave it
 * @retval VMK_OK
 * @retval VMK_INVALID_ADDRESS  no such mapping (always noticed for bounced ranges and in debug builds)
 */
VMK_ALWAYS_INLINE VMK_ReturnStatus vmk_DMAUnmapElem(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                    const vmk_SgElem *elem)
{
    if (VMK_LIKELY(!vmk_DMAIsManaged(engine, elem->ioAddr))) {
        vmk_DMACount(engine, -1);
        return VMK_OK;
    }
    return vmk_DMAUnmapElemManaged(engine, direction, elem);
}

/**
 * Hand a mapped range, or part of one, over without unmapping it.
 *
 * @param direction  TO_MEMORY: what the device wrote becomes visible to the CPU.
 *                   FROM_MEMORY: what the CPU wrote becomes visible to the device.
 * @retval VMK_OK
 * @retval VMK_INVALID_ADDRESS  not within a mapping (noticed as in vmk_DMAUnmapElem())
 */
VMK_ALWAYS_INLINE VMK_ReturnStatus vmk_DMAFlushElem(vmk_DMAEngine engine, vmk_DMADirection direction,
                                                    const vmk_SgElem *elem)
{
    if (VMK_LIKELY(!vmk_DMAIsManaged(engine, elem->ioAddr))) {
        return VMK_OK;
    }
    return vmk_DMAFlushElemManaged(engine, direction, elem);
}

/**
 * Map, flush or unmap a list; on failure of a mapping nothing stays mapped.
 *
 * Mapping allocates @p out from @p ops, with one element for each of @p in; unmapping frees it.
 * @retval VMK_OK
 * @retval VMK_DMA_MAPPING_FAILED, VMK_NO_MEMORY, VMK_INVALID_ADDRESS  as for one element
 */
VMK_ReturnStatus vmk_DMAMapSg(vmk_DMAEngine engine, vmk_DMADirection direction, vmk_SgOpsHandle ops,
                              const vmk_SgArray *in, vmk_SgArray **out, vmk_DMAMapErrorInfo *err);
VMK_ReturnStatus vmk_DMAFlushSg(vmk_DMAEngine engine, vmk_DMADirection direction, const vmk_SgArray *io);
VMK_ReturnStatus vmk_DMAUnmapSg(vmk_DMAEngine engine, vmk_DMADirection direction, vmk_SgOpsHandle ops,
                                vmk_SgArray *io);

/** Static text: "to memory". Context: any. */
const char *vmk_DMADirectionToString(vmk_DMADirection direction);

/** Static text: "out of the device's reach". Context: any. */
const char *vmk_DMAMapErrorReasonToString(vmk_DMAMapErrorReason reason);

#endif
