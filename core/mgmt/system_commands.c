/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * system_commands.c - which system this is, and its end.
 */
#include <core/command.h>
#include <core/shutdown.h>
#include <core/uuid.h>
#include <core/version.h>
#include <vmkapi/base/version.h>

static VMK_ReturnStatus version_get(struct command_call *call)
{
    format_row(&call->format);
    format_string(&call->format, VERSION_PRODUCT);
    format_string(&call->format, version_number);
    format_string(&call->format, version_build);
    format_stringf(&call->format, "%d.%d", VMKAPI_REVISION_MAJOR, VMKAPI_REVISION_MINOR);
    return VMK_OK;
}

static const struct format_column version_columns[] = {{"Product", FORMAT_STRING},
                                                       {"Version", FORMAT_STRING},
                                                       {"Build", FORMAT_STRING},
                                                       {"VMKAPI", FORMAT_STRING},
                                                       {0}};
COMMAND(version_get, .path = "system version get", .help = "Show the version", .handler = version_get,
        .columns = version_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus uuid_get(struct command_call *call)
{
    format_row(&call->format);
    format_string(&call->format, uuid_system());
    format_string(&call->format, uuid_source());
    return VMK_OK;
}

static const struct format_column uuid_columns[] = {{"UUID", FORMAT_STRING}, {"Source", FORMAT_STRING}, {0}};
COMMAND(uuid_get, .path = "system uuid get", .help = "Show the machine's UUID", .handler = uuid_get,
        .columns = uuid_columns, .shape = FORMAT_RECORD);

static VMK_ReturnStatus power_off(struct command_call *call)
{
    shutdown_system(SHUTDOWN_POWER_OFF, VMK_OK);
}

static VMK_ReturnStatus reboot(struct command_call *call)
{
    shutdown_system(SHUTDOWN_REBOOT, VMK_OK);
}

COMMAND(shutdown, .path = "system shutdown", .help = "Switch the machine off", .handler = power_off);
COMMAND(shutdown_poweroff, .path = "system shutdown poweroff", .help = "Switch the machine off",
        .handler = power_off);
COMMAND(shutdown_reboot, .path = "system shutdown reboot", .help = "Restart the machine", .handler = reboot);
