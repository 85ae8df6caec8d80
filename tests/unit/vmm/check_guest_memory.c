/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_guest_memory.c - guest memory against a model: contents, machine ranges, sizes of mappings, dirty
 * pages, and every page given back.
 */
#include "machine.h"
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <core/page_alloc.h>
#include <core/vmm/guest_memory.h>
#include <vmkapi/core/frame.h>
#include <vmkapi/core/machine_memory.h>

#include "npt.h"

#define MIB   (1ul << 20)
#define PAGES (64 * MIB / VMK_PAGE_SIZE)

static const struct npt_format format = {
    .present = 0x7, .leaf = 0x5, .writable = 0x2, .large = 0x80, .accessed = 0x20, .dirty = 0x40};
static struct guest_memory *memory;

static vmk_uint64 pages_used(void)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.total - stats.free;
}

static struct guest_memory_stats stats_of(void)
{
    struct guest_memory_stats stats;

    guest_memory_stats_get(memory, &stats);
    return stats;
}

static void start(unsigned machine_mib, vmk_uint64 guest_bytes)
{
    machine_describe(machine_mib);
    machine_start();
    ck_assert_int_eq(guest_memory_create(guest_bytes, &format, &memory), VMK_OK);
}

START_TEST(sizes_that_make_no_sense_are_refused)
{
    start(64, MIB);
    ck_assert_int_eq(guest_memory_create(MIB - VMK_PAGE_SIZE, &format, &memory), VMK_BAD_PARAM);
    ck_assert_int_eq(guest_memory_create(MIB + 1, &format, &memory), VMK_BAD_PARAM);
}
END_TEST

START_TEST(ram_has_a_hole_for_devices)
{
    start(64, 4096 * MIB);
    ck_assert(guest_memory_is_ram(memory, gpa(0), GUEST_LOW_END));
    ck_assert(!guest_memory_is_ram(memory, gpa(1), GUEST_LOW_END));
    ck_assert(!guest_memory_is_ram(memory, gpa(GUEST_LOW_END), 1));
    ck_assert(!guest_memory_is_ram(memory, gpa(GUEST_HIGH_BASE - 1), 1));
    ck_assert(guest_memory_is_ram(memory, gpa(GUEST_HIGH_BASE), 1024 * MIB));
    ck_assert(!guest_memory_is_ram(memory, gpa(GUEST_HIGH_BASE), 1024 * MIB + 1));
    ck_assert(!guest_memory_is_ram(memory, gpa(~0ul), 1));
    ck_assert(!guest_memory_is_ram(memory, gpa(8), ~0ul));
    ck_assert_int_eq(guest_memory_fault(memory, gpa(GUEST_LOW_END), true), VMK_NOT_FOUND);
    ck_assert_ptr_null(guest_memory_page(memory, gpa(GUEST_LOW_END), false));
    ck_assert_int_eq(guest_memory_write(memory, gpa(GUEST_LOW_END - 2), "abcd", 4), VMK_BAD_ADDR_RANGE);
    ck_assert_uint_eq(stats_of().populated, 0);
}
END_TEST

START_TEST(a_touched_page_brings_two_mib)
{
    start(64, 17 * MIB);
    ck_assert_int_eq(guest_memory_fault(memory, gpa(5 * MIB), false), VMK_OK);
    ck_assert_uint_eq(stats_of().populated, 2 * MIB);
    ck_assert_uint_eq(stats_of().large_pages, 1);
    /* The last MiB has no 2 MiB to be part of. */
    ck_assert_int_eq(guest_memory_fault(memory, gpa(17 * MIB - 1), true), VMK_OK);
    ck_assert_uint_eq(stats_of().populated, 2 * MIB + VMK_PAGE_SIZE);
    ck_assert_uint_eq(stats_of().large_pages, 1);
    ck_assert_uint_eq(stats_of().faults, 2);
}
END_TEST

START_TEST(pages_begin_with_zeroes)
{
    vmk_MPN mpn;

    start(64, 8 * MIB);
    for (unsigned order = 0; order <= 9; order += 9) {
        ck_assert_int_eq(
            vmk_PageAlloc((vmk_PageRequest){.kind = VMK_PAGE_DATA, .order = (vmk_uint8)order}, &mpn), VMK_OK);
        memset(vmk_MPN2Ptr(mpn), 0xaa, VMK_PAGE_SIZE << order);
        vmk_PageFree(mpn);
    }
    for (vmk_uint64 at = 0; at < 8 * MIB; at += VMK_PAGE_SIZE) {
        const char *page = guest_memory_page(memory, gpa(at), false);

        ck_assert_ptr_nonnull(page);
        CHECK_THAT(page[0] == 0 && memcmp(page, page + 1, VMK_PAGE_SIZE - 1) == 0);
    }
}
END_TEST

START_TEST(contents_are_kept_wherever_they_cross)
{
    const vmk_uint64 bytes = 9 * MIB;
    vmk_uint8 *model = calloc(1, bytes), *got = malloc(bytes);

    start(64, bytes);
    for (int round = 0; round < 3000; round++) {
        vmk_uint64 at = (vmk_uint64)rand() % bytes, len = (vmk_uint64)rand() % 20000;

        len = len < bytes - at ? len : bytes - at;
        if (round % 500 == 250) {
            ck_assert_int_eq(guest_memory_track(memory, round % 1000 == 250), VMK_OK);
        }
        for (vmk_uint64 i = 0; i < len; i++) {
            got[i] = (vmk_uint8)rand();
        }
        ck_assert_int_eq(guest_memory_write(memory, gpa(at), got, len), VMK_OK);
        memcpy(model + at, got, len);
    }
    ck_assert_int_eq(guest_memory_read(memory, gpa(0), got, bytes), VMK_OK);
    ck_assert(memcmp(model, got, bytes) == 0);
    free(model);
    free(got);
}
END_TEST

START_TEST(places_far_apart_are_told_apart)
{
    vmk_uint64 places[8], got;

    start(64, 8ul << 30);
    for (vmk_uint64 i = 0; i < VMK_ARRAY_SIZE(places); i++) {
        places[i] = i < 4 ? i * 512 * MIB : GUEST_HIGH_BASE + (i - 4) * 512 * MIB;
        ck_assert_int_eq(guest_memory_write(memory, gpa(places[i]), &i, sizeof(i)), VMK_OK);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (vmk_uint64 i = 0; i < VMK_ARRAY_SIZE(places); i++) {
            ck_assert_int_eq(guest_memory_read(memory, gpa(places[i]), &got, sizeof(got)), VMK_OK);
            ck_assert_uint_eq(got, i);
        }
    }
}
END_TEST

START_TEST(machine_ranges_hold_the_bytes)
{
    static char text[3 * VMK_PAGE_SIZE], got[sizeof(text)];
    vmk_SgElem elems[4];
    vmk_uint32 count = 0;
    vmk_uint64 done = 0;

    start(64, 9 * MIB);
    for (unsigned i = 0; i < sizeof(text); i++) {
        text[i] = (char)(i % 251);
    }
    /* From a 2 MiB mapping into pages of their own. */
    ck_assert_int_eq(guest_memory_write(memory, gpa(8 * MIB - VMK_PAGE_SIZE - 10), text, sizeof(text)),
                     VMK_OK);
    ck_assert_int_eq(
        guest_memory_sg(memory, gpa(8 * MIB - VMK_PAGE_SIZE - 10), sizeof(text), false, elems, 4, &count),
        VMK_OK);
    ck_assert_uint_ge(count, 1);
    for (vmk_uint32 i = 0; i < count; i++) {
        memcpy(got + done, vmk_MA2Ptr(elems[i].addr), elems[i].length);
        done += elems[i].length;
    }
    ck_assert_uint_eq(done, sizeof(text));
    ck_assert(memcmp(text, got, sizeof(text)) == 0);
}
END_TEST

START_TEST(neighbours_are_one_range)
{
    vmk_SgElem elems[2];
    vmk_uint32 count = 0;

    start(64, 8 * MIB);
    ck_assert_int_eq(guest_memory_sg(memory, gpa(0x1100), 0x300, true, elems, 2, &count), VMK_OK);
    ck_assert_int_eq(guest_memory_sg(memory, gpa(0x1400), 0x20000, true, elems, 2, &count), VMK_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(elems[0].length, 0x20300);
    ck_assert_int_eq(guest_memory_sg(memory, gpa(0x100), 0x10, true, elems, 2, &count), VMK_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(guest_memory_sg(memory, gpa(0x80000), 0x10, true, elems, 2, &count), VMK_LIMIT_EXCEEDED);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(guest_memory_sg(memory, gpa(0x110), 8 * MIB, true, elems, 2, &count),
                     VMK_BAD_ADDR_RANGE);
    ck_assert_uint_eq(elems[1].length, 0x10);
}
END_TEST

START_TEST(dirty_pages_are_those_written)
{
    static bool dirty[PAGES];
    struct guest_memory_stats before;

    start(192, 64 * MIB);
    ck_assert_int_eq(guest_memory_write(memory, gpa(0), "x", 1), VMK_OK);
    ck_assert_int_eq(guest_memory_write(memory, gpa(40 * MIB), "x", 1), VMK_OK);
    ck_assert_int_eq(guest_memory_track(memory, true), VMK_OK);
    ck_assert_uint_eq(stats_of().large_pages, 0);
    for (int round = 0; round < 20; round++) {
        gpa_t at = gpa(0);

        for (int i = 0; i < 300; i++) {
            vmk_uint64 page = (vmk_uint64)rand() % PAGES;
            bool write = rand() % 2 == 0;

            if (rand() % 2 == 0) {
                ck_assert_int_eq(guest_memory_fault(memory, gpa(page * VMK_PAGE_SIZE), write), VMK_OK);
            } else {
                ck_assert_ptr_nonnull(guest_memory_page(memory, gpa(page * VMK_PAGE_SIZE + 5), write));
            }
            dirty[page] = dirty[page] || write;
        }
        for (; guest_memory_take_dirty(memory, &at); at = gpa_add(at, VMK_PAGE_SIZE)) {
            CHECK_THAT(dirty[at.value / VMK_PAGE_SIZE]);
            dirty[at.value / VMK_PAGE_SIZE] = false;
        }
        for (unsigned i = 0; i < PAGES; i++) {
            CHECK_THAT(!dirty[i]);
        }
    }
    before = stats_of();
    ck_assert_uint_eq(before.large_pages, 0);
    ck_assert_int_eq(guest_memory_track(memory, false), VMK_OK);
    ck_assert(!guest_memory_take_dirty(memory, &(gpa_t){0}));
}
END_TEST

START_TEST(what_takes_rights_away_moves_the_generation)
{
    vmk_uint64 generation;
    gpa_t at = gpa(0);

    start(64, 8 * MIB);
    generation = guest_memory_generation(memory);
    ck_assert_int_eq(guest_memory_write(memory, gpa(0), "x", 1), VMK_OK);
    ck_assert_uint_eq(guest_memory_generation(memory), generation);
    ck_assert_int_eq(guest_memory_track(memory, true), VMK_OK);
    ck_assert_uint_gt(guest_memory_generation(memory), generation);
    ck_assert_int_eq(guest_memory_write(memory, gpa(0), "x", 1), VMK_OK);
    generation = guest_memory_generation(memory);
    ck_assert(guest_memory_take_dirty(memory, &at));
    ck_assert_uint_gt(guest_memory_generation(memory), generation);
}
END_TEST

START_TEST(all_pages_are_given_back)
{
    vmk_uint64 before;

    start(96, MIB);
    guest_memory_destroy(memory);
    before = pages_used();
    for (int round = 0; round < 8; round++) {
        ck_assert_int_eq(guest_memory_create(GUEST_LOW_END + 32 * MIB, &format, &memory), VMK_OK);
        for (int i = 0; i < 30; i++) {
            vmk_uint64 base = i % 2 == 0 ? 0 : GUEST_HIGH_BASE;

            ck_assert_int_eq(guest_memory_fault(memory, gpa(base + (vmk_uint64)rand() % (32 * MIB)), true),
                             VMK_OK);
            if (i == 20) {
                ck_assert_int_eq(guest_memory_track(memory, round % 2 == 0), VMK_OK);
            }
        }
        guest_memory_destroy(memory);
        ck_assert_uint_eq(pages_used(), before);
    }
}
END_TEST

START_TEST(a_machine_without_memory_says_so)
{
    vmk_StatusValue status = VMK_OK;
    vmk_uint64 at = 0;

    start(16, 64 * MIB);
    for (; status == VMK_OK && at < 64 * MIB; at += VMK_PAGE_SIZE) {
        status = guest_memory_fault(memory, gpa(at), true);
    }
    ck_assert_int_eq(status, VMK_NO_MEMORY);
    /* When 2 MiB are not to be had, pages are. */
    ck_assert_uint_gt(stats_of().populated % (2 * MIB), 0);
    ck_assert_int_eq(guest_memory_write(memory, gpa(0), "x", 1), VMK_OK);
    ck_assert_int_eq(guest_memory_track(memory, true), VMK_NO_MEMORY);
    ck_assert_int_eq(guest_memory_write(memory, gpa(0), "x", 1), VMK_OK);
    guest_memory_destroy(memory);
}
END_TEST

RUN_TESTS(sizes_that_make_no_sense_are_refused, ram_has_a_hole_for_devices, a_touched_page_brings_two_mib,
          pages_begin_with_zeroes, contents_are_kept_wherever_they_cross, places_far_apart_are_told_apart,
          machine_ranges_hold_the_bytes, neighbours_are_one_range, dirty_pages_are_those_written,
          what_takes_rights_away_moves_the_generation, all_pages_are_given_back,
          a_machine_without_memory_says_so)
