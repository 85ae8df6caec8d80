/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_limits.h - what one command of a device can carry, and how much of a request that is.
 *
 * Pure: the caller owns everything. Context: any.
 */
#ifndef CORE_STORAGE_LIMITS_H
#define CORE_STORAGE_LIMITS_H

#include <stdbool.h>

#include <vmkapi/base/rcu.h>
#include <vmkapi/storage/block_segment.h>

/** A device's size, flags and limits, ready for use: here a limit that constrains nothing is all ones. */
struct storage_shape {
    vmk_uint64 block_bytes; /**< props.blockSize, and log2 of it. */
    vmk_uint32 block_shift;
    vmk_uint32 slow_flags;  /**< Request flags that the device does not do by itself. */
    vmk_uint64 range_bytes; /**< The most that a request of one range may have. */
    vmk_uint64 dma_mask;    /**< limits.dmaAlignment. */
    vmk_uint64 cross_mask;  /**< Bits in which a range's first and last address must not differ. */
    vmk_BlockLimits limits;
    vmk_BlockProps props; /**< As the drivers say, the strictest of each. */
    vmk_RCUHead rcu;
};

/** Whether props make sense: sizes are powers of two, and one block in a buffer of the core's can be sent. */
bool storage_props_valid(const vmk_BlockProps *props);

/** Narrow @p props to what can also be done by a path with @p other: sizes are those of @p props. */
void storage_props_narrow(vmk_BlockProps *props, const vmk_BlockProps *other);

/** Prepare valid props for use. */
void storage_shape_init(struct storage_shape *shape, const vmk_BlockProps *props);

/**
 * Measure how much of what lies before a walk one command can carry.
 *
 * @param[out] segments  in how many ranges.
 * @return bytes: whole blocks; 0 when not even one can be sent as it lies in memory.
 */
vmk_uint32 storage_shape_fit(const struct storage_shape *shape, vmk_BlockSegments walk, vmk_uint32 *segments);

/** Whether @p bytes of a request's data are all in one element that needs no cutting: the common case,
 * quickly. A list that begins within its first element is not looked at so closely. */
VMK_ALWAYS_INLINE bool storage_shape_fits_simply(const struct storage_shape *shape,
                                                 const vmk_BlockRequest *request, vmk_uint64 bytes)
{
    const vmk_SgElem *elem = request->elems;

    /* Also refuses no bytes. */
    return bytes - 1 < shape->range_bytes && request->numElems == 1 && request->elemOffset == 0 &&
           bytes <= elem->length &&
           ((elem->addr & shape->dma_mask) | ((elem->addr ^ (elem->addr + bytes - 1)) & shape->cross_mask)) ==
               0;
}

#endif
