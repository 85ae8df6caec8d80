/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * split.c - requests that take several commands: those past the device's limits, those whose buffers it
 * can't address, FUA and zeroes it doesn't do by itself.
 *
 * A device has a few splits, made with it, each with a few pieces (requests of the core's own) and a bounce
 * buffer. A split takes one request at a time, and issues pieces of it until none is free or the request is
 * all under way; each piece that ends makes room for the next. Requests wait in order for a free split. So
 * nothing is allocated, and whatever is begun comes to its end if only the driver ends its commands.
 */
#define VMK_LOG_MODULE "Storage"

#include "internal.h"

#include <core/heap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

VMK_STRESS_POINT(storage_fua_lost, "A write with FUA is said to be done without the flush it takes");

#define SPLITS 4u
#define PIECES 4u
/* Of a bounce buffer: 16 KiB, or a block. Aligned to its size, it breaks no limit that a block keeps. */
#define BOUNCE_ORDER_MIN 2u
#define ZEROES_ORDER     4u /* 64 KiB: the largest block. */
#define ZEROES_BYTES     ((vmk_uint32)(VMK_PAGE_SIZE << ZEROES_ORDER))

struct split;

struct piece {
    vmk_BlockRequest request;
    struct split *split;
    bool in_use, bounced;
    vmk_SgElem elem;          /**< Of what is bounced, or zeroes. */
    vmk_BlockSegments origin; /**< Where the data of a bounced piece is in the parent's buffers. */
};

/** A request under way in pieces. Everything changes under the device's lock. */
struct split {
    struct vmk_BlockDeviceInt *device;
    vmk_BlockRequest *parent; /**< NULL: free. */
    vmk_BlockSegments data;   /**< Of the parent; what is not under way yet. */
    vmk_uint64 block;         /**< The first one not under way. */
    vmk_uint32 blocks_left;   /**< From there on. */
    vmk_uint32 running;       /**< Pieces. */
    bool bouncing;            /**< The buffer is in use. */
    bool flush;               /**< A flush is to follow. */
    bool again;               /**< From the beginning, once no piece is under way. */
    vmk_StatusValue status;   /**< The first failure. */
    vmk_MA bounce;
    struct piece pieces[PIECES];
};

struct split_pool {
    /** The pieces': the submitter's is for what he submitted, and closes once that has ended. */
    struct vmk_BlockHandleInt handle;
    struct split splits[SPLITS];
    vmk_uint32 bounce_bytes;                  /**< Of each split's buffer; 0: there is none yet. */
    vmk_BlockRequest *waiting, **waiting_end; /**< For a free one; in order. */
};

/** What is written where a device can't write zeroes by itself. */
static vmk_MA zeroes;

/** The device's counters; its lock is held. */
static struct device_counters *counters(struct split *split)
{
    vmk_SpinlockAssertHeldByWorld(&split->device->lock);
    return &split->device->counters;
}

/* Data. */

static vmk_uint32 walk_here(const vmk_BlockSegments *walk)
{
    return VMK_MIN(walk->elem->length - walk->offset, walk->left);
}

static void walk_on(vmk_BlockSegments *walk, vmk_uint32 bytes)
{
    walk->offset += bytes;
    walk->left -= bytes;
    if (walk->offset == walk->elem->length) {
        walk->elem++;
        walk->offset = 0;
    }
}

/** Copy @p bytes between the buffers before a walk and a linear one. */
static void copy(vmk_BlockSegments walk, void *linear, vmk_uint32 bytes, bool to_linear)
{
    vmk_uint8 *at = linear;

    while (bytes != 0) {
        vmk_uint32 here = VMK_MIN(walk_here(&walk), bytes);
        void *there = vmk_MA2Ptr(walk.elem->addr + walk.offset);

        vmk_Memcpy(to_linear ? at : there, to_linear ? there : at, here);
        walk_on(&walk, here);
        at += here;
        bytes -= here;
    }
}

static void skip(vmk_BlockSegments *walk, vmk_uint32 bytes)
{
    while (bytes != 0) {
        vmk_uint32 here = VMK_MIN(walk_here(walk), bytes);

        walk_on(walk, here);
        bytes -= here;
    }
}

/* Pieces. */

static struct piece *free_piece(struct split *split)
{
    for (vmk_uint32 i = 0; i < PIECES; i++) {
        if (!split->pieces[i].in_use) {
            return &split->pieces[i];
        }
    }
    return NULL;
}

/** Give a piece its place: as many blocks as @p bytes are, or @p blocks when it has no data. */
static void place(struct piece *piece, vmk_uint8 op, vmk_uint32 bytes, vmk_uint32 blocks)
{
    struct split *split = piece->split;
    vmk_BlockRequest *request = &piece->request;

    request->op = op;
    request->numBlocks = blocks;
    request->block = split->block;
    request->lengthBytes = bytes;
    split->block += blocks;
    split->blocks_left -= blocks;
}

/** Use the piece's own element for as much of a linear buffer as fits. @return bytes */
static vmk_uint32 use_linear(struct piece *piece, const struct storage_shape *shape, vmk_MA buffer,
                             vmk_uint32 bytes)
{
    vmk_BlockRequest *request = &piece->request;
    vmk_BlockSegments walk = {.elem = &piece->elem, .end = &piece->elem + 1, .left = bytes};

    piece->elem = (vmk_SgElem){.addr = buffer, .length = bytes};
    request->elems = &piece->elem;
    request->numElems = 1;
    request->elemOffset = 0;
    return storage_shape_fit(shape, walk, &request->numSegments);
}

static void prepare_zeroes(struct piece *piece, const struct storage_shape *shape)
{
    struct split *split = piece->split;
    vmk_uint64 left = (vmk_uint64)split->blocks_left << shape->block_shift;
    vmk_uint32 bytes = use_linear(piece, shape, zeroes, (vmk_uint32)VMK_MIN(left, ZEROES_BYTES));

    counters(split)->zeroes_written += bytes;
    place(piece, VMK_BLOCK_WRITE, bytes, bytes >> shape->block_shift);
}

/** How much of a range the next command takes; its end stands at a multiple of the granularity if it can. */
static vmk_uint32 range_blocks(const struct split *split, const struct storage_shape *shape,
                               vmk_uint64 max_blocks)
{
    vmk_uint64 granularity = shape->limits.discardGranularity >> shape->block_shift, end;
    vmk_uint32 blocks = (vmk_uint32)VMK_MIN(max_blocks, split->blocks_left);

    if (granularity <= 1 || blocks == split->blocks_left) {
        return blocks;
    }
    end = (split->block + blocks) / granularity * granularity;
    return end > split->block ? (vmk_uint32)(end - split->block) : blocks;
}

/** Take what fits of the parent's data as it lies. @return whether any does. */
static bool prepare_direct(struct piece *piece, const struct storage_shape *shape)
{
    struct split *split = piece->split;
    vmk_BlockRequest *request = &piece->request;
    vmk_uint32 bytes = storage_shape_fit(shape, split->data, &request->numSegments);

    if (bytes == 0) {
        return false;
    }
    request->elems = split->data.elem;
    request->numElems = (vmk_uint32)(split->data.end - split->data.elem);
    request->elemOffset = split->data.offset;
    place(piece, split->parent->op, bytes, bytes >> shape->block_shift);
    skip(&split->data, bytes);
    return true;
}

/** Take some of the parent's data by way of the bounce buffer. @return whether that is free. */
static bool prepare_bounced(struct piece *piece, const struct storage_shape *shape)
{
    struct split *split = piece->split;
    vmk_uint32 bytes;

    if (split->bouncing) {
        return false;
    }
    bytes = use_linear(piece, shape, split->bounce,
                       VMK_MIN(split->data.left, split->device->splits->bounce_bytes));
    piece->origin = split->data;
    piece->bounced = split->bouncing = true;
    if (split->parent->op == VMK_BLOCK_WRITE) {
        copy(split->data, vmk_MA2Ptr(split->bounce), bytes, true);
    }
    counters(split)->bounced++;
    counters(split)->copied_bytes += bytes;
    place(piece, split->parent->op, bytes, bytes >> shape->block_shift);
    skip(&split->data, bytes);
    return true;
}

/** Make @p piece the next part of the request. @return whether it has to be issued. */
static bool prepare(struct piece *piece, const struct storage_shape *shape)
{
    struct split *split = piece->split;
    vmk_BlockRequest *parent = split->parent;

    piece->bounced = false;
    piece->request.flags = parent->flags & ~(split->flush ? VMK_BLOCK_FUA : 0u);
    piece->request.numElems = piece->request.numSegments = 0;
    switch (parent->op) {
    case VMK_BLOCK_DISCARD:
        place(piece, VMK_BLOCK_DISCARD, 0, range_blocks(split, shape, shape->limits.maxDiscardBlocks));
        return true;
    case VMK_BLOCK_WRITE_ZEROES:
        if (shape->limits.maxZeroesBlocks == 0 || split->device->zeroes_refused) {
            prepare_zeroes(piece, shape);
        } else {
            place(piece, VMK_BLOCK_WRITE_ZEROES, 0,
                  range_blocks(split, shape, shape->limits.maxZeroesBlocks));
        }
        return true;
    default:
        return prepare_direct(piece, shape) || prepare_bounced(piece, shape);
    }
}

static void prepare_flush(struct piece *piece)
{
    piece->split->flush = false;
    counters(piece->split)->flushes_added++;
    piece->bounced = false;
    piece->request.flags = 0;
    piece->request.numElems = piece->request.numSegments = 0;
    place(piece, VMK_BLOCK_FLUSH, 0, 0);
}

/* Splits. */

/** Go to the beginning of the request. */
static void rewind(struct split *split, const struct storage_shape *shape)
{
    vmk_BlockRequest *parent = split->parent;

    split->block = parent->block;
    split->blocks_left = parent->numBlocks;
    split->status = VMK_OK;
    split->flush = parent->op == VMK_BLOCK_WRITE && (parent->flags & shape->slow_flags) != 0;
    split->again = false;
    vmk_BlockSegmentsStart(&split->data, parent);
}

static void start(struct split *split, vmk_BlockRequest *parent, const struct storage_shape *shape)
{
    split->parent = parent;
    counters(split)->cut++;
    rewind(split, shape);
}

/** Get pieces under way. @return them, linked. */
static vmk_BlockRequest *advance(struct split *split, const struct storage_shape *shape)
{
    vmk_BlockRequest *first, **end = &first;
    struct piece *piece;

    while (split->status == VMK_OK && !split->again && (piece = free_piece(split)) != NULL) {
        if (split->blocks_left != 0) {
            if (!prepare(piece, shape)) {
                break;
            }
        } else if (split->flush && split->running == 0 && !VMK_STRESS_HIT(storage_fua_lost)) {
            prepare_flush(piece);
        } else {
            break;
        }
        piece->in_use = true;
        piece->request.attempts = 0;
        vmk_PCPUAdd64(piece->request.handle->balance, 1);
        split->running++;
        counters(split)->pieces++;
        *end = &piece->request;
        end = &piece->request.next;
    }
    *end = NULL;
    return first;
}

/** Go on with a split, and when its request has ended with the one that waits longest. Called with the
 * device's lock held, which is released. */
static void run(struct vmk_BlockDeviceInt *device, struct split *split, vmk_uint64 flags)
    VMK_RELEASE(&device->lock)
{
    struct split_pool *pool = device->splits;
    const struct storage_shape *shape = VMK_RCU_DEREFERENCE(device->shape);
    vmk_BlockRequest *pieces, *ended = NULL;
    vmk_StatusValue status = VMK_OK;

    if (split->again && split->running == 0) {
        rewind(split, shape);
    }
    pieces = advance(split, shape);
    if (split->running == 0) {
        ended = split->parent;
        status = split->status;
        split->parent = NULL;
        if (pool->waiting) {
            vmk_BlockRequest *next = pool->waiting;

            pool->waiting = next->next;
            pool->waiting_end = pool->waiting ? pool->waiting_end : &pool->waiting;
            start(split, next, shape);
            pieces = advance(split, shape);
        }
    }
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    if (ended) {
        request_end_later(ended, status);
    }
    request_issue(device, pieces);
}

static void piece_done(vmk_BlockRequest *request)
{
    struct piece *piece = VMK_CONTAINER_OF(request, struct piece, request);
    struct split *split = piece->split;
    struct vmk_BlockDeviceInt *device = split->device;
    vmk_uint64 flags;

    if (piece->bounced && request->op == VMK_BLOCK_READ && request->status == VMK_OK) {
        copy(piece->origin, vmk_MA2Ptr(split->bounce), request->lengthBytes, false);
    }
    vmk_SpinlockLockIRQ(&device->lock, &flags);
    if (piece->bounced) {
        split->bouncing = false;
    }
    if (request->op == VMK_BLOCK_WRITE_ZEROES && request->status == VMK_NOT_SUPPORTED) {
        split->again = true;
    } else if (split->status == VMK_OK) {
        split->status = request->status;
    }
    piece->in_use = false;
    split->running--;
    run(device, split, flags);
}

static struct split *free_split(struct split_pool *pool)
{
    for (vmk_uint32 i = 0; i < SPLITS; i++) {
        if (!pool->splits[i].parent) {
            return &pool->splits[i];
        }
    }
    return NULL;
}

void split_begin(struct vmk_BlockDeviceInt *device, vmk_BlockRequest *request)
{
    struct split_pool *pool = device->splits;
    struct split *split;
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    split = free_split(pool);
    if (split) {
        start(split, request, VMK_RCU_DEREFERENCE(device->shape));
        run(device, split, flags);
        return;
    }
    device->counters.cut_waits++;
    request->next = NULL;
    *pool->waiting_end = request;
    pool->waiting_end = &request->next;
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
}

void split_refused_zeroes(vmk_BlockRequest *request)
{
    struct vmk_BlockDeviceInt *device = request->handle->device;
    vmk_uint64 flags;
    bool news;

    vmk_SpinlockLockIRQ(&device->lock, &flags);
    news = !device->zeroes_refused;
    device->zeroes_refused = true;
    vmk_SpinlockUnlockIRQ(&device->lock, flags);
    if (news) {
        vmk_LogMessage("%s: can't write zeroes by itself after all; they are written for it", device->name);
    }
    if (request->handle == &device->splits->handle) {
        request_end_later(request, VMK_NOT_SUPPORTED); /* A piece: its split begins again. */
    } else {
        split_begin(device, request);
    }
}

/* Making them. */

static VMK_ReturnStatus alloc_buffer(vmk_uint8 order, bool zero, vmk_MA *buffer)
{
    vmk_PageRequest request = {
        .module = VMK_VMKERNEL_MODULE_ID,
        .kind = VMK_PAGE_DATA,
        .constraint = VMK_PHYS_ADDR_BELOW_4GB,
        .order = order,
        .zero = zero,
    };
    vmk_MPN mpn;
    vmk_StatusValue status = vmk_PageAlloc(request, &mpn);

    if (status == VMK_OK) {
        *buffer = vmk_MPN2MA(mpn);
    }
    return status;
}

VMK_ReturnStatus split_pool_create(struct vmk_BlockDeviceInt *device) VMK_UNSHARED
{
    struct split_pool *pool = vmk_HeapZalloc(heap_kernel, sizeof(*pool));
    vmk_StatusValue status = VMK_NO_MEMORY;

    device->splits = pool;
    if (pool) {
        pool->handle.device = device;
        status = vmk_PCPUStorageAlloc(VMK_VMKERNEL_MODULE_ID, sizeof(vmk_int64), &pool->handle.balance);
    }
    if (status != VMK_OK) {
        split_pool_destroy(device);
        return status;
    }
    for (vmk_uint32 i = 0; i < SPLITS; i++) {
        struct split *split = &pool->splits[i];

        split->device = device;
        for (vmk_uint32 k = 0; k < PIECES; k++) {
            split->pieces[k].split = split;
            split->pieces[k].request.handle = &pool->handle;
            split->pieces[k].request.done = piece_done;
        }
    }
    pool->waiting_end = &pool->waiting;
    return VMK_OK;
}

static void free_buffer(vmk_MA buffer)
{
    if (buffer != 0) {
        vmk_PageFree(vmk_MA2MPN(buffer));
    }
}

VMK_ReturnStatus split_pool_fit(struct vmk_BlockDeviceInt *device, vmk_uint32 block_bytes)
{
    struct split_pool *pool = device->splits;
    vmk_StatusValue status = VMK_OK;
    vmk_uint8 order = BOUNCE_ORDER_MIN;
    vmk_MA buffers[SPLITS] = {0};

    while (VMK_PAGE_SIZE << order < block_bytes) {
        order++;
    }
    if (pool->bounce_bytes >= VMK_PAGE_SIZE << order) {
        return VMK_OK;
    }
    for (vmk_uint32 i = 0; status == VMK_OK && i < SPLITS; i++) {
        status = alloc_buffer(order, false, &buffers[i]);
    }
    for (vmk_uint32 i = 0; i < SPLITS; i++) {
        vmk_MA unused = buffers[i];

        if (status == VMK_OK) {
            unused = pool->splits[i].bounce;
            pool->splits[i].bounce = buffers[i];
        }
        free_buffer(unused);
    }
    if (status == VMK_OK) {
        pool->bounce_bytes = (vmk_uint32)(VMK_PAGE_SIZE << order);
    }
    return status;
}

void split_pool_destroy(struct vmk_BlockDeviceInt *device)
{
    struct split_pool *pool = device->splits;

    if (pool) {
        for (vmk_uint32 i = 0; i < SPLITS; i++) {
            free_buffer(pool->splits[i].bounce);
        }
        vmk_PCPUStorageFree(VMK_VMKERNEL_MODULE_ID, sizeof(vmk_int64), pool->handle.balance);
    }
    vmk_HeapFree(heap_kernel, pool);
    device->splits = NULL;
}

void split_init(void)
{
    VMK_VERIFY(alloc_buffer(ZEROES_ORDER, true, &zeroes) == VMK_OK);
}
