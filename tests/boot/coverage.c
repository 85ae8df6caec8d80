/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * coverage - a kernel of preset `coverage` counts what runs, and what doesn't: in the kernel, in a module, in
 * one that has gone, on four CPUs at once, and when it ends by a crash.
 */
#include "boot.h"
#include "counting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_OBJECTS COVERAGE_BUILD "/core/CMakeFiles/openvmk.dir/"
#define TEST_MODULES   COVERAGE_BUILD "/tests/modules/CMakeFiles/objects-"
#define SCHED_TEST     COVERAGE_BUILD "/tests/conformance/CMakeFiles/objects-test_sched.dir/sched/lock.c"
#define ROUNDS         5000 /* Of count_once(), in each of the worlds that run count_often(). */
#define LOADS          3

static void run(const char *command)
{
    ck_assert_msg(system(command) == 0, "'%s' failed", command);
}

static struct machine *boot_counted(void)
{
    run("rm -rf " COVERAGE_STREAMS " && mkdir -p " COVERAGE_STREAMS);
    struct machine_options options = boot_options("coverage");

    options.kernel = COVERAGE_BUILD "/openvmk";
    options.archive = COVERAGE_BUILD "/openvmk-test.archive";
    options.smp = COUNTING_CPUS;
    options.nic = "none";
    return boot_up(&options);
}

/** Have the counts of the machines that ended in the .gcda files. */
static void collect(void)
{
    run(GCDAMERGE " " COVERAGE_STREAMS "/*");
}

/** How often @p function of the object at @p path ran. */
static long long count_of(const char *path, const char *function)
{
    char command[512];
    json_error_t error;

    snprintf(command, sizeof command, "gcov --json-format --stdout %s.gcda", path);
    FILE *gcov = popen(command, "r");
    json_t *report = json_loadf(gcov, 0, &error);
    ck_assert_msg(pclose(gcov) == 0 && report != NULL, "'%s' failed: %s", command, error.text);
    json_t *file, *files = json_object_get(report, "files");
    long long count = -1;
    size_t i, j;
    json_array_foreach(files, i, file)
    {
        json_t *row, *functions = json_object_get(file, "functions");
        json_array_foreach(functions, j, row)
        {
            if (strcmp(json_string_value(json_object_get(row, "name")), function) == 0) {
                count = json_integer_value(json_object_get(row, "execution_count"));
            }
        }
    }
    json_decref(report);
    ck_assert_msg(count >= 0, "%s has no function '%s'", path, function);
    return count;
}

START_TEST(what_ran_is_counted)
{
    struct machine *m = boot_counted();

    for (unsigned i = 0; i < LOADS; i++) {
        free(boot_run(m, "system module load hello"));
        free(boot_run(m, "system module unload hello"));
    }
    free(boot_run(m, "system module load hello"));
    free(boot_run(m, "system module load counting"));
    boot_down(m);
    collect();

    ck_assert_int_eq(count_of(KERNEL_OBJECTS "main.c", "kmain"), 1);
    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/shutdown.c", "shutdown_system"), 1);
    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/shutdown.c", "shutdown_at_once"), 0);
    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/crash.c", "vmk_Panic"), 0);
    ck_assert_int_eq(count_of(TEST_MODULES "hello.dir/hello.c", "hello_greet"), LOADS + 1);
    ck_assert_int_eq(count_of(TEST_MODULES "hello.dir/hello.c", "cleanup_module"), LOADS);
    ck_assert_int_eq(count_of(TEST_MODULES "counting.dir/counting.c", "called"),
                     COUNTING_CPUS * COUNTING_CALLS);
    ck_assert_int_eq(count_of(TEST_MODULES "counting.dir/counting.c", "cleanup_module"), 0);
}
END_TEST

START_TEST(a_crash_is_counted)
{
    struct machine *m = boot_counted();

    (void)machine_command(m, "system crash --kind panic", BOOT_COMMAND_TIMEOUT_S, NULL);
    ck_assert_msg(machine_wait_end(m, BOOT_COMMAND_TIMEOUT_S), "%s", machine_error(m));
    machine_stop(m);
    collect();

    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/crash.c", "vmk_Panic"), 1);
    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/shutdown.c", "shutdown_at_once"), 1);
    ck_assert_int_eq(count_of(KERNEL_OBJECTS "mgmt/shutdown.c", "shutdown_system"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("coverage");
    TCase *tests = tcase_create("coverage");

    setenv("OPENVMK_COVERAGE", COVERAGE_STREAMS, 1);
    tcase_add_test(tests, what_ran_is_counted);
    tcase_add_test(tests, a_crash_is_counted);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
