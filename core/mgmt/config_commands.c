/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * config_commands.c - system settings advanced ...
 */
#include <core/command.h>

#include <vmkapi/lib/libc.h>

#include "config_table.h"

static bool option_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    if (n >= config_count()) {
        return false;
    }
    vmk_Strlcpy(text, config_at(n)->path, len);
    return true;
}

static void emit_option(struct format *f, const struct vmk_ConfigOption *option)
{
    format_row(f);
    format_string(f, option->path);
    if (option->text != NULL) {
        format_string(f, option->text);
        format_string(f, "");
        format_none(f);
        format_uint(f, option->size - 1);
    } else {
        format_stringf(f, "%lu", option->value);
        format_stringf(f, "%lu", option->fallback);
        format_uint(f, option->min);
        format_uint(f, option->max);
    }
    format_string(f, option->help);
}

static VMK_ReturnStatus advanced_list(struct command_call *call)
{
    unsigned i;

    for (i = 0; i < config_count(); i++) {
        emit_option(&call->format, config_at(i));
    }
    return VMK_OK;
}

static const struct format_column list_columns[] = {{"Path", FORMAT_STRING},
                                                    {"Value", FORMAT_STRING},
                                                    {"Default", FORMAT_STRING},
                                                    {"Min", FORMAT_UINT},
                                                    {"Max", FORMAT_UINT},
                                                    {"Description", FORMAT_STRING},
                                                    {0}};
COMMAND(settings_list, .path = "system settings advanced list", .help = "Show the configuration options",
        .handler = advanced_list, .columns = list_columns);

static VMK_ReturnStatus advanced_set(struct command_call *call)
{
    const char *option = command_string(call, "option");
    const char *value = command_string(call, "value");
    vmk_StatusValue status = config_set(option, value);

    if (status == VMK_NOT_FOUND) {
        return command_fail(call, status,
                            "there is no option '%s'; 'system settings advanced list' shows them", option);
    }
    if (status != VMK_OK) {
        return command_fail(call, status,
                            "%s can't be '%s'; 'system settings advanced list' shows its limits", option,
                            value);
    }
    return VMK_OK;
}

static const struct command_arg set_args[] = {
    {.name = "option",
     .letter = 'o',
     .flags = COMMAND_REQUIRED,
     .help = "The option, as /Group/Name",
     .candidate = option_candidate},
    {.name = "value", .letter = 'v', .flags = COMMAND_REQUIRED, .help = "Its new value"},
    {0}};
COMMAND(settings_set, .path = "system settings advanced set", .help = "Change a configuration option",
        .handler = advanced_set, .args = set_args);
