/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_dma_track.c - recorded mappings: matched, mismatched, alike.
 */
#include <run.h>

#include <core/dma_track.h>

static struct dma_track track;

static struct dma_record make_record(vmk_IOA ioa, vmk_ByteCountSmall length, vmk_DMADirection direction)
{
    return (struct dma_record){.ioa = ioa, .length = length, .direction = direction};
}

START_TEST(matches_what_was_added)
{
    struct dma_record a = make_record(0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY), *found;

    dma_track_add(&track, &a);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_FOUND);
    ck_assert_ptr_eq(found, &a);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_NOT_MAPPED);
    ck_assert_uint_eq(track.count, 0);
}
END_TEST

START_TEST(tells_mismatches_apart)
{
    struct dma_record a = make_record(0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY), *found;

    dma_track_add(&track, &a);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 99, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_WRONG_LENGTH);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 100, VMK_DMA_DIRECTION_FROM_MEMORY, &found),
                     DMA_TRACK_WRONG_DIRECTION);
    ck_assert_int_eq(dma_track_take(&track, 0x1001, 99, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_NOT_MAPPED);
    ck_assert_uint_eq(track.count, 1);
}
END_TEST

START_TEST(keeps_mappings_that_are_alike)
{
    struct dma_record a = make_record(0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY), b = a, *found;

    dma_track_add(&track, &a);
    dma_track_add(&track, &b);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_FOUND);
    ck_assert_int_eq(dma_track_take(&track, 0x1000, 100, VMK_DMA_DIRECTION_TO_MEMORY, &found),
                     DMA_TRACK_FOUND);
    ck_assert_ptr_null(dma_track_pop(&track));
}
END_TEST

START_TEST(covers_parts)
{
    struct dma_record a = make_record(0x1800, 0x4000, VMK_DMA_DIRECTION_TO_MEMORY);

    dma_track_add(&track, &a);
    ck_assert(dma_track_covers(&track, 0x1800, 0x4000));
    ck_assert(dma_track_covers(&track, 0x5000, 0x800));
    ck_assert(!dma_track_covers(&track, 0x5000, 0x801));
    ck_assert(!dma_track_covers(&track, 0x17ff, 2));
    ck_assert(!dma_track_covers(&track, 0x5800, 1));
    ck_assert_ptr_eq(dma_track_pop(&track), &a);
    ck_assert(!dma_track_covers(&track, 0x1800, 1));
}
END_TEST

RUN_TESTS(matches_what_was_added, tells_mismatches_apart, keeps_mappings_that_are_alike, covers_parts)
