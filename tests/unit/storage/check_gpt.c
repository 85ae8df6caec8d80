/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_gpt.c - reading GUID partition tables, whole and with each field damaged.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "disk.h"
#include "mutate.h"
#include "run.h"

#define BLOCKS 200u

static struct disk disk;
static struct partition_table table;

static void make(uint32_t block_size)
{
    disk_make(&disk, block_size, BLOCKS);
    gpt_make(&disk.image);
    gpt_put(&disk.image, 1, 0, 9, "first");
    gpt_put(&disk.image, 2, 20, 29, "second");
    gpt_put(&disk.image, 5, 10, 19, "fifth");
}

static void expect_partitions(void)
{
    uint64_t usable = 2 + (GPT_ENTRIES * 128 + disk.source.block_size - 1) / disk.source.block_size;

    ck_assert_int_eq(table.scheme, PARTITION_GPT);
    ck_assert_mem_eq(table.id.bytes, "a disk's own id.", 16);
    ck_assert_uint_eq(table.count, 3);
    ck_assert_str_eq(table.partitions[0].name, "first");
    ck_assert_uint_eq(table.partitions[2].number, 5);
    ck_assert_uint_eq(table.partitions[2].first_block, usable + 10);
    ck_assert_uint_eq(table.partitions[2].num_blocks, 10);
    ck_assert_mem_eq(table.partitions[1].type_id.bytes, "Linux filesystem", 16);
}

START_TEST(reads_every_block_size)
{
    for (uint32_t block_size = 512; block_size <= 4096; block_size *= 2) {
        make(block_size);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_uint_eq(disk.num_lines, 0);
        expect_partitions();
        disk_free(&disk);
    }
    disk_make(&disk, 8192, 16);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_NOT_SUPPORTED);
    ck_assert(disk_told(&disk, "8192"));
    disk_free(&disk);
}
END_TEST

/** A field of a header, a value it must not have, and what is said. */
static const struct {
    size_t offset, width;
    uint64_t value;
    const char *told;
} header_damage[] = {
    {0, 1, 'X', "no signature"},
    {8, 4, 0x20000, "its revision is 0x20000"},
    {12, 4, 91, "it says it has 91 bytes"},
    {12, 4, 513, "it says it has 513 bytes"},
    {12, 4, 0xffffffff, "it says it has 4294967295 bytes"},
    {24, 8, 7, "it says it is at block 7"},
    {32, 8, ~0ul, NULL}, /* of a larger disk, or not the other copy */
    {32, 8, 0, NULL},
    {40, 8, 0, "cannot be what partitions may use"},
    {40, 8, 1, "cannot be what partitions may use"},
    {40, 8, 199, "cannot be what partitions may use"},
    {40, 8, ~0ul, "cannot be what partitions may use"},
    {48, 8, 5, "cannot be what partitions may use"},
    {48, 8, 199, "cannot be what partitions may use"},
    {48, 8, 200, "a disk that had at least 201 blocks, while this one has 200"},
    {48, 8, ~0ul, "while this one has 200"},
    {72, 8, 200, "lie outside the disk"},
    {72, 8, 198, NULL}, /* across the disk's end, or the header */
    {72, 8, ~0ul, "lie outside the disk"},
    {72, 8, ~0ul - 3, "lie outside the disk"},
    {72, 8, 20, "lie where partitions may be"},
    {80, 4, 0, "it has 0 entries"},
    {80, 4, 8193, "it has 8193 entries"},
    {80, 4, 0xffffffff, "it has 4294967295 entries"},
    {80, 4, 8000, "lie"},
    {84, 4, 0, "its entries have 0 bytes"},
    {84, 4, 64, "its entries have 64 bytes"},
    {84, 4, 129, "its entries have 129 bytes"},
    {84, 4, 8192, "its entries have 8192 bytes"},
    {84, 4, 0x80000000, "its entries have 2147483648 bytes"},
};
#define HEADER_DAMAGE (sizeof(header_damage) / sizeof(header_damage[0]))

static void damage_header(unsigned copy, size_t i)
{
    memcpy(disk_at(&disk, gpt_header_block(&disk.image, copy), header_damage[i].offset),
           &header_damage[i].value, header_damage[i].width);
    gpt_seal(&disk.image, copy);
}

START_TEST(one_damaged_copy_is_told_and_the_other_used)
{
    for (size_t i = 0; i < 2 * HEADER_DAMAGE; i++) {
        const char *told = header_damage[i / 2].told;
        unsigned copy = i % 2;

        make(512);
        damage_header(copy, i / 2);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        expect_partitions();
        ck_assert(disk_told(&disk, copy == 0 ? "first copy, at block 1, is damaged"
                                             : "second copy, at block 199, is damaged"));
        ck_assert_msg(told == NULL || disk_told(&disk, told), "%s: %s", told, disk.lines[0]);
        disk_free(&disk);
    }
}
END_TEST

START_TEST(two_damaged_copies_are_refused)
{
    for (size_t i = 0; i < HEADER_DAMAGE; i++) {
        make(512);
        damage_header(0, i);
        damage_header(1, i);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_BAD_FORMAT);
        ck_assert_int_eq(table.scheme, PARTITION_NONE);
        ck_assert_uint_eq(disk.num_lines, 2);
        ck_assert(disk_told(&disk, "write a new table"));
        disk_free(&disk);
    }
}
END_TEST

/* Every bit the checksums cover. */
START_TEST(a_flipped_bit_is_seen)
{
    make(512);
    for (size_t bit = 0; bit < 92 * 8; bit++) {
        *disk_at(&disk, 1, bit / 8) ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_msg(disk_told(&disk, "first copy, at block 1, is damaged"), "bit %zu", bit);
        expect_partitions();
        *disk_at(&disk, 1, bit / 8) ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < GPT_ENTRIES * 128 * 8; bit += 7) {
        *disk_at(&disk, 2, bit / 8) ^= (uint8_t)(1u << bit % 8);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_msg(disk_told(&disk, "the checksum of its entries, from block 2 on, is wrong"), "bit %zu",
                      bit);
        expect_partitions();
        *disk_at(&disk, 2, bit / 8) ^= (uint8_t)(1u << bit % 8);
    }
    disk_free(&disk);
}
END_TEST

START_TEST(entries_where_partitions_may_be)
{
    uint64_t first_usable = 3;

    make(512);
    memcpy(disk_at(&disk, 1, 40), &first_usable, 8);
    gpt_seal(&disk.image, 0);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert(disk_told(&disk, "its entries, from block 2 on, lie where partitions may be"));
    expect_partitions();
    disk_free(&disk);
}
END_TEST

START_TEST(copies_that_disagree)
{
    make(512);
    memcpy(disk_at(&disk, 199, 56), "another disk's.", 16);
    gpt_seal(&disk.image, 1);
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_uint_eq(disk.num_lines, 1);
    ck_assert(disk_told(&disk, "both good, but disagree: the first is used"));
    expect_partitions();
    disk_free(&disk);
}
END_TEST

START_TEST(unreadable_blocks)
{
    make(512);
    disk.unreadable = 1;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert(disk_told(&disk, "first copy, at block 1, is damaged: it cannot be read (Read error)"));
    expect_partitions();
    disk.unreadable = 2;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert(disk_told(&disk, "its entries, from block 2 on, cannot be read"));
    expect_partitions();
    disk.unreadable = 199;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert(disk_told(&disk, "second copy, at block 199, is damaged: it cannot be read"));
    expect_partitions();
    disk_free(&disk);
}
END_TEST

/* Of a disk with 200 blocks only so many are left. The second copy is gone, and what the first says does not
 * fit: nothing is used. */
START_TEST(truncated_disks)
{
    make(512);
    for (uint64_t blocks = 1; blocks < BLOCKS; blocks++) {
        disk.source.num_blocks = blocks;
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_BAD_FORMAT);
        ck_assert_uint_eq(table.count, 0);
        if (blocks > 6) { /* the entries fit */
            ck_assert(disk_told(&disk, "a disk that had at least 200 blocks"));
        }
    }
    disk.source.num_blocks = 0;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_uint_eq(disk.reads, 0);
    disk_free(&disk);
}
END_TEST

START_TEST(grown_disk)
{
    struct disk grown;

    make(512);
    disk_make(&grown, 512, 2 * BLOCKS);
    memcpy(grown.image.bytes, disk.image.bytes, BLOCKS * 512);
    ck_assert_int_eq(disk_read_table(&grown, &table), VMK_OK);
    ck_assert_uint_eq(grown.num_lines, 1);
    ck_assert(disk_told(&grown, "the disk has grown"));
    expect_partitions();
    disk_free(&grown);
    disk_free(&disk);
}
END_TEST

static void put_range(unsigned number, uint64_t first, uint64_t last)
{
    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *entry = disk_at(&disk, gpt_array_block(&disk.image, copy), (number - 1) * 128);

        memcpy(entry + 32, &first, 8);
        memcpy(entry + 40, &last, 8);
        gpt_seal(&disk.image, copy);
    }
}

START_TEST(partitions_out_of_range_are_left_out)
{
    static const uint64_t ranges[][2] = {{0, 10},   {5, 10},      {190, 199}, {190, 195}, {30, 29},
                                         {0, ~0ul}, {~0ul, ~0ul}, {~0ul, 0},  {30, ~0ul}, {1000, 2000}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        make(512);
        put_range(2, ranges[i][0], ranges[i][1]);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_uint_eq(disk.num_lines, 1);
        ck_assert(disk_told(&disk, "partition 2 (blocks"));
        ck_assert_uint_eq(table.count, 2);
        ck_assert_ptr_null(partition_find(&table, 2));
        ck_assert_ptr_nonnull(partition_find(&table, 5));
        disk_free(&disk);
    }
}
END_TEST

START_TEST(overlapping_partitions_are_left_out)
{
    /* Partition 2 over partition 5, by one block at either end, all of it, and more. */
    static const uint64_t ranges[][2] = {{25, 30}, {16, 16}, {25, 25}, {16, 25},
                                         {18, 20}, {17, 30}, {16, 30}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        make(512);
        put_range(2, ranges[i][0], ranges[i][1]);
        ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
        ck_assert_uint_eq(disk.num_lines, 1);
        ck_assert(disk_told(&disk, "partitions 2 (blocks"));
        ck_assert(disk_told(&disk, "overlap; neither is used"));
        ck_assert_uint_eq(table.count, 1);
        ck_assert_uint_eq(table.partitions[0].number, 1);
        disk_free(&disk);
    }
}
END_TEST

START_TEST(twins_are_told)
{
    make(512);
    for (unsigned copy = 0; copy < 2; copy++) {
        memcpy(disk_at(&disk, gpt_array_block(&disk.image, copy), 4 * 128 + 16),
               disk_at(&disk, gpt_array_block(&disk.image, copy), 16), 16);
        gpt_seal(&disk.image, copy);
    }
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_uint_eq(disk.num_lines, 1);
    ck_assert(disk_told(&disk, "partitions 1 and 5 have the same GUID"));
    expect_partitions();
    disk_free(&disk);
}
END_TEST

static void read_name(const uint16_t *units, const char *expected)
{
    make(512);
    for (unsigned copy = 0; copy < 2; copy++) {
        memcpy(disk_at(&disk, gpt_array_block(&disk.image, copy), 56), units, 72);
        gpt_seal(&disk.image, copy);
    }
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_str_eq(table.partitions[0].name, expected);
    disk_free(&disk);
}

START_TEST(names_become_utf8)
{
    char longest[PARTITION_NAME_MAX] = "", replaced[PARTITION_NAME_MAX] = "";
    uint16_t euros[36], halves[36];

    read_name((uint16_t[36]){'a', 0xe9, 0x20ac, 0xd83d, 0xde00, 'z'},
              "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
    read_name((uint16_t[36]){'a', '\n', 0x1b, 0x7f, 0x9b, 'b'}, "a????b");
    read_name((uint16_t[36]){0xde00, 0xde00, 0xd83d, 'y', 0xd83d},
              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdy\xef\xbf\xbd");
    for (size_t i = 0; i < 36; i++) {
        euros[i] = 0x20ac;
        halves[i] = 0xd800;
        strcat(longest, "\xe2\x82\xac");
        strcat(replaced, "\xef\xbf\xbd");
    }
    read_name(euros, longest);
    read_name(halves, replaced);
}
END_TEST

static unsigned put_many(unsigned entries, uint32_t entry_bytes)
{
    uint64_t array_blocks = (uint64_t)entries * entry_bytes / 512;

    disk_make(&disk, 512, 4 * BLOCKS);
    gpt_make(&disk.image);
    for (unsigned copy = 0; copy < 2; copy++) {
        uint8_t *h = disk_at(&disk, gpt_header_block(&disk.image, copy), 0);
        uint64_t array = copy == 0 ? 2 : disk.source.num_blocks - 1 - array_blocks, first = 2 + array_blocks;
        uint64_t last = disk.source.num_blocks - 2 - array_blocks;

        memcpy(h + 40, &first, 8);
        memcpy(h + 48, &last, 8);
        memcpy(h + 72, &array, 8);
        memcpy(h + 80, &entries, 4);
        memcpy(h + 84, &entry_bytes, 4);
        for (unsigned i = 0; i < entries; i++) {
            uint8_t *e = disk_at(&disk, array, (size_t)i * entry_bytes);
            uint64_t block = first + i;

            memset(e, 1, 16);
            memcpy(e + 16, &i, 4);
            memcpy(e + 32, &block, 8);
            memcpy(e + 40, &block, 8);
        }
        gpt_seal(&disk.image, copy);
    }
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    disk_free(&disk);
    return table.count;
}

START_TEST(arrays_of_other_sizes)
{
    ck_assert_uint_eq(put_many(1, 512), 1);
    ck_assert_uint_eq(disk.num_lines, 0);
    ck_assert_uint_eq(put_many(30, 4096), 30);
    ck_assert_uint_eq(disk.num_lines, 0);
    ck_assert_uint_eq(put_many(128, 1024), 128);
    ck_assert_uint_eq(disk.num_lines, 0);
    ck_assert_uint_eq(put_many(130, 256), PARTITION_MAX);
    ck_assert_uint_eq(disk.num_lines, 2);
    ck_assert(disk_told(&disk, "partition 130 is left out"));
    ck_assert_uint_eq(put_many(400, 128), PARTITION_MAX);
    ck_assert_uint_eq(disk.num_lines, 16);
    ck_assert(disk_told(&disk, "more is wrong"));
}
END_TEST

START_TEST(without_protective_mbr_it_is_not_used)
{
    make(512);
    *disk_at(&disk, 0, 510) = 0;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_int_eq(table.scheme, PARTITION_NONE);
    ck_assert(disk_told(&disk, "no protective MBR"));
    *disk_at(&disk, 0, 510) = 0x55;
    *disk_at(&disk, 0, 450) = 0x83;
    ck_assert_int_eq(disk_read_table(&disk, &table), VMK_OK);
    ck_assert_int_eq(table.scheme, PARTITION_MBR);
    ck_assert(disk_told(&disk, "no protective MBR"));
    disk_free(&disk);
}
END_TEST

/* Ten thousand damaged sectors: half of them with checksums that fit. */
START_TEST(survives_mutations)
{
    static const uint64_t sectors[] = {0, 1, 2, 3, 199, 195};
    static uint8_t whole[BLOCKS * 512];
    unsigned refused = 0, remarked = 0;

    make(512);
    memcpy(whole, disk.image.bytes, sizeof(whole));
    for (unsigned seed = 0; seed < 10000; seed++) {
        uint8_t *sector = disk_at(&disk, sectors[seed % 6], 0);
        unsigned char *bytes;
        size_t len;

        bytes = mutate(sector, 512, seed, &len);
        memcpy(sector, bytes, len);
        free(bytes);
        if (seed & 8) {
            gpt_seal(&disk.image, 0);
            gpt_seal(&disk.image, 1);
        }
        refused += disk_read_table(&disk, &table) != VMK_OK;
        remarked += disk.num_lines != 0;
        memcpy(disk.image.bytes, whole, sizeof(whole));
    }
    ck_assert_uint_gt(remarked, 5000);
    ck_assert_uint_lt(refused, 100);
    disk_free(&disk);
}
END_TEST

RUN_TESTS(reads_every_block_size, one_damaged_copy_is_told_and_the_other_used, two_damaged_copies_are_refused,
          a_flipped_bit_is_seen, entries_where_partitions_may_be, copies_that_disagree, unreadable_blocks,
          truncated_disks, grown_disk, partitions_out_of_range_are_left_out,
          overlapping_partitions_are_left_out, twins_are_told, names_become_utf8, arrays_of_other_sizes,
          without_protective_mbr_it_is_not_used, survives_mutations)
