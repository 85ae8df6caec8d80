/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_io SMP MEMORY [TOTAL DEPTH [KIND]] - blocks that describe themselves, written to and read from each
 * kind of disk, in requests of all sizes and shapes; once the machine is off, each block of each image is
 * looked at from the host, and no other has been touched.
 */
#include "disks.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#define MIB         (1ull << 20)
#define IMAGE_BYTES (96 * MIB)
#define TIMEOUT_S   7200

static unsigned smp = 2;
static const char *memory = "512M", *total = "96M", *depth = "64";

static const struct kind {
    const char *name, *driver;
    unsigned block_size;
    const char *sizes; /* of requests: from one block to more than one command can do */
    const char *depth; /* requests at a time, where it is not the test's */
} kinds[] = {
    {"ahci", "ahci", 512, "512-2M", NULL},
    {"nvme", "nvme", 512, "512-2M", NULL},
    {"nvme-4k", "nvme", 4096, "4096-2M", NULL},
    {"nvme-deep", "nvme", 512, "512-64K", "2046"}, /* all that two of QEMU's queues hold */
};

static bool above_4g(void)
{
    return strchr(memory, 'G') != NULL && atoi(memory) > 4;
}

START_TEST(test_what_is_written_is_there)
{
    const struct kind *kind = &kinds[_i];
    static char name[96];
    char options_text[256];

    snprintf(name, sizeof name, "storage_io.%s.smp%u.%s", kind->name, smp, memory);
    const char *image = disks_image(name, IMAGE_BYTES);
    struct machine_options options = boot_options(name);
    options.smp = smp;
    options.memory = memory;
    options.nic = "none";
    options.disks[0] = (struct machine_disk){
        .kind = strcmp(kind->driver, "ahci") == 0 ? MACHINE_DISK_AHCI : MACHINE_DISK_NVME,
        .file = image,
        .block_size = kind->block_size,
    };
    struct machine *m = boot_up(&options);
    disks_wait(m, 1);
    const char *disk = disks_path(m, kind->driver, 0, 0);

    snprintf(options_text, sizeof options_text,
             "--mode mixed --block 8 --size 48M --total %s --block-size %s --depth %s --seed %d", total,
             kind->sizes, kind->depth != NULL ? kind->depth : depth, 17 + _i);
    struct verify_report report = verify_run(m, disk, TIMEOUT_S, options_text);
    ck_assert_uint_ge(report.bytes_written, 48 * MIB);
    ck_assert_uint_eq(report.bytes_read, report.bytes_written);
    ck_assert_msg(!above_4g() || report.high_pieces > 0, "no buffer lay above 4 GiB");
    ck_assert_int_eq(disks_stat(m, disk, "FailedCommands"), 0);
    ck_assert_int_eq(disks_stat(m, disk, "Timeouts"), 0);
    ck_assert_int_eq(disks_stat(m, disk, "BadCompletions"), 0);
    ck_assert_int_eq(disks_stat(m, disk, "CommandsInFlight"), 0);
    boot_down(m);
    image_expect(image, &report.run, report.last_generation);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc >= 3) {
        smp = (unsigned)atoi(argv[1]);
        memory = argv[2];
    }
    if (argc >= 5) {
        total = argv[3];
        depth = argv[4];
    }
    int first = 0, end = sizeof kinds / sizeof *kinds;
    for (int i = 0; argc == 6 && i < end; i++) {
        if (strcmp(kinds[i].name, argv[5]) == 0) {
            first = i;
            end = i + 1;
        }
    }
    Suite *suite = suite_create("storage_io");
    TCase *tcase = tcase_create("storage_io");
    tcase_add_loop_test(tcase, test_what_is_written_is_there, first, end);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
