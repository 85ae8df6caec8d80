/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_boot_regions.c - memory maps as firmware really hands them over: unsorted, overlapping, unaligned.
 */
#include "run.h"

#include "../../../core/arch/x86_64/boot_regions.h"

static struct boot_info boot;

static void start(void)
{
    boot = (struct boot_info){0};
}

static void assert_region(unsigned i, vmk_MA base, vmk_MA end, enum boot_region_type type)
{
    ck_assert_uint_lt(i, boot.nregions);
    ck_assert_uint_eq(boot.regions[i].base, base);
    ck_assert_uint_eq(boot.regions[i].base + boot.regions[i].len, end);
    ck_assert_int_eq(boot.regions[i].type, type);
}

START_TEST(settle_sorts_and_merges)
{
    boot_regions_add(&boot, 0x200000, 0x100000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0x100000, 0x100000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0, 0x9f000, BOOT_REGION_RAM);
    boot_regions_settle(&boot);
    ck_assert_uint_eq(boot.nregions, 2);
    assert_region(0, 0, 0x9f000, BOOT_REGION_RAM);
    assert_region(1, 0x100000, 0x300000, BOOT_REGION_RAM);
}
END_TEST

START_TEST(ram_shrinks_and_reserved_grows_to_pages)
{
    boot_regions_add(&boot, 0x1001, 0x3000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0x8001, 1, BOOT_REGION_RESERVED);
    boot_regions_add(&boot, 0x9001, 0x1000, BOOT_REGION_RAM);
    boot_regions_settle(&boot);
    ck_assert_uint_eq(boot.nregions, 2);
    assert_region(0, 0x2000, 0x4000, BOOT_REGION_RAM);
    assert_region(1, 0x8000, 0x9000, BOOT_REGION_RESERVED);
}
END_TEST

START_TEST(the_strongest_claim_wins)
{
    boot_regions_add(&boot, 0, 0x10000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0x4000, 0x4000, BOOT_REGION_ACPI);
    boot_regions_add(&boot, 0x6000, 0x4000, BOOT_REGION_RESERVED);
    boot_regions_settle(&boot);
    ck_assert_uint_eq(boot.nregions, 4);
    assert_region(0, 0, 0x4000, BOOT_REGION_RAM);
    assert_region(1, 0x4000, 0x6000, BOOT_REGION_ACPI);
    assert_region(2, 0x6000, 0xa000, BOOT_REGION_RESERVED);
    assert_region(3, 0xa000, 0x10000, BOOT_REGION_RAM);
}
END_TEST

START_TEST(use_takes_only_ram_and_keeps_what_was_used)
{
    boot_regions_add(&boot, 0x1000, 0x4000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0x8000, 0x4000, BOOT_REGION_RAM);
    boot_regions_settle(&boot);
    boot_regions_use(&boot, 0, 0x9000);
    boot_regions_use(&boot, 0xa123, 1);
    ck_assert_uint_eq(boot.nregions, 5);
    assert_region(0, 0x1000, 0x5000, BOOT_REGION_USED);
    assert_region(1, 0x8000, 0x9000, BOOT_REGION_USED);
    assert_region(2, 0x9000, 0xa000, BOOT_REGION_RAM);
    assert_region(3, 0xa000, 0xb000, BOOT_REGION_USED);
    assert_region(4, 0xb000, 0xc000, BOOT_REGION_RAM);
}
END_TEST

START_TEST(find_goes_for_the_top_below_the_limit)
{
    boot_regions_add(&boot, 0x100000, 0x100000, BOOT_REGION_RAM);
    boot_regions_add(&boot, 0x400000, 0x101000, BOOT_REGION_RAM);
    boot_regions_settle(&boot);
    ck_assert_uint_eq(boot_regions_find(&boot, 0x1000, 0x1000, ~0ul), 0x500000);
    ck_assert_uint_eq(boot_regions_find(&boot, 0x2000, 0x1000, 0x300000), 0x1fe000);
    ck_assert_uint_eq(boot_regions_find(&boot, 0x100000, 0x100000, ~0ul), 0x400000);
    ck_assert_uint_eq(boot_regions_find(&boot, 0x200000, 0x1000, ~0ul), 0);
}
END_TEST

START_TEST(too_much_ram_is_lost_not_fatal)
{
    for (vmk_MA i = 0; i < BOOT_MAX_REGIONS + 10; i++) {
        boot_regions_add(&boot, i * 0x10000, 0x1000, BOOT_REGION_RAM);
    }
    boot_regions_settle(&boot);
    ck_assert_uint_eq(boot.nregions, BOOT_MAX_REGIONS);
}
END_TEST

RUN_TESTS_AFTER(start, settle_sorts_and_merges, ram_shrinks_and_reserved_grows_to_pages,
                the_strongest_claim_wins, use_takes_only_ram_and_keeps_what_was_used,
                find_goes_for_the_top_below_the_limit, too_much_ram_is_lost_not_fatal)
