/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sched - the scheduler's tests in a booted machine with 1 to 8 CPUs; they leave nothing behind.
 */
#include "boot.h"

#include <stdlib.h>

#define PATIENCE_S 600

/** The last is not told that it is virtual, so that its CPUs queue for spinlocks. */
static const struct {
    unsigned cpus;
    const char *model;
} machines[] = {{1, NULL}, {2, NULL}, {4, NULL}, {8, NULL}, {2, "max,-hypervisor"}};

START_TEST(passes)
{
    struct machine_options options = boot_options("sched");
    struct machine *machine;
    char *output;
    int status;

    options.archive = BOOT_TEST_ARCHIVE;
    options.smp = machines[_i].cpus;
    options.cpu = machines[_i].model;
    machine = boot_up(&options);
    status = machine_command(machine, "system module load test_sched", PATIENCE_S, &output);
    ck_assert_msg(status == 0, "%u CPUs: status %d %s %s", machines[_i].cpus, status, output,
                  machine_error(machine));
    free(output);
    free(boot_run(machine, "system module unload test_sched"));
    ck_assert_int_gt(boot_stat(machine, "sched/cpu0/switches"), 0);
    boot_down(machine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sched");
    TCase *tests = tcase_create("sched");

    tcase_add_loop_test(tests, passes, 0, sizeof(machines) / sizeof(machines[0]));
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
