/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmkapi - what VMKAPI's headers promise, call by call, asked by test modules of a machine without NIC; and
 * what of it shows outside.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

static struct machine *machine;

static void start_machine(void)
{
    struct machine_options options = boot_options("vmkapi");

    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

START_TEST(locks_worlds_helpers_and_time)
{
    free(boot_run(machine, "system module load test_sync"));
    free(boot_run(machine, "system module unload test_sync"));
}
END_TEST

/** How often a module's line is in the log. */
static unsigned logged(const char *line)
{
    char *log = boot_run(machine, "system file cat /var/log/vmkernel.log");
    unsigned count = 0;

    for (const char *at = log; (at = strstr(at, line)) != NULL; at++) {
        count++;
    }
    free(log);
    return count;
}

START_TEST(logging_and_the_system)
{
    free(boot_run(machine, "system stress set poll_lost 2"));
    free(boot_run(machine, "system module load test_system"));
    free(boot_run(machine, "system stress set poll_lost 0"));
    ck_assert_uint_eq(logged(")test-lines: line 1 without level\n"), 1);
    ck_assert_uint_eq(logged(")test-lines: line 2 at level 2\n"), 1);
    ck_assert_uint_eq(logged("line 3 at level 3\n"), 0);
    ck_assert_uint_eq(logged(")test-lines: line 4 at level 3\n"), 1);
    /* By vmk_vLogNoLevel(); not by vmk_vLogLevel(), whose level is too high. */
    ck_assert_uint_eq(logged(")WARNING: test-lines: line 5 by list\n"), 1);
    ck_assert_uint_eq(logged(")test-lines: line 5 by list\n"), 0);
    ck_assert_uint_eq(logged(")test-named: line 5 by list\n"), 1);
    ck_assert_uint_ge(logged(")test-lines:   init_module@test_system+0x"), 1);
    ck_assert_uint_ge(logged("init_module@test_system+0x"), 2);
    free(boot_run(machine, "system module unload test_system"));
}
END_TEST

START_TEST(uplinks_polls_and_the_stack)
{
    free(boot_run(machine, "system module unload tcpip"));
    free(boot_run(machine, "system module load test_net"));
    json_t *list = boot_json(machine, "network ip interface list");
    ck_assert_int_eq(json_integer_value(json_object_get(boot_row(list, "Name", "test0"), "MTU")), 1500);
    json_decref(list);
    free(boot_run(machine, "system module unload test_net"));
    boot_run_failing(machine, "network ip interface list", "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vmkapi");
    TCase *tests = tcase_create("vmkapi");

    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, locks_worlds_helpers_and_time);
    tcase_add_test(tests, logging_and_the_system);
    tcase_add_test(tests, uplinks_polls_and_the_stack);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
