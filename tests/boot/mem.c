/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mem - memory's tests in booted machines of several sizes; they leave nothing behind.
 */
#include "boot.h"

#include <stdlib.h>

#define PATIENCE_S 300

static const struct {
    unsigned cpus;
    const char *memory;
} machines[] = {{1, "64M"}, {2, "512M"}, {4, "5G"}};

START_TEST(passes)
{
    struct machine_options options = boot_options("mem");
    struct machine *machine;
    char *output;
    int status;

    options.archive = BOOT_TEST_ARCHIVE;
    options.smp = machines[_i].cpus;
    options.memory = machines[_i].memory;
    machine = boot_up(&options);
    status = machine_command(machine, "system module load test_mem", PATIENCE_S, &output);
    ck_assert_msg(status == 0, "%u CPUs, %s: status %d %s %s", machines[_i].cpus, machines[_i].memory, status,
                  output, machine_error(machine));
    free(output);
    free(boot_run(machine, "system module unload test_mem"));
    boot_down(machine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("mem");
    TCase *tests = tcase_create("mem");

    tcase_add_loop_test(tests, passes, 0, sizeof(machines) / sizeof(machines[0]));
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
