/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_kmap.c - address areas against a model, and mappings: guards, rights, lazy flushing, no leak on
 * failure.
 */
#include "machine.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/account.h>
#include <core/kmap.h>
#include <core/page_alloc.h>
#include <core/paging.h>
#include <vmkapi/core/machine_memory.h>

#include "va_space.h"

#define MODULE 5u
#define NAREAS 200

START_TEST(areas_never_overlap)
{
    static struct va_area areas[NAREAS];
    static vmk_Bool live[NAREAS];
    struct va_space space;
    const vmk_VA base = 0x100000, limit = base + 1000 * VMK_PAGE_SIZE;
    vmk_uint64 refused = 0;

    va_space_init(&space, base, limit);
    for (int round = 0; round < 50000; round++) {
        int i = rand() % NAREAS;
        vmk_uint64 pages = 1 + (vmk_uint64)rand() % 16;

        if (live[i]) {
            va_space_release(&space, &areas[i]);
            live[i] = VMK_FALSE;
            continue;
        }
        if (!va_space_take(&space, &areas[i], pages)) {
            refused++;
            continue;
        }
        live[i] = VMK_TRUE;
        CHECK_THAT(areas[i].start >= base);
        CHECK_THAT(areas[i].end <= limit);
        CHECK_THAT(areas[i].end - areas[i].start == pages * VMK_PAGE_SIZE);
        for (int j = 0; j < NAREAS; j++) {
            CHECK_THAT(j == i || !live[j] || areas[j].end <= areas[i].start ||
                       areas[i].end <= areas[j].start);
        }
        CHECK_THAT(va_space_find(&space, areas[i].start) == &areas[i]);
        CHECK_THAT(va_space_find(&space, areas[i].end - 1) == &areas[i]);
    }
    CHECK_THAT(refused < 20000);
}
END_TEST

START_TEST(a_space_can_be_filled)
{
    struct va_area areas[11];
    struct va_space space;

    va_space_init(&space, VMK_PAGE_SIZE, 11 * VMK_PAGE_SIZE);
    for (int i = 0; i < 10; i++) {
        ck_assert(va_space_take(&space, &areas[i], 1));
    }
    ck_assert(!va_space_take(&space, &areas[10], 1));
    va_space_release(&space, &areas[3]);
    va_space_release(&space, &areas[4]);
    ck_assert(!va_space_take(&space, &areas[10], 3));
    ck_assert(va_space_take(&space, &areas[10], 2));
    ck_assert_uint_eq(areas[10].start, 4 * VMK_PAGE_SIZE);
    ck_assert_ptr_null(va_space_find(&space, 0));
    ck_assert_ptr_null(va_space_find(&space, 11 * VMK_PAGE_SIZE));
}
END_TEST

static void start(void)
{
    machine_describe(64);
    machine_start();
}

static unsigned flags_at(vmk_VA va)
{
    unsigned flags = ~0u;

    return arch_query_page(va, NULL, &flags) == VMK_OK ? flags : ~0u;
}

static vmk_uint64 free_pages(void)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.free;
}

START_TEST(ranges_are_seen_one_behind_the_other)
{
    const vmk_MpnRange ranges[] = {{0x1000, 3}, {0x5000, 1}, {0x2000, 2}};
    vmk_MapRequest request = {.numElements = 3, .mpnRanges = ranges};
    static const vmk_MPN expected[] = {0x1000, 0x1001, 0x1002, 0x5000, 0x2000, 0x2001};
    vmk_MPN mpn;
    vmk_VA va;

    start();
    ck_assert_int_eq(vmk_Map(MODULE, &request, &va), VMK_OK);
    ck_assert(vmk_VAIsMapArea(va));
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_int_eq(vmk_MapVA2MPN(va + i * VMK_PAGE_SIZE + 5, &mpn), VMK_OK);
        ck_assert_uint_eq(mpn, expected[i]);
        ck_assert_uint_eq(flags_at(va + i * VMK_PAGE_SIZE), ARCH_MAP_WRITE);
    }
    ck_assert_int_eq(vmk_MapVA2MPN(va + 6 * VMK_PAGE_SIZE, &mpn), VMK_INVALID_ADDRESS);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_MAPPED_PAGES), 6);
    vmk_Unmap(va);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_MAPPED_PAGES), 0);
    ck_assert_uint_eq(machine_mapped_pages(), 0);
    request.numElements = 0;
    ck_assert_int_eq(vmk_Map(MODULE, &request, &va), VMK_BAD_PARAM);
}
END_TEST

START_TEST(registers_are_uncached_and_never_executable)
{
    vmk_VA va;
    vmk_MPN mpn;

    start();
    ck_assert_int_eq(vmk_MapMMIO(MODULE, 0xfebc0ffc, 8, &va), VMK_OK);
    ck_assert_uint_eq(va & VMK_PAGE_MASK, 0xffc);
    ck_assert_uint_eq(flags_at(va), ARCH_MAP_WRITE | ARCH_MAP_UNCACHED);
    ck_assert_int_eq(vmk_MapVA2MPN(va + 4, &mpn), VMK_OK);
    ck_assert_uint_eq(mpn, 0xfebc1);
    vmk_UnmapMMIO(va);
    ck_assert_uint_eq(machine_mapped_pages(), 0);
    ck_assert_int_eq(vmk_MapMMIO(MODULE, 0xfebc0000, 0, &va), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_MapMMIO(MODULE, ~0ul - 10, 100, &va), VMK_BAD_PARAM);
}
END_TEST

START_TEST(memory_has_guards_and_comes_back)
{
    vmk_VA va[50];
    vmk_uint64 before;

    start();
    ck_assert_int_eq(vmk_MapAlloc(MODULE, 1, VMK_PAGE_STACK, &va[0]), VMK_OK);
    vmk_MapFree(va[0]);
    before = free_pages();
    for (unsigned i = 0; i < 50; i++) {
        ck_assert_int_eq(vmk_MapAlloc(MODULE, 4 * VMK_PAGE_SIZE, VMK_PAGE_STACK, &va[i]), VMK_OK);
    }
    for (unsigned i = 0; i < 50; i++) {
        ck_assert_uint_eq(flags_at(va[i] - 1), ~0u);
        ck_assert_uint_eq(flags_at(va[i]), ARCH_MAP_WRITE);
        ck_assert_uint_eq(flags_at(va[i] + 4 * VMK_PAGE_SIZE), ~0u);
    }
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 200);
    for (unsigned i = 0; i < 50; i++) {
        vmk_MapFree(va[i]);
    }
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    ck_assert_uint_ge(free_pages() + 3, before); /* the area descriptors' pages may stay with the heap */
    ck_assert_uint_eq(machine_mapped_pages(), 0);
    ck_assert_int_eq(vmk_MapAlloc(MODULE, 0, VMK_PAGE_STACK, &va[0]), VMK_BAD_PARAM);
}
END_TEST

START_TEST(flushes_are_rare)
{
    vmk_VA va, last = 0;

    start();
    for (int i = 0; i < 2000; i++) {
        CHECK_THAT(vmk_MapAlloc(MODULE, 4 * VMK_PAGE_SIZE, VMK_PAGE_STACK, &va) == VMK_OK);
        CHECK_THAT(va > last); /* no address again before a flush, nor soon after */
        last = va;
        vmk_MapFree(va);
    }
    CHECK_THAT(machine_shootdowns() <= 2);
    CHECK_THAT(machine_shootdowns() >= 1);
}
END_TEST

START_TEST(failures_leak_nothing)
{
    const vmk_MpnRange ranges[] = {{0x1000, 3}, {0x5000, 4}};
    vmk_MapRequest request = {.numElements = 2, .mpnRanges = ranges};
    vmk_VA va;

    start();
    for (unsigned after = 0; after < 7; after++) {
        machine_fail_map_after(after);
        ck_assert_int_eq(vmk_MapAlloc(MODULE, 7 * VMK_PAGE_SIZE, VMK_PAGE_DATA, &va), VMK_NO_MEMORY);
        machine_fail_map_after(after);
        ck_assert_int_eq(vmk_Map(MODULE, &request, &va), VMK_NO_MEMORY);
        ck_assert_uint_eq(machine_mapped_pages(), 0);
        ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
        ck_assert_int_eq(account_read(MODULE, ACCOUNT_MAPPED_PAGES), 0);
    }
    machine_fail_map_after(~0u);
    ck_assert_int_eq(vmk_Map(MODULE, &request, &va), VMK_OK);
}
END_TEST

START_TEST(module_memory_changes_rights)
{
    vmk_MPN mpn[3];
    unsigned before;
    vmk_VA va;

    start();
    ck_assert_int_eq(kmap_module_alloc(MODULE, 3 * VMK_PAGE_SIZE, &va), VMK_OK);
    ck_assert_uint_ge(va, KMAP_MODULE_BASE);
    ck_assert_uint_lt(va, KMAP_MODULE_LIMIT);
    ck_assert_uint_eq(flags_at(va), ARCH_MAP_WRITE);
    before = machine_shootdowns();
    ck_assert_int_eq(kmap_module_protect(va, VMK_PAGE_SIZE, KMAP_READ_EXECUTE), VMK_OK);
    ck_assert_uint_eq(machine_shootdowns(), before + 1);
    ck_assert_int_eq(kmap_module_protect(va + VMK_PAGE_SIZE, VMK_PAGE_SIZE, KMAP_READ_ONLY), VMK_OK);
    ck_assert_uint_eq(flags_at(va), ARCH_MAP_EXEC);
    ck_assert_uint_eq(flags_at(va + VMK_PAGE_SIZE), ARCH_MAP_READ);
    ck_assert_uint_eq(flags_at(va + 2 * VMK_PAGE_SIZE), ARCH_MAP_WRITE);
    for (unsigned page = 0; page < 3; page++) {
        ck_assert_int_eq(vmk_MapVA2MPN(va + page * VMK_PAGE_SIZE, &mpn[page]), VMK_OK);
        ck_assert_uint_eq(flags_at(vmk_MA2VA(vmk_MPN2MA(mpn[page]))),
                          page < 2 ? ARCH_MAP_READ : ARCH_MAP_WRITE);
    }
    ck_assert_int_eq(kmap_module_protect(va, 5 * VMK_PAGE_SIZE, KMAP_READ_ONLY), VMK_INVALID_ADDRESS);
    ck_assert_int_eq(kmap_module_protect(0x1000, VMK_PAGE_SIZE, KMAP_READ_ONLY), VMK_INVALID_ADDRESS);
    kmap_module_free(va);
    ck_assert_int_eq(account_read(MODULE, ACCOUNT_PAGES), 0);
    for (unsigned page = 0; page < 3; page++) {
        ck_assert_uint_eq(flags_at(vmk_MA2VA(vmk_MPN2MA(mpn[page]))), ARCH_MAP_WRITE);
    }
}
END_TEST

START_TEST(double_unmap_crashes)
{
    vmk_VA va;

    start();
    ck_assert_int_eq(vmk_MapMMIO(MODULE, 0xfebc0000, 4096, &va), VMK_OK);
    vmk_UnmapMMIO(va);
    vmk_UnmapMMIO(va);
}
END_TEST

START_TEST(wrong_way_to_free_crashes)
{
    vmk_VA va;

    start();
    ck_assert_int_eq(vmk_MapAlloc(MODULE, 4096, VMK_PAGE_DATA, &va), VMK_OK);
    vmk_Unmap(va);
}
END_TEST

RUN_TESTS_AND_CRASHES(RUN_LIST(areas_never_overlap, a_space_can_be_filled,
                               ranges_are_seen_one_behind_the_other,
                               registers_are_uncached_and_never_executable, memory_has_guards_and_comes_back,
                               flushes_are_rare, failures_leak_nothing, module_memory_changes_rights),
                      RUN_LIST(double_unmap_crashes, wrong_way_to_free_crashes))
