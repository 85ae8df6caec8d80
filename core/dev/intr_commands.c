/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intr_commands.c - hardware interrupt list.
 */
#include <core/command.h>
#include <core/intr.h>

static const struct format_column columns[] = {
    {"Interrupt", FORMAT_UINT, NULL}, {"Device", FORMAT_STRING, NULL},
    {"CPU", FORMAT_UINT, NULL},       {"Vector", FORMAT_UINT, NULL},
    {"Enabled", FORMAT_BOOL, NULL},   {"Fired", FORMAT_UINT, NULL},
    {"Claimed", FORMAT_UINT, NULL},   {0},
};

static void emit(void *arg, const struct intr *intr)
{
    struct format *f = arg;

    format_row(f);
    format_uint(f, intr->cookie);
    format_string(f, intr->registered ? intr->props.deviceName.string : NULL);
    format_uint(f, intr->line->pcpu);
    format_uint(f, intr->line->vector);
    format_bool(f, intr->enabled);
    format_uint(f, intr->fired);
    format_uint(f, intr->claimed);
}

static VMK_ReturnStatus interrupt_list(struct command_call *call)
{
    intr_walk(emit, &call->format);
    return VMK_OK;
}

COMMAND(hardware_interrupt_list, .path = "hardware interrupt list",
        .help = "List the interrupts devices have", .handler = interrupt_list, .columns = columns,
        .shape = FORMAT_LIST);
