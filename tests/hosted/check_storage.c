/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_storage.c - what is asked of every driver for disks, of a device that does what it should: data, a
 * power cut, resets.
 */
#include "storage_subject.h"

#include <run.h>
#include <string.h>

START_TEST(leaves_nothing_behind)
{
    subject.machine_start(512);
    for (unsigned i = 0; i < 10; i++) {
        storage_load();
        subject_stop();
    }
}
END_TEST

/* Every size, alignment and shape, at every depth; whatever is on the disk in the end was acknowledged. */
static const unsigned depths[] = {1, 2, 7, 31, 32, 200};
static const vmk_uint32 block_sizes[] = {512, 4096};
#define WAYS (VMK_ARRAY_SIZE(depths) * VMK_ARRAY_SIZE(block_sizes))

START_TEST(reads_what_was_written)
{
    subject_start(block_sizes[_i % VMK_ARRAY_SIZE(block_sizes)]);
    disk_exercise(&disk, (struct disk_exercise){.requests = 1000,
                                                .depth = depths[_i / VMK_ARRAY_SIZE(block_sizes)],
                                                .blocks_max = (vmk_uint32)disk.blocks / 4,
                                                .ops = subject.ops});
    disk_compare(&disk);
    ck_assert_int_eq(memcmp(subject.medium->now, disk_expected(&disk, 0), disk.blocks * disk.block_bytes), 0);
    subject_stop();
}
END_TEST

/* What was written before a flush, or through, is there after a power cut, every time. */
START_TEST(keeps_what_was_flushed)
{
    subject_start(512);
    for (unsigned i = 0; i < 20; i++) {
        disk_exercise(&disk, (struct disk_exercise){.requests = 100,
                                                    .depth = 32,
                                                    .blocks_max = 64,
                                                    .ops = subject.ops &
                                                           ~(1u << VMK_BLOCK_READ | 1u << VMK_BLOCK_FLUSH)});
        ck_assert_int_eq(disk_do(&disk, VMK_BLOCK_FLUSH, 0, 0), VMK_OK);
        ck_assert_int_eq(disk_do_flags(&disk, VMK_BLOCK_WRITE, i * 64, 64, VMK_BLOCK_FUA), VMK_OK);
        medium_cut(subject.medium, 0, i);
        disk_compare(&disk);
    }
    subject_stop();
}
END_TEST

/* Resets that somebody asks for, while requests are under way: each is done once. */
START_TEST(is_reset_under_load)
{
    struct vmk_StorageAdapterInt *adapter;
    unsigned resets;

    subject_start(512);
    adapter = storage_adapter_find("vmhba0");
    ck_assert_ptr_nonnull(adapter);
    for (unsigned i = 0; i < 50; i++) {
        for (unsigned n = 0; n < 30; n++) {
            disk_start(&disk, n % 2 ? VMK_BLOCK_WRITE : VMK_BLOCK_READ, n * 200, 1 + n * 3, DISK_PAGES, 0);
        }
        resets = subject.resets();
        ck_assert_int_eq(storage_adapter_reset(adapter), VMK_OK);
        ck_assert_uint_eq(subject.resets(), resets + 1);
        ck_assert(disk_settle(&disk, 60000));
    }
    ck_assert_uint_eq(disk.failed, 0);
    storage_adapter_put(adapter);
    disk_compare(&disk);
    subject_stop();
}
END_TEST

int main(void)
{
    const TTest *tests[] = {leaves_nothing_behind, keeps_what_was_flushed, is_reset_under_load};
    Suite *suite = suite_create(subject.name);

    tcase_add_loop_test(run_add(suite, "storage", tests, VMK_ARRAY_SIZE(tests), 0), reads_what_was_written, 0,
                        WAYS);
    return run_suite(suite);
}
