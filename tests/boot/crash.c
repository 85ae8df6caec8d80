/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash - each kind of crash ends in the crash screen and its JSON line, which name reason, CPU, module and
 * a symbolised backtrace; and the machine powers itself off with a failure.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

#define CRASH_TIMEOUT_S     60
#define POWER_OFF_TIMEOUT_S 10

static const struct {
    const char *command;
    const char *reason; /* part of the JSON line's "reason" */
    const char *module;
} kinds[] = {
    {"system crash --kind panic", "", "vmkernel"},
    {"system crash --kind fault", "page fault", "vmkernel"},
    {"system crash --kind hang", "", "vmkernel"},
    {"system crash --kind oom", "memory", "vmkernel"},
    {"system crash --kind stack", "stack overflow", "vmkernel"},
    {"system crash --kind text", "forbids", "vmkernel"},
    {"system module load faulting", "page fault", "faulting"},
    {"system module load panicking", "panicking blames the kernel", "vmkernel"},
    {"system module load panicking check", "check failed: tests/modules/panicking.c:", "panicking"},
};

static json_t *crash_report(struct machine *m)
{
    const char *line = strstr(machine_console(m), "@@vmk crash=");
    ck_assert_msg(line != NULL, "no crash line: %s", machine_error(m));
    json_error_t error;
    json_t *report = json_loads(strchr(line, '{'), JSON_DISABLE_EOF_CHECK, &error);
    ck_assert_msg(report != NULL, "the crash line is no JSON: %s", error.text);
    return report;
}

static struct machine *start_machine(const char *name)
{
    struct machine_options options = boot_options(name);
    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    return boot_up(&options);
}

static void expect_power_off(struct machine *m)
{
    ck_assert_msg(machine_wait_end(m, POWER_OFF_TIMEOUT_S), "the machine stays on");
    ck_assert_ptr_nonnull(strstr(machine_console(m), "@@vmk exit=1"));
}

START_TEST(test_crash)
{
    char name[32];
    snprintf(name, sizeof name, "crash.%d", _i);
    struct machine *m = start_machine(name);
    ck_assert_int_eq(machine_command(m, kinds[_i].command, CRASH_TIMEOUT_S, NULL), -1);
    machine_wait_console(m, "@@vmk crash=", CRASH_TIMEOUT_S);

    json_t *report = crash_report(m);
    const char *reason = json_string_value(json_object_get(report, "reason"));
    ck_assert_ptr_nonnull(reason);
    ck_assert_msg(strstr(reason, kinds[_i].reason) != NULL, "the reason is '%s'", reason);
    ck_assert_str_eq(json_string_value(json_object_get(report, "module")), kinds[_i].module);
    ck_assert(json_is_integer(json_object_get(report, "cpu")));
    ck_assert(json_is_integer(json_object_get(report, "uptimeMs")));
    json_t *backtrace = json_object_get(report, "backtrace");
    ck_assert_uint_gt(json_array_size(backtrace), 0);
    char in_module[64];
    snprintf(in_module, sizeof in_module, "@%s+0x", kinds[_i].module);
    bool symbolised = false;
    for (size_t i = 0; i < json_array_size(backtrace); i++) {
        symbolised |= strstr(json_string_value(json_array_get(backtrace, i)), in_module) != NULL;
    }
    ck_assert_msg(symbolised, "no entry of the backtrace is function%s…", in_module);
    json_decref(report);

    ck_assert_msg(strstr(machine_console(m), "has crashed") != NULL, "there is no crash screen");
    expect_power_off(m);
    machine_stop(m);
}
END_TEST

/* A crash while telling about a crash is an end too. */
START_TEST(test_crash_twice)
{
    struct machine *m = start_machine("crash.twice");
    ck_assert_int_eq(machine_command(m, "system crash --kind twice", CRASH_TIMEOUT_S, NULL), -1);
    machine_wait_console(m, "crashed again", CRASH_TIMEOUT_S);
    ck_assert_ptr_nonnull(strstr(machine_console(m), "crashed again while telling about the crash"));
    expect_power_off(m);
    machine_stop(m);
}
END_TEST

/* What was written last is out before the machine is off, though its reader is slow. */
START_TEST(test_slow_console)
{
    struct machine_options options = boot_options("crash.slow");
    options.nic = "none";
    options.slow_console = true;
    struct machine *m = boot_up(&options);
    ck_assert_int_eq(machine_command(m, "system crash --kind panic", CRASH_TIMEOUT_S, NULL), -1);
    expect_power_off(m);
    machine_stop(m);
}
END_TEST

/* A module that will not let the system stop in order does not keep it from stopping. */
START_TEST(test_stubborn_module)
{
    struct machine *m = start_machine("crash.stubborn");
    free(boot_run(m, "system module load stubborn"));
    ck_assert_int_eq(machine_command(m, "system shutdown", CRASH_TIMEOUT_S, NULL), -1);
    ck_assert_ptr_nonnull(strstr(machine_console(m), "takes too long"));
    expect_power_off(m);
    machine_stop(m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crash");
    TCase *tcase = tcase_create("crash");
    tcase_add_loop_test(tcase, test_crash, 0, sizeof kinds / sizeof *kinds);
    tcase_add_test(tcase, test_crash_twice);
    tcase_add_test(tcase, test_slow_console);
    tcase_add_test(tcase, test_stubborn_module);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
