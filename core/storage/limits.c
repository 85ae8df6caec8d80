/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limits.c - what one command of a device can carry.
 */
#include <core/storage_limits.h>
#include <vmkapi/lib/bits.h>

#define BLOCK_MIN 512u
#define BLOCK_MAX 65536u

static bool is_mask(vmk_uint64 value)
{
    return (value & (value + 1)) == 0;
}

/** Whether a block in a buffer that is aligned to its size can be sent by one command. */
static bool block_passes(const vmk_BlockProps *props)
{
    const vmk_SgElem block = {.length = props->blockSize};
    const vmk_BlockSegments walk = {.elem = &block, .end = &block + 1, .left = block.length};
    struct storage_shape shape;
    vmk_uint32 segments;

    storage_shape_init(&shape, props);
    return storage_shape_fit(&shape, walk, &segments) != 0;
}

bool storage_props_valid(const vmk_BlockProps *props)
{
    const vmk_BlockLimits *limits = &props->limits;

    return vmk_IsPowerOfTwo(props->blockSize) && props->blockSize >= BLOCK_MIN &&
           props->blockSize <= BLOCK_MAX && vmk_IsPowerOfTwo(props->physicalBlockSize) &&
           props->physicalBlockSize >= props->blockSize && is_mask(limits->segmentBoundary) &&
           is_mask(limits->virtBoundary) && is_mask(limits->dmaAlignment) && block_passes(props);
}

/** The smaller one; 0 is no limit. */
static vmk_uint64 narrower(vmk_uint64 a, vmk_uint64 b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

void storage_props_narrow(vmk_BlockProps *props, const vmk_BlockProps *other)
{
    vmk_BlockLimits *a = &props->limits;
    const vmk_BlockLimits *b = &other->limits;
    const vmk_uint32 all = VMK_BLOCK_PROP_FUA, any = ~all;

    props->flags = (props->flags & other->flags & all) | ((props->flags | other->flags) & any);
    a->maxBytes = (vmk_uint32)narrower(a->maxBytes, b->maxBytes);
    a->maxSegments = (vmk_uint32)narrower(a->maxSegments, b->maxSegments);
    a->maxSegmentBytes = (vmk_uint32)narrower(a->maxSegmentBytes, b->maxSegmentBytes);
    a->segmentBoundary = narrower(a->segmentBoundary, b->segmentBoundary);
    a->virtBoundary = VMK_MAX(a->virtBoundary, b->virtBoundary);
    a->dmaAlignment = VMK_MAX(a->dmaAlignment, b->dmaAlignment);
    a->discardGranularity = VMK_MAX(a->discardGranularity, b->discardGranularity);
    /* Here 0 is the strictest. */
    a->maxDiscardBlocks = VMK_MIN(a->maxDiscardBlocks, b->maxDiscardBlocks);
    a->maxZeroesBlocks = VMK_MIN(a->maxZeroesBlocks, b->maxZeroesBlocks);
}

static vmk_uint32 or_all(vmk_uint32 limit)
{
    return limit != 0 ? limit : ~0u;
}

void storage_shape_init(struct storage_shape *shape, const vmk_BlockProps *props)
{
    vmk_BlockLimits *limits = &shape->limits;

    *shape =
        (struct storage_shape){.block_bytes = props->blockSize, .props = *props, .limits = props->limits};
    while (1u << shape->block_shift < props->blockSize) {
        shape->block_shift++;
    }
    limits->maxBytes = or_all(limits->maxBytes) & ~(props->blockSize - 1);
    limits->maxSegments = or_all(limits->maxSegments);
    limits->maxSegmentBytes = or_all(limits->maxSegmentBytes);
    shape->range_bytes = VMK_MIN(limits->maxBytes, limits->maxSegmentBytes);
    shape->dma_mask = limits->dmaAlignment;
    shape->cross_mask = limits->segmentBoundary != 0 ? ~limits->segmentBoundary : 0;
    if ((props->flags & (VMK_BLOCK_PROP_WRITE_CACHE | VMK_BLOCK_PROP_FUA)) == VMK_BLOCK_PROP_WRITE_CACHE) {
        shape->slow_flags = VMK_BLOCK_FUA;
    }
}

vmk_uint32 storage_shape_fit(const struct storage_shape *shape, vmk_BlockSegments walk, vmk_uint32 *segments)
{
    const vmk_BlockLimits *limits = &shape->limits;
    const vmk_uint32 block_mask = shape->props.blockSize - 1;
    vmk_uint32 bytes = 0, fit = 0;
    vmk_MA previous_end = 0;
    vmk_SgElem range;

    *segments = 0;
    for (vmk_uint32 count = 1; count <= limits->maxSegments; count++) {
        vmk_uint32 take;

        if (!vmk_BlockSegmentsNext(&walk, limits, &range) || (range.addr & limits->dmaAlignment) != 0 ||
            (count != 1 && ((previous_end | range.addr) & limits->virtBoundary) != 0)) {
            break;
        }
        take = VMK_MIN(range.length, limits->maxBytes - bytes) & ~limits->dmaAlignment;
        bytes += take;
        if ((bytes & ~block_mask) > bytes - take) {
            fit = bytes & ~block_mask;
            *segments = count;
        }
        if (take < range.length) {
            break;
        }
        previous_end = range.addr + range.length;
    }
    return fit;
}
