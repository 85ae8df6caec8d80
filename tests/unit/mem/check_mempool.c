/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_mempool.c - memory pools: limits, pieces, and nothing held after a failure.
 */
#include "machine.h"
#include "run.h"

#include <stdlib.h>

#include <core/account.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/mempool.h>

#define MODULE 3u

static vmk_MemPool create(vmk_uint64 limit)
{
    vmk_MemPoolProps props = {.name = {"pool"}, .module = MODULE, .limit = limit};
    vmk_MemPool pool = VMK_MEMPOOL_INVALID;

    machine_describe(16);
    machine_start();
    ck_assert_int_eq(vmk_MemPoolCreate(&props, &pool), VMK_OK);
    return pool;
}

static vmk_uint32 total(const vmk_MemPoolAllocRequest *request)
{
    vmk_uint32 pages = 0;

    for (vmk_uint32 i = 0; i < request->numElements; i++) {
        pages += request->mpnRanges[i].numPages;
    }
    return pages;
}

START_TEST(gives_what_is_asked_for)
{
    vmk_MemPool pool = create(0);
    vmk_MemPoolAllocProps props = {0};

    for (vmk_uint32 n = 1; n < 2500; n += 1 + n / 2) {
        vmk_MpnRange ranges[8];
        vmk_MemPoolAllocRequest request = {.numPages = n, .numElements = 8, .mpnRanges = ranges};

        ck_assert_int_eq(vmk_MemPoolAlloc(pool, &props, &request), VMK_OK);
        ck_assert_uint_eq(total(&request), n);
        ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), n);
        ck_assert_int_eq(vmk_MemPoolDestroy(pool), VMK_BUSY);
        vmk_MemPoolFree(pool, &request);
        ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    }
    ck_assert_int_eq(vmk_MemPoolDestroy(pool), VMK_OK);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_MEM_POOLS), 0);
}
END_TEST

/* Leave only single pages free. */
static void shred(void)
{
    vmk_PageRequest request = {.module = 1, .kind = VMK_PAGE_DATA};
    vmk_MPN mpn;
    static vmk_MPN pages[4096];
    unsigned count = 0;

    while (vmk_PageAlloc(request, &mpn) == VMK_OK) {
        pages[count++] = mpn;
    }
    for (unsigned i = 0; i < count; i++) {
        if (pages[i] % 2 == 0) {
            vmk_PageFree(pages[i]);
        }
    }
}

START_TEST(takes_pieces_but_not_when_they_must_be_one)
{
    vmk_MemPool pool = create(0);
    vmk_MemPoolAllocProps anyhow = {0}, whole = {.physContiguity = VMK_MEM_PHYS_CONTIGUOUS};
    vmk_MpnRange ranges[20];
    vmk_MemPoolAllocRequest request = {.numPages = 20, .numElements = 20, .mpnRanges = ranges};

    shred();
    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &whole, &request), VMK_NO_MEMORY);
    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &anyhow, &request), VMK_OK);
    ck_assert_uint_eq(request.numElements, 20);
    vmk_MemPoolFree(pool, &request);
    request.numElements = 19;
    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &anyhow, &request), VMK_NO_MEMORY);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    ck_assert_int_eq(vmk_MemPoolDestroy(pool), VMK_OK);
}
END_TEST

START_TEST(limits_hold)
{
    vmk_MemPool pool = create(10);
    vmk_MemPoolAllocProps props = {0};
    vmk_MpnRange range;
    vmk_MemPoolAllocRequest request = {.numPages = 11, .numElements = 1, .mpnRanges = &range};
    vmk_MemPoolProps got;

    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &props, &request), VMK_LIMIT_EXCEEDED);
    request.numPages = 10;
    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &props, &request), VMK_OK);
    request.numPages = 0;
    ck_assert_int_eq(vmk_MemPoolAlloc(pool, &props, &request), VMK_BAD_PARAM);
    request.numPages = 10;
    vmk_MemPoolFree(pool, &request);
    ck_assert_int_eq(vmk_MemPoolGetProps(pool, &got), VMK_OK);
    ck_assert_uint_eq(got.limit, 10);
    ck_assert_int_eq(vmk_MemPoolDestroy(pool), VMK_OK);
}
END_TEST

RUN_TESTS(gives_what_is_asked_for, takes_pieces_but_not_when_they_must_be_one, limits_hold)
