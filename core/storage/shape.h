/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shape.h - in which pieces of memory a request's data lies: of any lengths, at any addresses. Pure.
 */
#ifndef STORAGE_SHAPE_H
#define STORAGE_SHAPE_H

#include <vmkapi/base/types.h>

#define SHAPE_PIECES_MAX 300u

/** A buffer for @p bytes of data has this many: the rest lies between the pieces. */
#define SHAPE_CAPACITY(bytes) ((bytes) + (bytes) / 4 + 16384u)

struct shape_piece {
    vmk_uint32 offset; /**< In the buffer. */
    vmk_uint32 length;
};

/** Pieces lie in the buffer one behind another, forwards or backwards. */
struct shape {
    vmk_Bool backwards;
    vmk_uint32 count;
    vmk_uint32 lead; /**< Bytes before the first piece that its element has too, and are to be left out. */
    struct shape_piece pieces[SHAPE_PIECES_MAX];
};

/**
 * Make a shape of @p bytes, a multiple of 512, in a buffer of at least SHAPE_CAPACITY(@p bytes), a multiple
 * of the page size that begins at a page.
 *
 * @param random  decides everything; the same number gives the same shape.
 */
void shape_make(struct shape *shape, vmk_uint64 random, vmk_uint32 bytes, vmk_uint32 capacity);

/** Before and behind each piece so many bytes, if they belong to no other, are watched. */
#define SHAPE_GUARD 64u

/**
 * The bytes of the buffer that are watched, range by range: begin with *@p at 0.
 *
 * @return whether there is one more, at @p offset; it may be empty.
 */
vmk_Bool shape_next_guard(const struct shape *shape, vmk_uint32 capacity, vmk_uint32 *at, vmk_uint32 *offset,
                          vmk_uint32 *length);

#endif
