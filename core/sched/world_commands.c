/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * world_commands.c - system world list.
 */
#include <core/command.h>
#include <core/world.h>

static VMK_ReturnStatus world_list(struct command_call *call)
{
    struct world_info info;
    vmk_WorldID after = VMK_INVALID_WORLD_ID;

    while (world_info_next(after, &info)) {
        format_row(&call->format);
        format_int(&call->format, info.id);
        format_string(&call->format, info.name.string);
        format_uint(&call->format, info.cpu);
        format_string(&call->format, info.state);
        format_string(&call->format, info.reason);
        format_uint(&call->format, info.run_ns / VMK_NSEC_PER_USEC);
        format_uint(&call->format, info.switches);
        after = info.id;
    }
    return VMK_OK;
}

static const struct format_column world_columns[] = {
    {"World ID", FORMAT_INT},     {"Name", FORMAT_STRING},
    {"CPU", FORMAT_UINT},         {"State", FORMAT_STRING},
    {"Waits For", FORMAT_STRING}, {"Run Time", FORMAT_UINT, "us"},
    {"Switches", FORMAT_UINT},    {0}};
COMMAND(system_world_list, .path = "system world list", .help = "Show the worlds", .handler = world_list,
        .columns = world_columns);
