/* SPDX-License-Identifier: GPL-2.0-only */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../core/mgmt/smbios.h"
#include "run.h"

static vmk_uint8 area[512];

/** Make the bytes at @p at sum up to zero by means of the one at @p fix. */
static void seal(vmk_uint8 *at, unsigned len, unsigned fix)
{
    vmk_uint8 sum = 0;
    unsigned i;

    at[fix] = 0;
    for (i = 0; i < len; i++) {
        sum = (vmk_uint8)(sum + at[i]);
    }
    at[fix] = (vmk_uint8)-sum;
}

static void put_entry32(unsigned at)
{
    memcpy(area + at, "_SM_", 4);
    area[at + 5] = 0x1f;
    area[at + 0x16] = 0x34;
    area[at + 0x17] = 0x12;
    area[at + 0x18] = 0x78;
    area[at + 0x19] = 0x56;
    seal(area + at, 0x1f, 4);
}

START_TEST(finds_entry_points)
{
    struct smbios_table table;

    memset(area, 0, sizeof(area));
    ck_assert_int_eq(smbios_find_entry(area, sizeof(area), &table), VMK_NOT_FOUND);
    put_entry32(64);
    ck_assert_int_eq(smbios_find_entry(area, sizeof(area), &table), VMK_OK);
    ck_assert_uint_eq(table.base, 0x5678);
    ck_assert_uint_eq(table.len, 0x1234);
    area[64 + 0x18]++;
    ck_assert_int_eq(smbios_find_entry(area, sizeof(area), &table), VMK_NOT_FOUND);
    memcpy(area + 128, "_SM3_", 5);
    area[128 + 6] = 0x18;
    area[128 + 0x0c] = 0x99;
    area[128 + 0x17] = 0x01;
    seal(area + 128, 0x18, 5);
    ck_assert_int_eq(smbios_find_entry(area, sizeof(area), &table), VMK_OK);
    ck_assert_uint_eq(table.base, 0x0100000000000000);
    ck_assert_uint_eq(table.len, 0x99);
}
END_TEST

START_TEST(an_entry_point_at_the_end_is_cut_off)
{
    struct smbios_table table;
    vmk_uint8 *small = malloc(80);

    memset(area, 0, sizeof(area));
    put_entry32(64);
    memcpy(small, area, 80);
    ck_assert_int_eq(smbios_find_entry(small, 80, &table), VMK_NOT_FOUND);
    free(small);
}
END_TEST

static const vmk_uint8 good[] = {
    0,    8,    0,    0,    1,    2,    3,    4,    'b',  'i',  'o',  's',  0,    0, /* type 0 */
    1,    24,   1,    0,    1,    2,    3,    4,    0x33, 0x22, 0x11, 0x00, 0x55, 0x44,
    0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0,    0, /* type 1 */
    127,  4,    2,    0,    0,    0};

START_TEST(reads_the_uuid)
{
    static const vmk_uint8 expected[16] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                           0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    vmk_uint8 uuid[16];

    ck_assert_int_eq(smbios_find_uuid(good, sizeof(good), uuid), VMK_OK);
    ck_assert_mem_eq(uuid, expected, 16);
}
END_TEST

START_TEST(an_unset_uuid_is_none)
{
    vmk_uint8 table[sizeof(good)], uuid[16];

    memcpy(table, good, sizeof(good));
    memset(table + 14 + 8, 0x00, 16);
    ck_assert_int_eq(smbios_find_uuid(table, sizeof(table), uuid), VMK_NOT_FOUND);
    memset(table + 14 + 8, 0xff, 16);
    ck_assert_int_eq(smbios_find_uuid(table, sizeof(table), uuid), VMK_NOT_FOUND);
}
END_TEST

START_TEST(a_broken_table_does_no_harm)
{
    vmk_uint8 uuid[16];
    unsigned len, at;

    for (len = 0; len < sizeof(good); len++) {
        for (at = 0; at < len; at++) {
            vmk_uint8 *table = malloc(len);

            memcpy(table, good, len);
            table[at] = 0xff;
            (void)!smbios_find_uuid(table, len, uuid);
            free(table);
        }
    }
}
END_TEST

RUN_TESTS(finds_entry_points, an_entry_point_at_the_end_is_cut_off, reads_the_uuid, an_unset_uuid_is_none,
          a_broken_table_does_no_harm)
