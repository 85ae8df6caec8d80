/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_dma_bounce.c - bounce pages: taken, found, given back; against a simple model.
 */
#include <run.h>
#include <stdlib.h>

#include <core/dma_bounce.h>

#define BASE  0x100000ul
#define PAGES 32u
#define TO    VMK_DMA_DIRECTION_TO_MEMORY

static struct dma_bounce *make_pool(vmk_uint64 straddle)
{
    struct dma_bounce *pool = calloc(1, dma_bounce_size(PAGES));

    dma_bounce_init(pool, BASE, PAGES, straddle);
    return pool;
}

static void release_at(struct dma_bounce *pool, vmk_IOA ioa)
{
    struct dma_bounce_page *page = dma_bounce_find(pool, ioa, 1);

    ck_assert_ptr_nonnull(page);
    dma_bounce_release(pool, page);
}

START_TEST(takes_and_finds)
{
    struct dma_bounce *pool = make_pool(0);
    vmk_IOA one = dma_bounce_take(pool, 0x5000000123, 100, TO);
    vmk_IOA three = dma_bounce_take(pool, 0x6000000000, 3 * VMK_PAGE_SIZE, TO);

    ck_assert_uint_eq(one, BASE);
    ck_assert_uint_eq(three, BASE + VMK_PAGE_SIZE);
    const struct dma_bounce_page *page = dma_bounce_find(pool, three + 2 * VMK_PAGE_SIZE + 5, 10);
    ck_assert_ptr_nonnull(page);
    ck_assert_uint_eq(page->original, 0x6000000000);
    ck_assert_uint_eq(page->length, 3 * VMK_PAGE_SIZE);
    ck_assert_uint_eq(dma_bounce_address(pool, page), three);
    ck_assert_ptr_null(dma_bounce_find(pool, one + 90, 11));
    ck_assert_ptr_null(dma_bounce_find(pool, three + 3 * VMK_PAGE_SIZE, 1));
    ck_assert_ptr_null(dma_bounce_find(pool, BASE - 1, 1));
    ck_assert_ptr_null(dma_bounce_find(pool, BASE + PAGES * VMK_PAGE_SIZE, 1));
    free(pool);
}
END_TEST

START_TEST(is_full_and_is_empty_again)
{
    struct dma_bounce *pool = make_pool(0);
    vmk_IOA ioa[PAGES];

    ck_assert_uint_eq(dma_bounce_take(pool, 1, 0, TO), 0);
    ck_assert_uint_eq(dma_bounce_take(pool, 1, (PAGES + 1) * VMK_PAGE_SIZE, TO), 0);
    ck_assert_uint_eq(dma_bounce_take(pool, 1, ~0u, TO), 0);
    for (unsigned i = 0; i < PAGES; i++) {
        ioa[i] = dma_bounce_take(pool, i, 1, TO);
        ck_assert_uint_ne(ioa[i], 0);
    }
    ck_assert_uint_eq(dma_bounce_take(pool, 1, 1, TO), 0);
    for (unsigned i = 0; i < PAGES; i += 2) {
        release_at(pool, ioa[i]);
    }
    ck_assert_uint_eq(dma_bounce_take(pool, 1, 2 * VMK_PAGE_SIZE, TO), 0);
    for (unsigned i = 1; i < PAGES; i += 2) {
        release_at(pool, ioa[i]);
    }
    ck_assert_uint_eq(pool->used, 0);
    ck_assert_uint_ne(dma_bounce_take(pool, 1, PAGES * VMK_PAGE_SIZE, TO), 0);
    free(pool);
}
END_TEST

START_TEST(crosses_no_straddle)
{
    struct dma_bounce *pool = make_pool(4 * VMK_PAGE_SIZE);

    for (unsigned i = 0; i < PAGES / 4; i++) {
        vmk_IOA ioa = dma_bounce_take(pool, i, 3 * VMK_PAGE_SIZE, TO);

        ck_assert_uint_ne(ioa, 0);
        ck_assert_uint_eq(ioa / (4 * VMK_PAGE_SIZE), (ioa + 3 * VMK_PAGE_SIZE - 1) / (4 * VMK_PAGE_SIZE));
    }
    ck_assert_uint_eq(dma_bounce_take(pool, 1, 2 * VMK_PAGE_SIZE, TO), 0);
    ck_assert_uint_eq(dma_bounce_take(pool, 1, 5 * VMK_PAGE_SIZE, TO), 0);
    ck_assert_uint_ne(dma_bounce_take(pool, 1, VMK_PAGE_SIZE, TO), 0);
    free(pool);
}
END_TEST

/* The owner of each page, by the serial of its mapping. */
struct model {
    unsigned owner[PAGES];
    vmk_IOA ioa[PAGES];
    unsigned live;
};

static void model_take(struct dma_bounce *pool, struct model *model, unsigned serial)
{
    vmk_ByteCountSmall length = 1 + (vmk_ByteCountSmall)rand() % (4 * VMK_PAGE_SIZE);
    vmk_IOA ioa = model->live < PAGES ? dma_bounce_take(pool, serial, length, TO) : 0;

    if (ioa == 0) {
        return;
    }
    for (vmk_IOA at = ioa; at < ioa + length; at += VMK_PAGE_SIZE) {
        unsigned page = (unsigned)((at - BASE) / VMK_PAGE_SIZE);
        ck_assert_uint_lt(page, PAGES);
        ck_assert_uint_eq(model->owner[page], 0);
        model->owner[page] = serial;
    }
    model->ioa[model->live++] = ioa;
}

static void model_release(struct dma_bounce *pool, struct model *model)
{
    unsigned n = (unsigned)rand() % model->live;
    struct dma_bounce_page *page = dma_bounce_find(pool, model->ioa[n], 1);

    ck_assert_ptr_nonnull(page);
    for (unsigned i = 0; i < PAGES; i++) {
        if (model->owner[i] == page->original) {
            model->owner[i] = 0;
        }
    }
    dma_bounce_release(pool, page);
    model->ioa[n] = model->ioa[--model->live];
}

START_TEST(agrees_with_a_model)
{
    struct dma_bounce *pool = make_pool(0);
    struct model model = {.live = 0};

    srand(2);
    for (unsigned serial = 1; serial < 20000; serial++) {
        if (model.live != 0 && rand() % 2 == 0) {
            model_release(pool, &model);
        } else {
            model_take(pool, &model, serial);
        }
        unsigned used = 0;
        for (unsigned i = 0; i < PAGES; i++) {
            used += model.owner[i] != 0;
        }
        ck_assert_uint_eq(pool->used, used);
    }
    free(pool);
}
END_TEST

RUN_TESTS(takes_and_finds, is_full_and_is_empty_again, crosses_no_straddle, agrees_with_a_model)
