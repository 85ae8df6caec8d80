/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * power_cut [CUTS GENERATIONS] - what was acknowledged by a flush, or by FUA, survives the power, wherever it
 * is cut. QEMU logs what the disk is told, and the host cuts (tools/powercut). A storage layer that forgets
 * its flushes is caught.
 *
 * QEMU's AHCI disks have no FUA, so there the storage core flushes. Its NVMe disks have it, and do nothing
 * about it (QEMU 7.2): that a write with FUA carries its bit is hosted.nvme's to see, here it could only
 * fail.
 */
#include "disks.h"
#include "verify.h"

#include <powercut.h>
#include <stdlib.h>
#include <string.h>

#define MIB         (1ull << 20)
#define IMAGE_BYTES (16 * MIB)
#define TIMEOUT_S   3600
#define SEED        20

static unsigned cuts = 100, generations = 3;

enum promise { BY_FLUSH, BY_FUA, BY_BOTH };

static const char *const promises[] = {
    [BY_FLUSH] = "--mode flush --flush-every 24",
    [BY_FUA] = "--mode write --fua 100",
    [BY_BOTH] = "--mode flush --flush-every 40 --fua 20",
};

static const struct run {
    enum machine_disk_kind kind;
    const char *name, *driver;
    unsigned block_size;
    enum promise promise;
    const char *mutant; /* a fault point that is armed, and has to be caught; NULL: none */
} runs[] = {
    {MACHINE_DISK_AHCI, "ahci.flush", "ahci", 512, BY_FLUSH, NULL},
    {MACHINE_DISK_AHCI, "ahci.fua", "ahci", 512, BY_FUA, NULL},
    {MACHINE_DISK_AHCI, "ahci.both", "ahci", 512, BY_BOTH, NULL},
    {MACHINE_DISK_NVME, "nvme.flush", "nvme", 512, BY_FLUSH, NULL},
    {MACHINE_DISK_NVME, "nvme-4k.flush", "nvme", 4096, BY_FLUSH, NULL},
    {MACHINE_DISK_AHCI, "ahci.forgetful", "ahci", 512, BY_FLUSH, "storage_flush_lost"},
    {MACHINE_DISK_AHCI, "ahci.fua-forgotten", "ahci", 512, BY_FUA, "storage_fua_lost"},
    {MACHINE_DISK_NVME, "nvme.forgetful", "nvme", 512, BY_FLUSH, "storage_flush_lost"},
};

/* Boot, write, power off. @return the log's path */
static const char *write_under_log(const struct run *run, struct verify_report *report)
{
    static char name[64], log[80];
    char text[256];

    snprintf(name, sizeof name, "power_cut.%s", run->name);
    snprintf(log, sizeof log, "%s.writes", name);
    const char *path = disks_image(log, 0);
    struct machine_options options = boot_options(name);
    options.nic = "none";
    options.disks[0] = (struct machine_disk){.kind = run->kind,
                                             .file = disks_image(name, IMAGE_BYTES),
                                             .block_size = run->block_size,
                                             .log = path};
    struct machine *m = boot_up(&options);
    disks_wait(m, 1);
    if (run->mutant != NULL) {
        snprintf(text, sizeof text, "system stress set -n %s -e 1", run->mutant);
        free(boot_run(m, text));
    }
    snprintf(text, sizeof text,
             "%s --block 64 --size 8M --total %uM --block-size %u-64K --depth 32 --seed %d",
             promises[run->promise], 8 * generations, run->block_size, SEED);
    *report = verify_run(m, disks_path(m, run->driver, 0, 0), TIMEOUT_S, text);
    boot_down(m);
    return path;
}

static struct powercut_result cut(const char *log, const struct verify_report *report)
{
    struct powercut_result result;
    char told[4096] = "";
    size_t len;
    uint8_t *bytes = disks_map(log, &len);
    FILE *file = fmemopen(told, sizeof told - 1, "w");

    bool sound = powercut_run(bytes, len, &report->run, cuts, SEED, report->writes, file, &result);
    fclose(file);
    disks_unmap(bytes, len);
    ck_assert_msg(sound, "%s: %s", log, told);
    printf("%s: %lu entries, %lu flushes, %lu cuts, %lu blocks at risk, %lu cuts with losses\n%.*s", log,
           result.entries, result.flushes, result.cuts, result.unflushed, result.losses,
           (int)strcspn(told, "\n"), told);
    puts("");
    return result;
}

START_TEST(test_what_was_promised_survives)
{
    const struct run *run = &runs[_i];
    struct verify_report report;
    const char *log = write_under_log(run, &report);
    struct powercut_result result = cut(log, &report);

    ck_assert_uint_eq(result.cuts, cuts);
    ck_assert_uint_eq(result.stable, report.writes);
    ck_assert_uint_gt(result.unflushed, cuts); /* Or there was nothing to lose. */
    if (run->mutant == NULL) {
        ck_assert_uint_eq(result.losses, 0);
        ck_assert_uint_ge(result.flushes, report.flushes);
    } else {
        ck_assert_uint_gt(result.losses, cuts / 2);
    }
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3) {
        cuts = (unsigned)atoi(argv[1]);
        generations = (unsigned)atoi(argv[2]);
    }
    Suite *suite = suite_create("power_cut");
    TCase *tcase = tcase_create("power_cut");
    tcase_add_loop_test(tcase, test_what_was_promised_survives, 0, sizeof runs / sizeof *runs);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
