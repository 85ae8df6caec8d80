/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wx - the page tables of a machine that runs: nothing in them may be written and executed, neither through
 * one mapping nor through two, with modules loaded, loaded again and unloaded.
 */
#include "boot.h"

#include <stdlib.h>

#define LOADS 10

static struct machine *machine;

static long long number(json_t *audit, const char *key)
{
    json_t *value = json_object_get(audit, key);
    ck_assert_msg(json_is_integer(value), "there is no number %s", key);
    return json_integer_value(value);
}

/* Look at all mappings; @return how many executable pages there are. */
static long long check_mappings(void)
{
    json_t *audit = boot_json(machine, "hardware memory protection get");
    long long executable = number(audit, "Executable");
    ck_assert_int_eq(number(audit, "WritableAndExecutable"), 0);
    ck_assert_int_eq(number(audit, "ExecutableWrittenElsewhere"), 0);
    ck_assert(json_is_true(json_object_get(audit, "Enforced")));
    ck_assert_int_gt(executable, 0);
    ck_assert_int_gt(number(audit, "Writable"), executable);
    ck_assert_int_gt(number(audit, "Mapped"), number(audit, "Writable"));
    json_decref(audit);
    return executable;
}

static const struct {
    const char *type;
    unsigned smp;
    const char *memory;
} machines[] = {{"q35", 2, "512M"}, {"pc", 1, "64M"}, {"q35", 4, "5G"}};

START_TEST(test_mappings)
{
    struct machine_options options = boot_options("wx");
    options.archive = BOOT_TEST_ARCHIVE;
    options.type = machines[_i].type;
    options.smp = machines[_i].smp;
    options.memory = machines[_i].memory;
    machine = boot_up(&options);
    long long with_driver = check_mappings();
    free(boot_run(machine, "system module unload e1000"));
    long long without_driver = check_mappings();
    ck_assert_int_lt(without_driver, with_driver);
    for (int i = 0; i < LOADS; i++) {
        free(boot_run(machine, "system module load e1000"));
        free(boot_run(machine, "system module load depends"));
        ck_assert_int_gt(check_mappings(), with_driver);
        free(boot_run(machine, "system module unload depends"));
        free(boot_run(machine, "system module unload hello"));
        ck_assert_int_eq(check_mappings(), with_driver);
        free(boot_run(machine, "system module unload e1000"));
        ck_assert_int_eq(check_mappings(), without_driver);
    }
    boot_down(machine);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wx");
    TCase *tcase = tcase_create("wx");
    tcase_add_loop_test(tcase, test_mappings, 0, sizeof machines / sizeof *machines);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
