/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modules - loading and unloading: what works, each way of being refused, and that nothing is left behind.
 */
#include "boot.h"
#include "holdings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS 20

static struct machine *machine;

static void start_machine(void)
{
    struct machine_options options = boot_options("modules");

    options.archive = BOOT_TEST_ARCHIVE;
    options.extra[0] = "-device";
    options.extra[1] = "pci-testdev";
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

/** Whether the list of modules says that @p module is loaded. */
static bool is_loaded(const char *module)
{
    json_t *list = boot_json(machine, "system module list");
    bool loaded = json_is_true(json_object_get(boot_row(list, "Name", module), "IsLoaded"));

    json_decref(list);
    return loaded;
}

START_TEST(dependencies_load_and_hold)
{
    free(boot_run(machine, "system module load depends"));
    ck_assert(is_loaded("hello"));
    boot_run_failing(machine, "system module load hello", "loaded already");
    boot_run_failing(machine, "system module unload hello", "by modules: depends");
    free(boot_run(machine, "system module unload depends"));
    ck_assert(is_loaded("hello"));
    free(boot_run(machine, "system module unload hello"));
    ck_assert(!is_loaded("hello"));
    boot_run_failing(machine, "system module unload hello", "not loaded");
}
END_TEST

START_TEST(a_device_loads_its_driver)
{
    char *log = boot_run(machine, "system file cat /var/log/vmkernel.log");

    ck_assert(is_loaded("testdev"));
    ck_assert_ptr_nonnull(strstr(log, "testdev: attached to"));
    free(log);
    free(boot_run(machine, "system module unload testdev"));
    free(boot_run(machine, "system module load testdev"));
    free(boot_run(machine, "system module unload testdev"));
}
END_TEST

START_TEST(a_module_asks_about_modules)
{
    free(boot_run(machine, "system module load test_module"));
    free(boot_run(machine, "system module unload test_module"));
}
END_TEST

START_TEST(refusals_name_the_cause)
{
    static const char *const cases[][2] = {
        {"system module load nothere", "/lib/modules/nothere.vmk"},
        {"system module load unlicensed", "states no licence"},
        {"system module load proprietary", "its licence is 'Proprietary'"},
        {"system module load missing_symbol", "'vmk_FutureCall'"},
        {"system module load wrong_version", "version 99 of symbol 'vmk_ModuleRegister'"},
        {"system module load unmatched", "needs symbol 'hello_wave', which hello does not offer"},
        {"system module load orphan", "/lib/modules/absent.vmk"},
        {"system module load circle_a", "circle_a: depends on itself by way of circle_b"},
        {"system module load renamed", "the file holds module 'hello'"},
        {"system module load failing_init", "No device present"},
        {"system module load parameters tiny=256", "type byte"},
        {"system module load parameters bogus=1", "no parameter 'bogus'; it has:"},
        {"system module load parameters sizes=1,2,3,4,5", "at most 4 values"},
        {"system module parameters set parameters bogus=1", "no parameter 'bogus'"},
        {"system module load /var/log/vmkernel.log", "was not built by vmk_module()"},
    };

    json_t *before = holdings_take(machine);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        boot_run_failing(machine, cases[i][0], cases[i][1]);
    }
    ck_assert(!is_loaded("hello"));
    holdings_expect(machine, before, "e1000");
    json_decref(before);
}
END_TEST

START_TEST(parameters_arrive)
{
    char *log;

    free(boot_run(machine,
                  "system module load parameters \"count=12 enabled label=abc sizes=1,2 word=seven\""));
    log = boot_run(machine, "system file cat /var/log/vmkernel.log");
    ck_assert_ptr_nonnull(strstr(log, "count=12 tiny=0 enabled=1 label=abc sizes=2:1,2 word=seven"));
    free(log);
    free(boot_run(machine, "system module unload parameters"));
    free(boot_run(machine, "system module parameters set parameters count=77"));
    free(boot_run(machine, "system module load parameters"));
    log = boot_run(machine, "system file cat /var/log/vmkernel.log");
    ck_assert_ptr_nonnull(strstr(log, "count=77"));
    free(log);
    free(boot_run(machine, "system module unload parameters"));
}
END_TEST

/* The kinds of resource whose number does not change while e1000 runs: counter, and name in the list. */
static const char *const kinds[][2] = {{"dma_engines", "DMA engines"},
                                       {"drivers", "drivers"},
                                       {"interrupts", "interrupts"},
                                       {"net_polls", "net polls"},
                                       {"uplinks", "uplinks"}};

START_TEST(what_it_holds_is_in_the_statistics)
{
    json_t *list = boot_json(machine, "system module account list -m e1000");

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        json_t *row = boot_row(list, "Resource", kinds[i][1]);
        char path[64];

        snprintf(path, sizeof(path), "module/e1000/%s", kinds[i][0]);
        ck_assert_int_eq(boot_stat(machine, path), json_integer_value(json_object_get(row, "Count")));
    }
    json_decref(list);
    /* Its receive ring. */
    ck_assert_int_gt(boot_stat(machine, "module/e1000/dma_mappings"), 100);
    free(boot_run(machine, "system module load hello"));
    ck_assert_int_eq(boot_stat(machine, "module/hello/worlds"), 0);
    free(boot_run(machine, "system module unload hello"));
    boot_run_failing(machine, "system stats get module/hello", "module/hello");
}
END_TEST

START_TEST(loading_and_unloading_leaves_nothing)
{
    json_t *before = holdings_take(machine);

    for (unsigned i = 0; i < REPEATS; i++) {
        free(boot_run(machine, "system module load depends"));
        free(boot_run(machine, "system module unload depends"));
        free(boot_run(machine, "system module unload hello"));
        boot_run_failing(machine, "system module load failing_init", "No device present");
    }
    holdings_expect(machine, before, "e1000");
    json_decref(before);
}
END_TEST

START_TEST(running_out_of_memory_leaves_nothing)
{
    json_t *before = holdings_take(machine);

    free(boot_run(machine, "system stress set module_no_memory 1"));
    boot_run_failing(machine, "system module load depends", "no memory for its");
    free(boot_run(machine, "system stress set module_no_memory 0"));
    ck_assert(!is_loaded("hello"));
    holdings_expect(machine, before, "e1000");
    json_decref(before);
}
END_TEST

START_TEST(a_module_that_keeps_something_stays)
{
    free(boot_run(machine, "system module load leaking"));
    boot_run_failing(machine, "system module unload leaking", "heap bytes");
    boot_run_failing(machine, "system module unload leaking", "1 heaps");
    boot_run_failing(machine, "system module unload leaking", "1 reboot handlers");
    boot_run_failing(machine, "system module load leaking", "Busy");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("modules");
    TCase *tests = tcase_create("modules");

    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, dependencies_load_and_hold);
    tcase_add_test(tests, a_device_loads_its_driver);
    tcase_add_test(tests, a_module_asks_about_modules);
    tcase_add_test(tests, refusals_name_the_cause);
    tcase_add_test(tests, parameters_arrive);
    tcase_add_test(tests, what_it_holds_is_in_the_statistics);
    tcase_add_test(tests, loading_and_unloading_leaves_nothing);
    tcase_add_test(tests, running_out_of_memory_leaves_nothing);
    tcase_add_test(tests, a_module_that_keeps_something_stays);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
