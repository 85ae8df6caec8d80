/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-map.c - memory for a driver's own request: the kernel's, used in place where the device can, else
 * through a copy.
 */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmkapi/storage/block_segment.h>

static bool device_can_use(struct request_queue *q, const void *buffer, unsigned int len)
{
    return !(((unsigned long)buffer | len) & q->limits.dma_alignment);
}

/* Describe the memory the device is to use. */
static int describe(struct module *module, struct bio *bio, void *memory, unsigned int len)
{
    unsigned int pages = vmk_SgComputeMaxEntries((vmk_VA)memory, len);
    vmk_SgArray *array;
    vmk_StatusValue status;

    if (virt_addr_valid(memory)) {
        bio->elem = (vmk_SgElem){.addr = __pa(memory), .length = len};
        bio->elems = &bio->elem;
        return 1;
    }
    array = vmklinux_kmalloc(module, vmk_SgComputeAllocSize(pages), GFP_KERNEL);
    if (!array)
        return -ENOMEM;
    array->maxElements = pages;
    status = vmk_SgInit(array, memory, len);
    if (status != VMK_OK) {
        kfree(array);
        return -EFAULT;
    }
    bio->bi_private = array;
    bio->elems = array->elem;
    return (int)array->numElements;
}

/* How many ranges the device will count. */
static unsigned short count_segments(struct request *rq, unsigned int numElems)
{
    const vmk_BlockLimits limits = {.maxSegmentBytes = rq->q->limits.max_segment_size,
                                    .segmentBoundary = rq->q->limits.seg_boundary_mask};
    vmk_BlockSegments walk = {
        .elem = rq->elems, .end = rq->elems + numElems, .offset = rq->elem_offset, .left = rq->__data_len};
    unsigned short count = 0;
    vmk_SgElem range;

    while (vmk_BlockSegmentsNext(&walk, &limits, &range))
        count++;
    return count;
}

static void attach(struct request *rq, struct bio *bio, unsigned int len, unsigned int numElems)
{
    bio->bi_opf = rq->cmd_flags;
    bio->bi_iter.bi_size = len;
    rq->bio = rq->biotail = bio;
    rq->__data_len = len;
    rq->elems = bio->elems;
    rq->elem_offset = 0;
    rq->nr_phys_segments = count_segments(rq, numElems);
}

static int map(struct request_queue *q, struct request *rq, void *buffer, unsigned int len, gfp_t gfp)
{
    struct module *module = q->tag_set->module;
    struct bio *bio = &rq->own_bio;
    int elems;

    if (len > q->limits.max_hw_sectors << SECTOR_SHIFT || !len || !buffer)
        return -EINVAL;
    *bio = (struct bio){.buffer = buffer, .bi_iter.bi_size = len};
    if (!device_can_use(q, buffer, len)) {
        bio->bounce = vmklinux_kmalloc(module, len, gfp);
        if (!bio->bounce)
            return -ENOMEM;
        if (rq_data_dir(rq) == WRITE)
            memcpy(bio->bounce, buffer, len);
    }
    elems = describe(module, bio, bio->bounce ? bio->bounce : buffer, len);
    if (elems < 0) {
        kfree(bio->bounce);
        bio->bounce = NULL;
        return elems;
    }
    attach(rq, bio, len, (unsigned int)elems);
    return 0;
}

static void unmap(struct bio *bio)
{
    if (bio->bounce && !op_is_write(bio->bi_opf))
        memcpy(bio->buffer, bio->bounce, bio->bi_iter.bi_size);
    kfree(bio->bounce);
    kfree(bio->bi_private);
    bio->bounce = NULL;
    bio->bi_private = NULL;
}

void blk_rq_unmap(struct request *rq)
{
    if (rq->bio && !rq->block_request)
        unmap(rq->bio);
    rq->bio = NULL;
}

int blk_rq_map_kern(struct request_queue *q, struct request *rq, void *kbuf, unsigned int len, gfp_t gfp)
{
    return map(q, rq, kbuf, len, gfp);
}
EXPORT_SYMBOL(blk_rq_map_kern);

int blk_rq_map_user(struct request_queue *q, struct request *rq, struct rq_map_data *map_data,
                    void __user *ubuf, unsigned long len, gfp_t gfp)
{
    if (WARN_ON_ONCE(map_data))
        return -EINVAL;
    return map(q, rq, (__force void *)ubuf, (unsigned int)len, gfp);
}
EXPORT_SYMBOL(blk_rq_map_user);

int blk_rq_map_user_io(struct request *rq, struct rq_map_data *map_data, void __user *ubuf, unsigned long len,
                       gfp_t gfp, bool vec, int iov_count, bool check_iter_count, int rw)
{
    if (WARN_ON_ONCE(vec))
        return -EINVAL;
    return blk_rq_map_user(rq->q, rq, map_data, ubuf, len, gfp);
}
EXPORT_SYMBOL(blk_rq_map_user_io);

int blk_rq_unmap_user(struct bio *bio)
{
    unmap(bio);
    return 0;
}
EXPORT_SYMBOL(blk_rq_unmap_user);
