/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify_job.h - one request of the pattern engine: its buffer, its shape, what is written to it and expected
 * of it.
 */
#ifndef STORAGE_VERIFY_JOB_H
#define STORAGE_VERIFY_JOB_H

#include "shape.h"
#include "verify.h"

struct worker;

struct job {
    vmk_BlockRequest request;
    struct schedule_item item;
    struct worker *worker;
    struct job *next;     /**< In the worker's lists. */
    vmk_uint32 under_way; /**< Atomic: 1 from the submission to the end, so that a second end is noticed. */
    vmk_uint8 *buffer;
    vmk_uint32 capacity;
    struct shape shape;
    vmk_SgElem elems[SHAPE_PIECES_MAX];
};

/** Make a job, with a buffer for requests of the plan. @return NULL: no memory. Context: may block. */
struct job *job_create(const struct verify_options *options);
void job_destroy(struct job *job);

/**
 * Make the request that job->item asks for: shape, flags, and for a write the data.
 *
 * @param scratch  a block's room, aligned to 8 bytes.
 * @param random   decides the shape.
 */
void job_prepare(struct job *job, const struct verify_options *options, void *scratch, vmk_uint64 random);

/**
 * Check what a request that ended with VMK_OK has read.
 *
 * @return VMK_OK; VMK_BAD_FORMAT, with the first fault in @p why.
 */
VMK_ReturnStatus job_check(const struct job *job, const struct verify_options *options, void *scratch,
                           struct diagnosis *why);

/** Elements of the job's list that lie above 4 GiB. */
vmk_uint32 job_high_pieces(const struct job *job);

#endif
