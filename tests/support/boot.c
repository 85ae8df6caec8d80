/* SPDX-License-Identifier: GPL-2.0-only */
#include "boot.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A boot takes seconds; on a loaded machine with the slowest firmware, a minute. */
#define BOOT_TIMEOUT_S      180
#define POWER_OFF_TIMEOUT_S 60

struct machine_options boot_options(const char *test)
{
    static char log_path[512];
    snprintf(log_path, sizeof log_path, "%s/%s.log", BOOT_LOG_DIR, test);
    return (struct machine_options){.kernel = BOOT_KERNEL,
                                    .archive = BOOT_ARCHIVE,
                                    .log_path = log_path,
                                    .boot_timeout_s = BOOT_TIMEOUT_S};
}

struct machine *boot_up(const struct machine_options *options)
{
    struct machine *m = machine_start(options);
    ck_assert_ptr_nonnull(m);
    ck_assert_msg(machine_wait_ready(m), "%s", machine_error(m));
    return m;
}

char *boot_run(struct machine *m, const char *command)
{
    char *output;
    int status = machine_command(m, command, BOOT_COMMAND_TIMEOUT_S, &output);
    ck_assert_msg(status == 0, "'%s' gave status %d: %s%s", command, status, output != NULL ? output : "",
                  machine_error(m));
    return output;
}

void boot_do(struct machine *m, const char *format, ...)
{
    char command[512];
    va_list args;

    va_start(args, format);
    ck_assert_int_lt(vsnprintf(command, sizeof command, format, args), (int)sizeof command);
    va_end(args);
    free(boot_run(m, command));
}

void boot_run_failing(struct machine *m, const char *command, const char *cause)
{
    char *output;
    int status = machine_command(m, command, BOOT_COMMAND_TIMEOUT_S, &output);
    ck_assert_msg(status > 0, "'%s' should have failed, and gave status %d %s", command, status,
                  machine_error(m));
    ck_assert_msg(strstr(output, cause) != NULL, "'%s' should have named '%s', and said: %s", command, cause,
                  output);
    free(output);
}

json_t *boot_json(struct machine *m, const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "%s --formatter=json", command);
    char *output = boot_run(m, line);
    json_error_t error;
    json_t *json = json_loads(output, 0, &error);
    ck_assert_msg(json != NULL, "'%s' printed no JSON: line %d: %s\n%s", line, error.line, error.text,
                  output);
    free(output);
    return json;
}

json_t *boot_row(json_t *list, const char *key, const char *value)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row)
    {
        const char *text = json_string_value(json_object_get(row, key));
        if (text != NULL && strcmp(text, value) == 0) {
            return row;
        }
    }
    ck_abort_msg("no row has %s = %s", key, value);
    return NULL;
}

long long boot_stat(struct machine *m, const char *path)
{
    char command[256];
    snprintf(command, sizeof command, "system stats get %s", path);
    json_t *list = boot_json(m, command);
    json_t *value = json_object_get(json_array_get(list, 0), "Value");
    ck_assert_msg(json_is_integer(value), "'%s' gave no number", command);
    long long number = json_integer_value(value);
    json_decref(list);
    return number;
}

void boot_down(struct machine *m)
{
    ck_assert_msg(machine_power_off(m, POWER_OFF_TIMEOUT_S), "%s", machine_error(m));
    machine_stop(m);
}

int boot_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
