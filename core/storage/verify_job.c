/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verify_job.c - data of pattern blocks in memory of any shape.
 */
#include "verify_job.h"

#include <core/heap.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#include "pattern.h"

#define POISON_BYTE ((int)(PATTERN_POISON & 0xff))

static vmk_uint32 buffer_order(const struct verify_options *options)
{
    vmk_uint64 bytes = SHAPE_CAPACITY((vmk_uint64)options->schedule.plan.max_blocks * options->block_size);
    vmk_uint32 order = 0;

    while (VMK_PAGE_SIZE << order < bytes) {
        order++;
    }
    return order;
}

struct job *job_create(const struct verify_options *options)
{
    vmk_PageRequest pages = {
        .module = VMK_VMKERNEL_MODULE_ID, .kind = VMK_PAGE_DATA, .order = (vmk_uint8)buffer_order(options)};
    struct job *job = vmk_HeapZalloc(heap_kernel, sizeof(*job));
    vmk_MPN mpn;

    if (!job) {
        return NULL;
    }
    if (vmk_PageAlloc(pages, &mpn) != VMK_OK) {
        vmk_HeapFree(heap_kernel, job);
        return NULL;
    }
    job->buffer = vmk_MPN2Ptr(mpn);
    job->capacity = (vmk_uint32)(VMK_PAGE_SIZE << pages.order);
    return job;
}

void job_destroy(struct job *job)
{
    if (job) {
        vmk_PageFree(vmk_Ptr2MPN(job->buffer));
        vmk_HeapFree(heap_kernel, job);
    }
}

/** A place in the data, which is in pieces. */
struct cursor {
    const struct job *job;
    vmk_uint32 piece;
    vmk_uint32 offset; /**< In the piece. */
};

/** What is left of the piece at hand. */
static vmk_uint8 *rest(const struct cursor *c, vmk_uint32 *len)
{
    const struct shape_piece *piece = &c->job->shape.pieces[c->piece];

    *len = piece->length - c->offset;
    return c->job->buffer + piece->offset + c->offset;
}

static void advance(struct cursor *c, vmk_uint32 len)
{
    c->offset += len;
    if (c->offset == c->job->shape.pieces[c->piece].length) {
        c->piece++;
        c->offset = 0;
    }
}

/** Take the next @p len bytes where they are, if they lie in one piece and aligned. */
static bool take_whole(struct cursor *c, vmk_uint32 len, void **at)
{
    vmk_uint32 left;

    *at = rest(c, &left);
    if (left < len || ((vmk_VA)*at & 7) != 0) {
        return false;
    }
    advance(c, len);
    return true;
}

/** Copy the next @p len bytes to or from @p linear. */
static void copy(struct cursor *c, vmk_uint8 *linear, vmk_uint32 len, bool to_pieces)
{
    vmk_uint32 left, part;

    for (; len > 0; len -= part, linear += part) {
        vmk_uint8 *at = rest(c, &left);

        part = VMK_MIN(len, left);
        vmk_Memcpy(to_pieces ? at : linear, to_pieces ? linear : at, part);
        advance(c, part);
    }
}

/** The header of block @p i of the job's. */
static struct pattern_header header_of(const struct job *job, const struct verify_options *options,
                                       vmk_uint32 i)
{
    return (struct pattern_header){.device = pattern_device_id(options->identity),
                                   .block = job->item.block + i,
                                   .generation = job->item.generation,
                                   .seed = options->schedule.plan.seed,
                                   .sequence = job->item.sequence,
                                   .stable = job->item.stable};
}

static void fill(struct job *job, const struct verify_options *options, void *scratch)
{
    struct cursor cursor = {.job = job};
    struct pattern_header header = header_of(job, options, 0);

    for (vmk_uint32 i = 0; i < job->item.num_blocks; i++, header.block++) {
        void *block;
        bool whole = take_whole(&cursor, options->block_size, &block);

        pattern_fill(whole ? block : scratch, options->block_size, &header);
        if (!whole) {
            copy(&cursor, scratch, options->block_size, true);
        }
    }
}

static void describe_elements(struct job *job)
{
    vmk_BlockRequest *request = &job->request;
    const struct shape *shape = &job->shape;

    for (vmk_uint32 i = 0; i < shape->count; i++) {
        job->elems[i].addr = vmk_Ptr2MA(job->buffer + shape->pieces[i].offset);
        job->elems[i].length = shape->pieces[i].length;
    }
    job->elems[0].addr -= shape->lead;
    job->elems[0].length += shape->lead;
    request->elems = job->elems;
    request->numElems = shape->count;
    request->elemOffset = shape->lead;
}

static void poison(struct job *job)
{
    vmk_uint32 at = 0, offset, length;

    for (vmk_uint32 i = 0; i < job->shape.count; i++) {
        vmk_Memset(job->buffer + job->shape.pieces[i].offset, POISON_BYTE, job->shape.pieces[i].length);
    }
    while (shape_next_guard(&job->shape, job->capacity, &at, &offset, &length)) {
        vmk_Memset(job->buffer + offset, POISON_BYTE, length);
    }
}

void job_prepare(struct job *job, const struct verify_options *options, void *scratch, vmk_uint64 random)
{
    static const vmk_uint8 ops[] = {[SCHEDULE_WRITE] = VMK_BLOCK_WRITE,
                                    [SCHEDULE_READ] = VMK_BLOCK_READ,
                                    [SCHEDULE_FLUSH] = VMK_BLOCK_FLUSH};
    vmk_BlockRequest *request = &job->request;

    *request = (vmk_BlockRequest){
        .op = ops[job->item.kind],
        .flags = (vmk_uint16)((job->item.fua ? VMK_BLOCK_FUA : 0) | (options->polled ? VMK_BLOCK_POLLED : 0)),
        .done = request->done,
        .cookie = request->cookie};
    if (job->item.kind == SCHEDULE_FLUSH) {
        return;
    }
    request->block = job->item.block - options->first_block;
    request->numBlocks = job->item.num_blocks;
    shape_make(&job->shape, random, job->item.num_blocks * options->block_size, job->capacity);
    describe_elements(job);
    if (job->item.kind == SCHEDULE_WRITE) {
        fill(job, options, scratch);
    } else {
        poison(job);
    }
}

/** Memory between the pieces is nobody's business. */
static VMK_ReturnStatus check_guards(const struct job *job, struct diagnosis *why)
{
    vmk_uint32 at = 0, offset, length;

    while (shape_next_guard(&job->shape, job->capacity, &at, &offset, &length)) {
        for (vmk_uint32 i = 0; i < length; i++) {
            if (job->buffer[offset + i] != POISON_BYTE) {
                return diagnose(
                    why, VMK_BAD_FORMAT,
                    "reading %u blocks from block %lu wrote to memory beside the data: byte %u of "
                    "the buffer, which is in none of its %u pieces",
                    job->item.num_blocks, job->item.block, offset + i, job->shape.count);
            }
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus report(const struct job *job, const struct pattern_fault *fault,
                               struct diagnosis *why)
{
    char text[200];

    pattern_describe(fault, text, sizeof(text));
    return diagnose(why, VMK_BAD_FORMAT, "%s (read with %u blocks from %lu, %u pieces)", text,
                    job->item.num_blocks, job->item.block, job->shape.count);
}

VMK_ReturnStatus job_check(const struct job *job, const struct verify_options *options, void *scratch,
                           struct diagnosis *why)
{
    struct pattern_header wants = header_of(job, options, 0);
    struct cursor cursor = {.job = job};
    struct pattern_fault fault;

    if (job->item.kind != SCHEDULE_READ) {
        return VMK_OK;
    }
    for (vmk_uint32 i = 0; i < job->item.num_blocks; i++, wants.block++) {
        void *block;

        if (!take_whole(&cursor, options->block_size, &block)) {
            copy(&cursor, scratch, options->block_size, false);
            block = scratch;
        }
        if (pattern_check(block, options->block_size, &wants, &fault) != PATTERN_GOOD) {
            return report(job, &fault, why);
        }
    }
    return check_guards(job, why);
}

vmk_uint32 job_high_pieces(const struct job *job)
{
    vmk_uint32 count = 0;

    for (vmk_uint32 i = 0; i < job->request.numElems; i++) {
        count += job->elems[i].addr >> 32 != 0;
    }
    return count;
}
