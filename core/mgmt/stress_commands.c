/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stress_commands.c - system stress ...: fault points, of which only debug builds have any.
 */
#include <core/command.h>

#include <vmkapi/lib/libc.h>

#include "stress_table.h"

static bool point_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    if (n >= stress_count()) {
        return false;
    }
    vmk_Strlcpy(text, stress_at(n)->name, len);
    return true;
}

static VMK_ReturnStatus stress_list(struct command_call *call)
{
    unsigned i;

    for (i = 0; i < stress_count(); i++) {
        const vmk_StressPoint *point = stress_at(i);

        format_row(&call->format);
        format_string(&call->format, point->name);
        format_uint(&call->format, point->every);
        format_uint(&call->format, point->passes);
        format_uint(&call->format, point->hits);
        format_string(&call->format, point->help);
    }
    return VMK_OK;
}

static const struct format_column list_columns[] = {{"Name", FORMAT_STRING}, {"Every", FORMAT_UINT},
                                                    {"Passes", FORMAT_UINT}, {"Hits", FORMAT_UINT},
                                                    {"What", FORMAT_STRING}, {0}};
COMMAND(stress_list, .path = "system stress list", .help = "Show the fault points", .handler = stress_list,
        .columns = list_columns);

static VMK_ReturnStatus stress_set(struct command_call *call)
{
    const char *name = command_string(call, "name");
    vmk_StressOptionHandle point;

    if (vmk_StressOptionOpen(name, &point) != VMK_OK) {
        return command_fail(call, VMK_NOT_FOUND,
                            "there is no fault point '%s'; 'system stress list' shows them", name);
    }
    point->every = (vmk_uint32)command_uint(call, "every", 0);
    point->passes = 0;
    point->hits = 0;
    return VMK_OK;
}

static const struct command_arg set_args[] = {{.name = "name",
                                               .letter = 'n',
                                               .flags = COMMAND_REQUIRED,
                                               .help = "The fault point",
                                               .candidate = point_candidate},
                                              {.name = "every",
                                               .letter = 'e',
                                               .type = COMMAND_UINT,
                                               .flags = COMMAND_REQUIRED,
                                               .max = 0xffffffff,
                                               .help = "Fail each so-many-th time; 0 never"},
                                              {0}};
COMMAND(stress_set, .path = "system stress set", .help = "Arm or disarm a fault point", .handler = stress_set,
        .args = set_args);
