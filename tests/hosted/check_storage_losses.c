/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_storage_losses.c - what is asked of every driver for disks, of a device that is late, or gone: each
 * request ends once.
 */
#include "storage_subject.h"

#include <run.h>

#define TIME_MS 30000 /* What drivers give a command, and what they do about it. */

/* It ends as its time is over, or what is done then, or just before or after. */
START_TEST(takes_a_command_that_is_late)
{
    static const int off_ms[] = {-100, 0, 100, 1000, 2000};

    subject_start(512);
    for (unsigned time_ms = TIME_MS; time_ms <= subject.gives_up_ms; time_ms += TIME_MS) {
        for (unsigned i = 0; i < VMK_ARRAY_SIZE(off_ms); i++) {
            subject.delay_a_write(time_ms + (unsigned)off_ms[i]);
            disk_exercise(&disk,
                          (struct disk_exercise){
                              .requests = 50, .depth = 8, .blocks_max = 64, .ops = 1 << VMK_BLOCK_WRITE});
        }
    }
    disk_compare(&disk);
    subject_stop();
}
END_TEST

/* Surprise removal: registers read as all ones, with and without the rest of the function. */
START_TEST(survives_being_pulled_out)
{
    struct disk_exercise load = {.requests = 300, .depth = 16, .blocks_max = 300, .ops = READ_WRITE_FLUSH};

    subject_start(512);
    disk_exercise(&disk, load);
    for (unsigned n = 0; n < 30; n++) {
        disk_start(&disk, n % 2 ? VMK_BLOCK_WRITE : VMK_BLOCK_READ, n * 100, 10, DISK_PAGES, 0);
    }
    subject.pull_out(_i != 0);
    ck_assert(disk_settle(&disk, 1800000));
    ck_assert_uint_gt(disk.failed, 0);
    ck_assert(!subject.tells_loss || disk.lost == disk.failed);
    load.may_fail = VMK_TRUE;
    disk_exercise(&disk, load);
    disk_close(&disk);
    ck_assert(stack_unload());
}
END_TEST

int main(void)
{
    const TTest *tests[] = {takes_a_command_that_is_late};
    Suite *suite = suite_create(subject.name);

    tcase_add_loop_test(run_add(suite, "losses", tests, VMK_ARRAY_SIZE(tests), 0), survives_being_pulled_out,
                        0, 2);
    return run_suite(suite);
}
