/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_core - the storage core's promises, with disks of pages, on one CPU and on four; and that nothing
 * of it is left behind.
 */
#include "boot.h"

#include <stdlib.h>

#define PATIENCE_S 600

static const unsigned cpus[] = {1, 4};

START_TEST(promises)
{
    struct machine_options options = boot_options("storage_core");
    struct machine *machine;
    char *output;
    int status;

    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    options.smp = cpus[_i];
    machine = boot_up(&options);
    status = machine_command(machine, "system module load test_storage", PATIENCE_S, &output);
    ck_assert_msg(status == 0, "%u CPUs: status %d %s %s", cpus[_i], status, output, machine_error(machine));
    free(output);
    free(boot_run(machine, "system module unload test_storage"));
    free(boot_run(machine, "system module load ramdisk --parameters 'paths=2 cache=1 max_kib=8'"));
    free(boot_run(machine, "system module unload ramdisk"));
    boot_down(machine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storage_core");
    TCase *tests = tcase_create("storage_core");

    tcase_add_loop_test(tests, promises, 0, sizeof(cpus) / sizeof(cpus[0]));
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
