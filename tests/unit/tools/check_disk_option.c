/* SPDX-License-Identifier: GPL-2.0-only */
/* check_disk_option.c - disks as a person names them: taken, or refused in a line that says why. */
#include "run.h"

#include <disk_option.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char image[64];
static struct machine_disk disk;
static char why[256], text[128];

static void make_image(void)
{
    strcpy(image, "/tmp/disk_option.XXXXXX");
    int fd = mkstemp(image);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(ftruncate(fd, 10240), 0); /* 20 blocks of 512, two and a half of 4096 */
    close(fd);
}

static void remove_image(void)
{
    unlink(image);
}

static bool parse(const char *format)
{
    snprintf(text, sizeof text, format, image);
    why[0] = '\0';
    return disk_option_parse(text, &disk, why, sizeof why);
}

static void assert_refused(const char *format, const char *reason)
{
    ck_assert_msg(!parse(format), "%s was taken", format);
    ck_assert_msg(strstr(why, reason) != NULL, "%s was refused: %s", format, why);
    ck_assert_ptr_null(strchr(why, '\n'));
}

START_TEST(disks_are_taken)
{
    ck_assert_msg(parse("ahci:%s"), "%s", why);
    ck_assert_int_eq(disk.kind, MACHINE_DISK_AHCI);
    ck_assert_str_eq(disk.file, image);
    ck_assert_uint_eq(disk.block_size, 0);
    ck_assert_msg(parse("nvme:%s,blocksize=1024"), "%s", why);
    ck_assert_int_eq(disk.kind, MACHINE_DISK_NVME);
    ck_assert_str_eq(disk.file, image);
    ck_assert_uint_eq(disk.block_size, 1024);
}
END_TEST

START_TEST(nonsense_is_refused)
{
    assert_refused("%s", "is no disk");
    assert_refused("ahci:", "is no disk");
    assert_refused("nvme:,blocksize=512", "is no disk");
    assert_refused("ahci,:%s", "is no disk");
    assert_refused("floppy:%s", "'floppy' is no kind of disk");
    assert_refused("nvme:%s,", "no option of a disk");
    assert_refused("nvme:%s,size=4", "no option of a disk");
    assert_refused("nvme:%s,blocksize=", "a block has");
    assert_refused("nvme:%s,blocksize=513", "a block has");
    assert_refused("nvme:%s,blocksize=8192", "a block has");
    assert_refused("nvme:%s,blocksize=512x", "a block has");
    assert_refused("ahci:%s,blocksize=4096", "nvme: takes others");
}
END_TEST

START_TEST(files_that_are_no_disks_are_refused)
{
    assert_refused("ahci:%s.not", "No such file");
    assert_refused("ahci:/tmp", "Is a directory");
    assert_refused("nvme:/dev/null", "neither a file nor a disk");
    assert_refused("nvme:%s,blocksize=4096", "has 10240 bytes, which is no number of blocks of 4096");
    ck_assert_int_eq(truncate(image, 0), 0);
    assert_refused("ahci:%s", "has 0 bytes");
}
END_TEST

int main(void)
{
    const TTest *tests[] = {disks_are_taken, nonsense_is_refused, files_that_are_no_disks_are_refused};
    Suite *suite = suite_create(__FILE__);

    tcase_add_checked_fixture(run_add(suite, "tests", tests, sizeof tests / sizeof tests[0], 0), make_image,
                              remove_image);
    return run_suite(suite);
}
