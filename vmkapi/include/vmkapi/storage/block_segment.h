/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * block_segment.h - a request's data as the ranges its device counts.
 *
 * The submitter's elements are joined where they touch, and cut where a limit of the device's wants it
 * (maxSegmentBytes, segmentBoundary). The storage core checks and counts a request by this walk; a driver
 * that fills its descriptors by it finds `numSegments` ranges, each within the limits.
 *
 *     vmk_BlockSegments walk;
 *     vmk_SgElem range;
 *
 *     for (vmk_BlockSegmentsStart(&walk, request); vmk_BlockSegmentsNext(&walk, &limits, &range);) { ... }
 *
 * Context: any.
 */
#ifndef VMKAPI_STORAGE_BLOCK_SEGMENT_H
#define VMKAPI_STORAGE_BLOCK_SEGMENT_H

#include <vmkapi/storage/block_path.h>
#include <vmkapi/storage/block_request.h>

/** Where a walk is. */
typedef struct vmk_BlockSegments {
    const vmk_SgElem *elem; /**< The next range begins in it, */
    const vmk_SgElem *end;
    vmk_uint32 offset; /**< so many bytes behind its beginning. */
    vmk_uint32 left;   /**< Bytes. */
} vmk_BlockSegments;

/** Go to the beginning of a request's data. */
VMK_ALWAYS_INLINE void vmk_BlockSegmentsStart(vmk_BlockSegments *walk, const vmk_BlockRequest *request)
{
    walk->elem = request->elems;
    walk->end = request->elems + request->numElems;
    walk->offset = request->elemOffset;
    walk->left = request->lengthBytes;
}

/** How long a range that begins at @p addr may be: 1 to 2^32 - 1 bytes. */
VMK_ALWAYS_INLINE vmk_uint32 vmk_BlockSegmentRoom(const vmk_BlockLimits *limits, vmk_MA addr)
{
    vmk_uint64 room = limits->maxSegmentBytes != 0 ? limits->maxSegmentBytes : ~0u;

    if (limits->segmentBoundary != 0 &&
        room - 1 > limits->segmentBoundary - (addr & limits->segmentBoundary)) {
        room = limits->segmentBoundary - (addr & limits->segmentBoundary) + 1;
    }
    return (vmk_uint32)room;
}

/** Take the next range. @return VMK_FALSE at the end of the data, or of the list if that comes first. */
VMK_ALWAYS_INLINE vmk_Bool vmk_BlockSegmentsNext(vmk_BlockSegments *walk, const vmk_BlockLimits *limits,
                                                 vmk_SgElem *range)
{
    vmk_uint32 room = ~0u;

    range->length = 0;
    while (walk->left != 0 && walk->elem != walk->end && range->length < room) {
        vmk_MA addr = walk->elem->addr + walk->offset;
        vmk_uint32 here = walk->elem->length - walk->offset;

        if (here != 0) {
            if (range->length == 0) {
                range->addr = addr;
                room = vmk_BlockSegmentRoom(limits, addr);
            } else if (addr != range->addr + range->length) {
                break;
            }
            here = here < walk->left ? here : walk->left;
            here = here < room - range->length ? here : room - range->length;
            range->length += here;
            walk->left -= here;
            walk->offset += here;
        }
        if (walk->offset == walk->elem->length) {
            walk->elem++;
            walk->offset = 0;
        }
    }
    return range->length != 0;
}

#endif
