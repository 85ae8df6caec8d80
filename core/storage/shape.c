/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shape.c - the kinds of scatter-gather lists there are, at random.
 */
#include "shape.h"

#include <stdbool.h>

#include <core/storage_pattern.h>
#include <vmkapi/lib/bits.h>

enum kind {
    WHOLE, /**< One piece at a multiple of 512: no device has to have it cut for its place. */
    PAGES, /**< Whole pages. */
    BLOCKS,
    WORDS,
    BYTES,
    HEAD, /**< A few odd bytes and the rest. */
    KINDS,
};

/** Offsets and lengths are multiples of it. */
static const vmk_uint32 granule[KINDS] = {512, 4096, 512, 4, 1, 4};

struct maker {
    vmk_uint64 random;
    enum kind kind;
    vmk_uint32 longest;
    vmk_uint32 spare; /**< Bytes that may still be left between pieces. */
};

/** A number below @p end. */
static vmk_uint32 below(struct maker *m, vmk_uint32 end)
{
    m->random += PATTERN_STEP;
    return (vmk_uint32)((pattern_mix(m->random) >> 32) * end >> 32);
}

static vmk_uint32 piece_length(struct maker *m, vmk_uint32 index, vmk_uint32 left)
{
    vmk_uint32 unit = granule[m->kind], length;

    switch (m->kind) {
    case WHOLE:
        return left;
    case PAGES:
        return VMK_MIN(left, unit);
    case HEAD:
        length = index == 0 ? unit * (1 + below(m, 127)) : left;
        break;
    default:
        length = unit * (1 + below(m, m->longest / unit));
        break;
    }
    return VMK_MIN(length, left);
}

/** Every second gap is none: pieces that touch are what merging is for. */
static vmk_uint32 gap(struct maker *m)
{
    vmk_uint32 unit = granule[m->kind], most = VMK_MIN(m->spare, VMK_MAX(unit, 2048u)) / unit;

    if (most == 0 || below(m, 2) == 0) {
        return 0;
    }
    most = unit * (1 + below(m, most));
    m->spare -= most;
    return most;
}

static void mirror(struct shape *shape, vmk_uint32 capacity)
{
    for (vmk_uint32 i = 0; i < shape->count; i++) {
        shape->pieces[i].offset = capacity - shape->pieces[i].offset - shape->pieces[i].length;
    }
}

void shape_make(struct shape *shape, vmk_uint64 random, vmk_uint32 bytes, vmk_uint32 capacity)
{
    struct maker m = {.random = random};
    vmk_uint32 at = 0, left = bytes, lead, length;

    m.kind = (enum kind)below(&m, KINDS);
    m.spare = capacity - bytes;
    m.longest = VMK_MAX(granule[m.kind], 2 * (bytes / (1 + below(&m, 64))));
    shape->count = 0;
    while (left > 0) {
        at += gap(&m);
        length = shape->count == SHAPE_PIECES_MAX - 1 ? left : piece_length(&m, shape->count, left);
        shape->pieces[shape->count++] = (struct shape_piece){at, length};
        at += length;
        left -= length;
    }
    shape->backwards = (vmk_Bool)below(&m, 2);
    if (shape->backwards) {
        mirror(shape, capacity);
    }
    lead = granule[m.kind] * below(&m, 16);
    shape->lead = below(&m, 4) == 0 ? VMK_MIN(lead, shape->pieces[0].offset) : 0;
}

/** The gap behind the @p i first pieces, in the order of the buffer. */
static struct shape_piece gap_behind(const struct shape *shape, vmk_uint32 capacity, vmk_uint32 i)
{
    vmk_uint32 start = 0, end = capacity;

    if (i > 0) {
        const struct shape_piece *before = &shape->pieces[shape->backwards ? shape->count - i : i - 1];

        start = before->offset + before->length;
    }
    if (i < shape->count) {
        end = shape->pieces[shape->backwards ? shape->count - 1 - i : i].offset;
    }
    return (struct shape_piece){start, end - start};
}

vmk_Bool shape_next_guard(const struct shape *shape, vmk_uint32 capacity, vmk_uint32 *at, vmk_uint32 *offset,
                          vmk_uint32 *length)
{
    vmk_uint32 i = *at / 2;
    bool second = *at % 2 != 0;
    struct shape_piece gap;

    if (i > shape->count) {
        return VMK_FALSE;
    }
    (*at)++;
    gap = gap_behind(shape, capacity, i);
    *offset = gap.offset;
    *length = VMK_MIN(gap.length, SHAPE_GUARD);
    if (second) {
        *length = VMK_MIN(gap.length - *length, SHAPE_GUARD);
        *offset = gap.offset + gap.length - *length;
    }
    return VMK_TRUE;
}
