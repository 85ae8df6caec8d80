/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_faults [timeouts] - what a disk fails to do, whoever asked is told as what it was, neighbours are
 * as they were, and the disk goes on (QEMU's blkdebug). What a disk does not answer ends by the steps a
 * driver takes, each of which is counted (QEMU's throttle).
 */
#include "disks.h"
#include "verify.h"

#include <stdlib.h>
#include <string.h>

#define MIB         (1ull << 20)
#define IMAGE_BYTES (32 * MIB)
#define BAD_READ    1000 /* Block that cannot be read, */
#define BAD_WRITE   2000 /* and one that cannot be written. */
#define TIMEOUT_S   400
#define PATIENCE_S  150

static const struct kind {
    enum machine_disk_kind kind;
    const char *driver;
    const char *read_error, *write_error; /* QEMU's ATA disks abort the command, and do not say what failed */
    unsigned bytes_per_s;                 /* so that 16 KiB take too long */
    const char *step;                     /* that is counted in the end, */
    int steps;                            /* so often */
} kinds[] = {{MACHINE_DISK_AHCI, "ahci", "I/O error", "I/O error", 400, "requeues", 1},
             {MACHINE_DISK_NVME, "nvme", "Read error", "Write error", 250, "host_resets", 1}};

static struct machine *machine;
static const char *disk, *adapter;

#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)

#define FAULT(n, what)                                                                                       \
    "inject-error." n ".event=none,inject-error." n ".errno=5,inject-error." n ".iotype=" what

static const char read_and_write_faults[] = FAULT("0", "read") ",inject-error.0.sector=" TEXT(
    BAD_READ) "," FAULT("1", "write") ",inject-error.1.sector=" TEXT(BAD_WRITE);
static const char flush_faults[] = FAULT("0", "flush");

static void start_machine(const struct kind *kind, const char *what, const char *faults, bool throttled)
{
    static char name[64];
    snprintf(name, sizeof name, "storage_faults.%s.%s", kind->driver, what);
    struct machine_options options = boot_options(name);
    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    options.disks[0] = (struct machine_disk){
        .kind = kind->kind, .file = disks_image(name, IMAGE_BYTES), .faults = faults, .throttled = throttled};
    machine = boot_up(&options);
    disks_wait(machine, 1);
    disk = disks_path(machine, kind->driver, 0, 0);
    adapter = disks_adapter(machine, kind->driver, 0);
}

static void run(const char *format, unsigned block)
{
    char command[256];
    snprintf(command, sizeof command, format, disk, block);
    free(boot_run(machine, command));
}

static void run_failing(const char *format, unsigned block, const char *cause)
{
    char command[256];
    snprintf(command, sizeof command, format, disk, block);
    boot_run_failing(machine, command, cause);
}

static void assert_reads_as(unsigned block, const char *text)
{
    char command[256];
    snprintf(command, sizeof command, "storage disk read -d %s --block %u", disk, block);
    char *output = boot_run(machine, command);
    ck_assert_msg(strstr(output, text) != NULL, "block %u does not read as %s: %s", block, text, output);
    free(output);
}

#define READ "storage disk read -d %s --block %u"

START_TEST(test_reads_and_writes)
{
    start_machine(&kinds[_i], "blocks", read_and_write_faults, false);
    run("storage disk write -d %s --yes --data aa --block %u", BAD_READ - 1);
    run("storage disk write -d %s --yes --data bb --block %u", BAD_READ);
    run("storage disk write -d %s --yes --data cc --block %u", BAD_READ + 1);
    run_failing(READ, BAD_READ, kinds[_i].read_error);
    assert_reads_as(BAD_READ - 1, "aa aa");
    assert_reads_as(BAD_READ + 1, "cc cc");

    run("storage disk write -d %s --yes --data dd --block %u", BAD_WRITE - 1);
    run_failing("storage disk write -d %s --yes --data ee --block %u", BAD_WRITE, kinds[_i].write_error);
    run("storage disk write -d %s --yes --data ff --block %u", BAD_WRITE + 1);
    assert_reads_as(BAD_WRITE - 1, "dd dd");
    assert_reads_as(BAD_WRITE, "00 00");
    assert_reads_as(BAD_WRITE + 1, "ff ff");

    /* A medium's error is final: the request failed once, and the core did not ask again. */
    ck_assert_int_eq(disks_stat(machine, disk, "FailedRequests"), 2);
    ck_assert_int_eq(disks_stat(machine, disk, "CommandsInFlight"), 0);
    verify_run(machine, disk, TIMEOUT_S, "--block 4096 --size 8M");
    boot_down(machine);
}
END_TEST

START_TEST(test_flushes)
{
    start_machine(&kinds[_i], "flushes", flush_faults, false);
    run("storage disk write -d %s --yes --data aa --block %u", 7);
    char command[128];
    snprintf(command, sizeof command, "storage disk flush -d %s", disk);
    int status = machine_command(machine, command, TIMEOUT_S, NULL);
    ck_assert_msg(status > 0, "a flush that failed gave status %d %s", status, machine_error(machine));
    assert_reads_as(7, "aa aa");
    boot_down(machine);
}
END_TEST

/* How many bytes a second the disk does; 0: any number. */
static void limit(unsigned bytes)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"execute\": \"qom-set\", \"arguments\": {\"path\": \"/objects/disk0-throttle\", "
             "\"property\": \"limits\", \"value\": {\"bps-total\": %u}}}",
             bytes);
    ck_assert_msg(machine_qmp(machine, json, NULL), "%s", machine_error(machine));
}

static void wait_for_event(const char *event, int count)
{
    for (int i = 0; disks_event(machine, adapter, event) < count; i++) {
        ck_assert_msg(i < PATIENCE_S, "no %s are counted", event);
        machine_run_for(machine, 1000);
    }
}

static void wait_for_reads(long long count)
{
    for (int i = 0; boot_stat(machine, "test/disk_load/read") < count; i++) {
        ck_assert_msg(i < PATIENCE_S, "the load does not go on");
        machine_run_for(machine, 1000);
    }
}

/*
 * An operation takes longer than the 30 s that a driver waits for it: the driver gives up on it, resets what
 * it must, and does it again. Whoever asked has waited, and that is all. AHCI resets the port at once; NVMe
 * asks for the command back first, which QEMU does not do, and resets the controller after another 30 s,
 * which has QEMU do the command after all.
 */
START_TEST(test_timeouts)
{
    const struct kind *kind = &kinds[_i];
    char command[128];
    start_machine(kind, "timeouts", NULL, true);
    snprintf(command, sizeof command, "system module load disk_load --parameters 'disk=%s depth=1'", disk);
    free(boot_run(machine, command));
    wait_for_reads(10);
    limit(kind->bytes_per_s);
    wait_for_event("timeouts", 1);
    wait_for_event(kind->step, kind->steps);
    limit(0);
    wait_for_reads(boot_stat(machine, "test/disk_load/read") + 100);
    ck_assert_int_eq(boot_stat(machine, "test/disk_load/failed"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/disk_load/twice"), 0);
    ck_assert_int_eq(boot_stat(machine, "test/disk_load/wrong"), 0);
    free(boot_run(machine, "system module unload disk_load"));
    ck_assert_int_gt(disks_stat(machine, disk, "Timeouts"), 0);
    ck_assert_int_eq(disks_stat(machine, disk, "CommandsInFlight"), 0);
    ck_assert_int_eq(disks_stat(machine, disk, "FailedRequests"), 0);
    verify_run(machine, disk, TIMEOUT_S, "--block 4096 --size 8M --seed 3");
    boot_down(machine);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("storage_faults");
    TCase *tcase = tcase_create("storage_faults");
    if (argc == 2 && strcmp(argv[1], "timeouts") == 0) {
        tcase_add_loop_test(tcase, test_timeouts, 0, sizeof kinds / sizeof *kinds);
    } else {
        tcase_add_loop_test(tcase, test_reads_and_writes, 0, sizeof kinds / sizeof *kinds);
        tcase_add_loop_test(tcase, test_flushes, 0, sizeof kinds / sizeof *kinds);
    }
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
