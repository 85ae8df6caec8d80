/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-merge.c - a request's memory as a scatter-gather list, as the storage core has counted it. */
#include "blk.h"

#include <linux/export.h>
#include <vmkapi/storage/block_segment.h>

int __blk_rq_map_sg(struct request_queue *q, struct request *rq, struct scatterlist *sglist,
                    struct scatterlist **last_sg)
{
    const vmk_BlockLimits limits = {.maxSegmentBytes = q->limits.max_segment_size,
                                    .segmentBoundary = q->limits.seg_boundary_mask};
    vmk_BlockSegments walk = {.elem = rq->elems, .offset = rq->elem_offset, .left = rq->__data_len};
    struct scatterlist *sg = NULL;
    vmk_SgElem range;
    int count = 0;

    if (rq->rq_flags & RQF_SPECIAL_PAYLOAD) {
        sg_set_page(sglist, rq->special_vec.bv_page, rq->special_vec.bv_len, rq->special_vec.bv_offset);
        sg = sglist;
        count = 1;
    } else {
        while (vmk_BlockSegmentsNext(&walk, &limits, &range)) {
            if (WARN_ON_ONCE(count == rq->nr_phys_segments))
                return 0;
            if (sg)
                sg_unmark_end(sg); /* Where the list ended when it was last used. */
            sg = sg ? sg_next(sg) : sglist;
            sg_set_page(sg, pfn_to_page(range.addr >> PAGE_SHIFT), range.length, offset_in_page(range.addr));
            count++;
        }
    }
    if (sg)
        sg_mark_end(sg);
    *last_sg = sg;
    return count;
}
EXPORT_SYMBOL(__blk_rq_map_sg);
