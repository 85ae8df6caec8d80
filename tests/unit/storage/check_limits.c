/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_limits - how much one command carries, against a model that looks at every byte.
 */
#include "run.h"

#include <core/storage_limits.h>

#include <stdlib.h>

#define BYTES_MAX 8192u
#define ELEMS_MAX 24u

/* The model: each byte's address, and the ranges that follow from nothing but the limits' words. */

static vmk_MA address[BYTES_MAX];

static vmk_uint32 lay_out(const vmk_SgElem *elems, vmk_uint32 count, vmk_uint32 offset, vmk_uint32 bytes)
{
    vmk_uint32 n = 0;

    for (vmk_uint32 i = 0; i < count; i++) {
        for (vmk_uint32 k = i == 0 ? offset : 0; k < elems[i].length && n < bytes; k++) {
            address[n++] = elems[i].addr + k;
        }
    }
    return n;
}

static bool begins_range(vmk_uint32 i, vmk_uint32 length, const vmk_BlockLimits *limits)
{
    return i == 0 || address[i] != address[i - 1] + 1 ||
           (limits->maxSegmentBytes != 0 && length == limits->maxSegmentBytes) ||
           (limits->segmentBoundary != 0 && (address[i] & limits->segmentBoundary) == 0);
}

/** Whether the first @p bytes obey all limits. */
static bool obeys(vmk_uint32 bytes, const vmk_BlockLimits *limits, vmk_uint32 *ranges)
{
    vmk_uint32 length = 0;

    *ranges = 0;
    for (vmk_uint32 i = 0; i < bytes; i++) {
        if (begins_range(i, length, limits)) {
            if ((address[i] & limits->dmaAlignment) != 0 || (length & limits->dmaAlignment) != 0 ||
                (i != 0 && ((address[i] | (address[i - 1] + 1)) & limits->virtBoundary) != 0)) {
                return false;
            }
            (*ranges)++;
            length = 0;
        }
        length++;
    }
    return (length & limits->dmaAlignment) == 0 && (limits->maxBytes == 0 || bytes <= limits->maxBytes) &&
           (limits->maxSegments == 0 || *ranges <= limits->maxSegments);
}

static vmk_uint32 model_fit(const vmk_BlockProps *props, vmk_uint32 bytes, vmk_uint32 *ranges)
{
    vmk_uint32 fit = bytes / props->blockSize * props->blockSize;

    while (fit != 0 && !obeys(fit, &props->limits, ranges)) {
        fit -= props->blockSize;
    }
    if (fit == 0) {
        *ranges = 0;
    }
    return fit;
}

/* Random lists and limits. */

static vmk_uint32 below(vmk_uint32 limit)
{
    return (vmk_uint32)rand() % limit;
}

static vmk_uint64 random_mask(vmk_uint32 least, vmk_uint32 most)
{
    return below(3) == 0 ? 0 : (1ul << (least + below(most - least + 1))) - 1;
}

static void random_limits(vmk_BlockProps *props)
{
    *props = (vmk_BlockProps){.blockSize = 512u << below(4), .numBlocks = 1000};
    props->physicalBlockSize = props->blockSize;
    props->limits.maxBytes = below(2) ? 0 : below(BYTES_MAX);
    props->limits.maxSegments = below(2) ? 0 : 1 + below(12);
    props->limits.maxSegmentBytes = below(2) ? 0 : 256 + below(4096);
    props->limits.segmentBoundary = random_mask(8, 13);
    props->limits.virtBoundary = random_mask(6, 12);
    props->limits.dmaAlignment = (vmk_uint32)random_mask(0, 9);
}

static vmk_uint32 random_list(vmk_SgElem *elems, vmk_uint32 granule)
{
    vmk_MA at = 0x10000 + below(64) * granule;
    vmk_uint32 count = 1 + below(ELEMS_MAX);

    for (vmk_uint32 i = 0; i < count; i++) {
        elems[i] = (vmk_SgElem){.addr = at, .length = below(1 + 2048 / granule) * granule};
        at += elems[i].length + (below(2) ? below(8) * granule : 0);
    }
    return count;
}

START_TEST(as_the_model)
{
    vmk_uint32 whole = 0, parts = 0, none = 0;

    for (unsigned i = 0; i < 20000; i++) {
        vmk_uint32 granule = 1u << below(13), offset, bytes, ranges, model_ranges, fit, count;
        vmk_SgElem elems[ELEMS_MAX];
        vmk_BlockRequest request;
        vmk_BlockSegments walk;
        struct storage_shape shape;
        vmk_BlockProps props;

        random_limits(&props);
        if (!storage_props_valid(&props)) {
            continue;
        }
        storage_shape_init(&shape, &props);
        count = random_list(elems, granule);
        offset = elems[0].length == 0 ? 0 : below(elems[0].length + 1);
        bytes = lay_out(elems, count, offset, (1 + below(BYTES_MAX / props.blockSize)) * props.blockSize);
        request = (vmk_BlockRequest){.elems = elems,
                                     .numElems = count,
                                     .elemOffset = offset,
                                     .lengthBytes = bytes,
                                     .numBlocks = bytes / props.blockSize};
        vmk_BlockSegmentsStart(&walk, &request);
        fit = storage_shape_fit(&shape, walk, &ranges);
        CHECK_THAT(fit == model_fit(&props, bytes, &model_ranges));
        CHECK_THAT(ranges == model_ranges);
        if (bytes % props.blockSize == 0 && storage_shape_fits_simply(&shape, &request, bytes)) {
            CHECK_THAT(fit == bytes);
            CHECK_THAT(ranges == 1);
        }
        whole += fit == bytes;
        parts += fit != 0 && fit != bytes;
        none += fit == 0;
    }
    /* Neither kind was missed. */
    ck_assert_uint_gt(whole, 500);
    ck_assert_uint_gt(parts, 500);
    ck_assert_uint_gt(none, 500);
}
END_TEST

/** What a driver finds that walks over a request is what was counted. */
START_TEST(the_walk_is_the_count)
{
    for (unsigned i = 0; i < 5000; i++) {
        vmk_SgElem elems[ELEMS_MAX], range;
        vmk_uint32 count, bytes, ranges, found = 0, sum = 0;
        vmk_BlockSegments walk;
        vmk_BlockRequest request;
        vmk_BlockProps props;

        random_limits(&props);
        count = random_list(elems, 1u << below(13));
        bytes = lay_out(elems, count, 0, BYTES_MAX);
        request = (vmk_BlockRequest){.elems = elems, .numElems = count, .lengthBytes = bytes};
        (void)obeys(bytes,
                    &(vmk_BlockLimits){.maxSegmentBytes = props.limits.maxSegmentBytes,
                                       .segmentBoundary = props.limits.segmentBoundary},
                    &ranges);
        for (vmk_BlockSegmentsStart(&walk, &request); vmk_BlockSegmentsNext(&walk, &props.limits, &range);) {
            CHECK_THAT(range.addr == address[sum]);
            sum += range.length;
            CHECK_THAT(range.addr + range.length - 1 == address[sum - 1]);
            found++;
        }
        CHECK_THAT(sum == bytes);
        CHECK_THAT(found == ranges);
    }
}
END_TEST

START_TEST(props_are_checked)
{
    const vmk_BlockProps good = {.blockSize = 512, .physicalBlockSize = 4096};
    vmk_BlockProps props = good;

    ck_assert(storage_props_valid(&props));
    props.blockSize = 256;
    ck_assert(!storage_props_valid(&props));
    props.blockSize = 131072;
    props.physicalBlockSize = 131072;
    ck_assert(!storage_props_valid(&props));
    props = good;
    props.physicalBlockSize = 256;
    ck_assert(!storage_props_valid(&props));
    props = good;
    props.limits.virtBoundary = 4096;
    ck_assert(!storage_props_valid(&props));
    props = good;
    props.limits.dmaAlignment = 511;
    ck_assert(storage_props_valid(&props));
    props.limits.dmaAlignment = 1023;
    ck_assert(!storage_props_valid(&props));
    props = good;
    props.limits.maxBytes = 511;
    ck_assert(!storage_props_valid(&props));
    props = good;
    props.limits.maxSegments = 1;
    props.limits.maxSegmentBytes = 256;
    ck_assert(!storage_props_valid(&props));
    props.limits.maxSegments = 2;
    ck_assert(storage_props_valid(&props));
    props.limits.virtBoundary = 4095;
    ck_assert(!storage_props_valid(&props));
}
END_TEST

START_TEST(the_narrower_of_two)
{
    vmk_BlockProps a = {.blockSize = 512,
                        .numBlocks = 9,
                        .flags = VMK_BLOCK_PROP_FUA | VMK_BLOCK_PROP_WRITE_CACHE,
                        .limits = {.maxBytes = 0,
                                   .maxSegments = 9,
                                   .virtBoundary = 4095,
                                   .dmaAlignment = 3,
                                   .maxDiscardBlocks = 7,
                                   .maxZeroesBlocks = 5}};
    const vmk_BlockProps b = {.blockSize = 512,
                              .flags = VMK_BLOCK_PROP_READ_ONLY,
                              .limits = {.maxBytes = 4096,
                                         .maxSegments = 12,
                                         .segmentBoundary = 65535,
                                         .dmaAlignment = 1,
                                         .maxZeroesBlocks = 6}};

    storage_props_narrow(&a, &b);
    ck_assert_uint_eq(a.numBlocks, 9);
    ck_assert_uint_eq(a.flags, VMK_BLOCK_PROP_READ_ONLY | VMK_BLOCK_PROP_WRITE_CACHE);
    ck_assert_uint_eq(a.limits.maxBytes, 4096);
    ck_assert_uint_eq(a.limits.maxSegments, 9);
    ck_assert_uint_eq(a.limits.segmentBoundary, 65535);
    ck_assert_uint_eq(a.limits.virtBoundary, 4095);
    ck_assert_uint_eq(a.limits.dmaAlignment, 3);
    ck_assert_uint_eq(a.limits.maxDiscardBlocks, 0);
    ck_assert_uint_eq(a.limits.maxZeroesBlocks, 5);
}
END_TEST

RUN_TESTS(as_the_model, the_walk_is_the_count, props_are_checked, the_narrower_of_two)
