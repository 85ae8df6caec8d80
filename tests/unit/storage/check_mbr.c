/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_mbr.c - reading MBRs and chains of extended partitions, whole and damaged.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "mutate.h"
#include "run.h"

#define BLOCKS 4000u

static struct disk disk;
static struct partition_table table;

static void put(uint64_t block, unsigned entry, uint8_t type, uint32_t first, uint32_t count)
{
    uint8_t *e = disk_at(&disk, block, 446 + 16 * entry);

    memset(e, 0, 16);
    e[4] = type;
    memcpy(e + 8, &first, 4);
    memcpy(e + 12, &count, 4);
    memcpy(disk_at(&disk, block, 510), "\x55\xaa", 2);
}

/* Two primary partitions, and an extended one, from block 1000 on, with three logical ones. */
static void make(void)
{
    disk_make(&disk, 512, BLOCKS);
    memcpy(disk_at(&disk, 0, 440), "\x12\x34\x56\x78", 4);
    put(0, 0, 0x83, 10, 90);
    *disk_at(&disk, 0, 446) = 0x80;
    put(0, 2, 0x07, 200, 100);
    put(0, 3, 0x05, 1000, 3000);
    put(1000, 0, 0x83, 10, 100);
    put(1000, 1, 0x05, 500, 200);
    put(1500, 0, 0x82, 1, 100);
    put(1500, 1, 0x05, 300, 200); /* backwards: tools leave that behind */
    put(1300, 0, 0x83, 2, 50);
}

static void expect(unsigned number, uint64_t first, uint64_t count, uint8_t type)
{
    const struct partition *p = partition_find(&table, number);

    ck_assert_msg(p != NULL, "there is no partition %u", number);
    ck_assert_uint_eq(p->first_block, first);
    ck_assert_uint_eq(p->num_blocks, count);
    ck_assert_uint_eq(p->type, type);
}

START_TEST(reads_primary_and_logical_partitions)
{
    make();
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_uint_eq(disk.num_lines, 0);
    ck_assert_int_eq(table.scheme, PARTITION_MBR);
    ck_assert_mem_eq(table.id.bytes, "\x12\x34\x56\x78", 4);
    ck_assert_uint_eq(table.count, 5);
    expect(1, 10, 90, 0x83);
    ck_assert_uint_eq(table.partitions[0].attributes, 4);
    ck_assert_uint_eq(table.partitions[1].attributes, 0);
    expect(3, 200, 100, 0x07);
    expect(5, 1010, 100, 0x83);
    expect(6, 1501, 100, 0x82);
    expect(7, 1302, 50, 0x83);
    disk_free(&disk);
}
END_TEST

START_TEST(a_disk_without_a_table_has_none)
{
    disk_make(&disk, 512, BLOCKS);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_int_eq(table.scheme, PARTITION_NONE);
    /* A file system's boot sector has the signature, and text or code instead of entries. */
    memset(disk_at(&disk, 0, 0), 'A', 510);
    memcpy(disk_at(&disk, 0, 510), "\x55\xaa", 2);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_int_eq(table.scheme, PARTITION_NONE);
    ck_assert_uint_eq(disk.num_lines, 0);
    disk.source.num_blocks = 1;
    put(0, 0, 0, 0, 0);
    put(0, 1, 0, 0, 0);
    put(0, 2, 0, 0, 0);
    put(0, 3, 0, 0, 0);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_int_eq(table.scheme, PARTITION_MBR);
    ck_assert_uint_eq(table.count, 0);
    disk_free(&disk);
}
END_TEST

START_TEST(an_unreadable_first_block)
{
    static const char line[] = "disk: block 0 cannot be read (Read error)";

    make();
    disk.unreadable = 0;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_READ_ERROR);
    ck_assert(disk_told(&disk, line));
    ck_assert_int_eq(table.scheme, PARTITION_NONE);
    disk_free(&disk);
}
END_TEST

/** An entry that is changed, what is told, and which partitions are left. */
static const struct {
    uint64_t block;
    unsigned entry;
    uint8_t type;
    uint32_t first, count;
    const char *told;
    unsigned numbers[6];
} damage[] = {
    {0, 0, 0x83, 0, 90, "partition 1 begins at block 0, where the table is", {3, 5, 6, 7}},
    {0, 0, 0x83, 10, 0, "partition 1 (0 blocks from block 10) does not lie within", {3, 5, 6, 7}},
    {0, 0, 0x83, 4000, 1, "partition 1 (1 blocks from block 4000) does not lie within", {3, 5, 6, 7}},
    {0, 0, 0x83, 3999, 2, "partition 1 (2 blocks", {3, 5, 6, 7}},
    {0, 0, 0x83, 0xffffffff, 0xffffffff, "partition 1 (4294967295 blocks", {3, 5, 6, 7}},
    {0, 0, 0x83, 10, 191, "partitions 1 (blocks 10 to 200) and 3 (blocks 200 to 299) overlap", {5, 6, 7}},
    {0, 0, 0x83, 250, 10, "overlap", {5, 6, 7}},
    {0, 0, 0x83, 1050, 1, "partitions 1 (blocks 1050 to 1050) and 5", {3, 6, 7}},
    {0, 0, 0x05, 3000, 10, "entry 4 is a second extended partition", {3}},
    {0, 3, 0x05, 1000, 3001, "the extended partition (3001 blocks from block 1000)", {1, 3}},
    {0, 3, 0x0f, 0, 3000, "the extended partition (3000 blocks from block 0)", {1, 3}},
    {0, 3, 0x85, 4000, 1, "the extended partition (1 blocks from block 4000)", {1, 3}},
    {0, 3, 0x05, 1000, 0, "goes to block 1000, which lies outside of it", {1, 3}},
    {0, 3, 0x05, 1000, 400, "goes to block 1500, which lies outside of it", {1, 3, 5}},
    {0, 3, 0x05, 1001, 400, "table at block 1001 has no signature", {1, 3}},
    {1000, 0, 0x83, 0, 100, "partition 5 begins at block 1000", {1, 3, 6, 7}},
    {1000, 0, 0x83, 10, 2991, "logical partition 5 (2991 blocks from block 1010)", {1, 3, 6, 7}},
    {1000, 0, 0x83, 0xffffffff, 1, "logical partition 5 (1 blocks", {1, 3, 6, 7}},
    {1000, 0, 0x83, 10, 0xffffffff, "logical partition 5", {1, 3, 6, 7}},
    {1000, 1, 0x05, 0, 10, "goes to block 1000, which was passed before", {1, 3, 5}},
    {1000, 1, 0x05, 3000, 10, "goes to block 4000, which lies outside of it", {1, 3, 5}},
    {1000, 1, 0x05, 0xffffffff, 10, "lies outside of it", {1, 3, 5}},
    {1000,
     1,
     0x05,
     700,
     10,
     "table at block 1700 has no signature; the logical partitions from 6 on",
     {1, 3, 5}},
    {1300, 1, 0x05, 500, 10, "goes to block 1500, which was passed before", {1, 3, 5, 6, 7}},
};

START_TEST(damage_is_told_and_costs_no_more_than_it_concerns)
{
    for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
        unsigned count = 0;

        make();
        put(damage[i].block, damage[i].entry, damage[i].type, damage[i].first, damage[i].count);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_msg(disk_told(&disk, damage[i].told), "no '%s': %s", damage[i].told, disk.lines[0]);
        for (; damage[i].numbers[count] != 0; count++) {
            ck_assert_msg(partition_find(&table, damage[i].numbers[count]) != NULL, "%s: no %u",
                          damage[i].told, damage[i].numbers[count]);
        }
        ck_assert_msg(table.count == count, "%s: %u partitions", damage[i].told, table.count);
        disk_free(&disk);
    }
}
END_TEST

START_TEST(a_chain_too_long_is_followed_as_far_as_it_may)
{
    disk_make(&disk, 512, BLOCKS);
    put(0, 0, 0x05, 10, BLOCKS - 10);
    for (uint32_t i = 0; i < 300; i++) {
        put(10 + 4 * i, 0, 0x83, 1, 3);
        put(10 + 4 * i, 1, 0x05, 4 * (i + 1), 4);
    }
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_uint_eq(disk.num_lines, 1);
    ck_assert(disk_told(&disk, "is one more than is followed"));
    ck_assert_uint_eq(table.count, PARTITION_MAX - 4);
    disk_free(&disk);
}
END_TEST

START_TEST(an_unreadable_table_ends_the_chain)
{
    make();
    disk.unreadable = 1500;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert(disk_told(&disk, "table at block 1500 Read error"));
    ck_assert_uint_eq(table.count, 3);
    disk_free(&disk);
}
END_TEST

START_TEST(survives_mutations)
{
    static const uint64_t sectors[] = {0, 1000, 1500, 1300};
    unsigned told = 0;

    make();
    for (unsigned seed = 0; seed < 10000; seed++) {
        uint8_t *entries = disk_at(&disk, sectors[seed % 4], 440), whole[72];
        unsigned char *bytes;
        size_t len;

        memcpy(whole, entries, sizeof(whole));
        bytes = mutate(whole, sizeof(whole), seed, &len);
        memcpy(entries, bytes, len);
        free(bytes);
        /* Damage can make it the protective MBR of a GPT, which is not there. */
        CHECK_THAT(disk_read_table(&disk, &table) == VMK_OK || disk_told(&disk, "GPT"));
        told += disk.num_lines != 0;
        memcpy(entries, whole, sizeof(whole));
    }
    ck_assert_uint_gt(told, 2000);
    disk_free(&disk);
}
END_TEST

RUN_TESTS(reads_primary_and_logical_partitions, a_disk_without_a_table_has_none, an_unreadable_first_block,
          damage_is_told_and_costs_no_more_than_it_concerns, a_chain_too_long_is_followed_as_far_as_it_may,
          an_unreadable_table_ends_the_chain, survives_mutations)
