/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console - every listing in all three forms, and wrong commands, in one boot.
 */
#include "boot.h"

#include <stdlib.h>
#include <string.h>

#define LATE_MS 5000

static const char *const listings[] = {
    "hardware cpu list",
    "hardware interrupt list",
    "hardware memory list",
    "hardware pci list",
    "hardware pci resource list -a 0000:00:02.0",
    "network ip connection list",
    "network ip dns server list",
    "network ip interface list",
    "network ip interface ipv4 get",
    "network ip neighbor list",
    "network ip route ipv4 list",
    "network nic cso get",
    "network nic eeprom dump -n vmnic0",
    "network nic list",
    "network nic offload get -n vmnic0",
    "network nic pauseParams list",
    "network nic register dump -n vmnic0",
    "network nic sg get",
    "network nic stats list",
    "network nic stats private get -n vmnic0",
    "network nic tso get",
    "network port list",
    "network port stats list",
    "network vswitch standard list",
    "network vswitch standard mac list",
    "network vswitch standard portgroup list",
    "system file list /lib/modules",
    "system file list /lib/modules/e1000.vmk",
    "system heap list",
    "system log tail",
    "system module list",
    "system module account list",
    "system module parameters list -m e1000",
    "system settings advanced list",
    "system slab list",
    "system stats get",
    "system stress list",
    "system world list",
    "vm list",
};

static const char *const records[] = {
    "hardware memory get",
    "network nic get -n vmnic0",
    "system module get -m e1000",
    "system version get",
    "system uuid get",
    "network nic stats get -n vmnic0",
    "network nic ring current get -n vmnic0",
    "network nic ring preset get -n vmnic0",

};

/* A command, and what its error must name. */
static const char *const wrong[][2] = {
    {"nework nic list", "did you mean 'network'"},
    {"network nic lst", "did you mean 'list'"},
    {"network nic list --bogus", "--bogus"},
    {"network nic get", "--nic-name"},
    {"network nic get -n vmnic7", "vmnic7"},
    {"network nic list --formatter=xml", "xml"},
    {"network diag ping", "--host"},
    {"system log tail --lines abc", "abc"},
    {"system module load nosuch", "nosuch"},
    {"system module unload vmkernel", "vmkernel"},
    {"system stats get no/such", "no/such"},
    {"system file cat /no/such", "/no/such"},
    {"vm get nosuch", "nosuch"},
    {"vm create /no/such.vmx", "/no/such.vmx"},
    {"\"unclosed", "quot"},
};

static struct machine *machine;

static void start_machine(void)
{
    struct machine_options options = boot_options("console");
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

static size_t count_lines(const char *text)
{
    size_t lines = 0;
    for (const char *p = strchr(text, '\n'); p != NULL; p = strchr(p + 1, '\n')) {
        lines++;
    }
    return lines;
}

START_TEST(test_listings_in_all_forms)
{
    const char *command = listings[_i];
    json_t *list = boot_json(machine, command);
    ck_assert_msg(json_is_array(list), "'%s' gave no JSON array", command);

    char line[256];
    snprintf(line, sizeof line, "%s --formatter=csv", command);
    char *csv = boot_run(machine, line);
    ck_assert_msg(count_lines(csv) >= 1, "'%s' printed no heading", line);
    /* The heading names what the JSON objects have. */
    const char *key;
    json_t *value;
    json_object_foreach(json_array_get(list, 0), key, value)
    {
        char *found = strstr(csv, key);
        ck_assert_msg(found != NULL && found < strchr(csv, '\n'), "'%s' has no column %s", line, key);
    }
    char *table = boot_run(machine, command);
    ck_assert_msg(json_array_size(list) == 0 || *table != '\0', "'%s' printed nothing", command);
    free(table);
    free(csv);
    json_decref(list);
}
END_TEST

START_TEST(test_records)
{
    json_t *record = boot_json(machine, records[_i]);
    ck_assert_msg(json_is_object(record), "'%s' gave no JSON object", records[_i]);
    ck_assert_uint_gt(json_object_size(record), 0);
    json_decref(record);
}
END_TEST

START_TEST(test_wrong_commands)
{
    boot_run_failing(machine, wrong[_i][0], wrong[_i][1]);
}
END_TEST

/* One line that names the cause; nothing else. */
START_TEST(test_errors_are_one_line)
{
    char *output;
    ck_assert_int_gt(machine_command(machine, wrong[_i][0], BOOT_COMMAND_TIMEOUT_S, &output), 0);
    ck_assert_msg(count_lines(output) == 1, "'%s' said more than a line: %s", wrong[_i][0], output);
    free(output);
}
END_TEST

START_TEST(test_help_everywhere)
{
    static const char *const groups[] = {"help", "network help", "network nic help", "system module help"};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        char *text = boot_run(machine, groups[i]);
        ck_assert_msg(count_lines(text) > 3, "'%s' said little: %s", groups[i], text);
        free(text);
    }
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        char line[256];
        snprintf(line, sizeof line, "%s --help", listings[i]);
        char *text = boot_run(machine, line);
        ck_assert_msg(strstr(text, "Usage: ") != NULL, "'%s' shows no usage", line);
        free(text);
    }
}
END_TEST

/* What has no room on its way waits there for its reader: a socket takes some hundred bytes of QEMU's. */
START_TEST(test_late_reader)
{
    static const char command[] = "system module parameters list -m e1000 --formatter=json";
    char *late, *answer = boot_run(machine, command);
    ck_assert_uint_gt(strlen(answer), 1000);
    ck_assert_int_eq(machine_command_unread(machine, command, LATE_MS, BOOT_COMMAND_TIMEOUT_S, &late), 0);
    ck_assert_str_eq(late, answer);
    free(answer);
    free(late);
}
END_TEST

/* Two hundred commands leave nothing behind. */
START_TEST(test_commands_leak_nothing)
{
    free(boot_run(machine, "system module list"));
    json_t *before = boot_json(machine, "system heap list");
    for (int i = 0; i < 100; i++) {
        boot_run_failing(machine, "network nic get -n vmnic7", "vmnic7");
        free(boot_run(machine, "system stats get --formatter=json"));
    }
    json_t *after = boot_json(machine, "system heap list");
    json_t *heap_before = boot_row(before, "Name", "vmkernel");
    json_t *heap_after = boot_row(after, "Name", "vmkernel");
    ck_assert_int_eq(json_integer_value(json_object_get(heap_after, "Allocations")),
                     json_integer_value(json_object_get(heap_before, "Allocations")));
    json_decref(before);
    json_decref(after);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("console");
    TCase *tcase = tcase_create("console");
    tcase_add_unchecked_fixture(tcase, start_machine, stop_machine);
    tcase_add_loop_test(tcase, test_listings_in_all_forms, 0, sizeof listings / sizeof *listings);
    tcase_add_loop_test(tcase, test_records, 0, sizeof records / sizeof *records);
    tcase_add_loop_test(tcase, test_wrong_commands, 0, sizeof wrong / sizeof *wrong);
    tcase_add_loop_test(tcase, test_errors_are_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tcase, test_help_everywhere);
    tcase_add_test(tcase, test_late_reader);
    tcase_add_test(tcase, test_commands_leak_nothing);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
