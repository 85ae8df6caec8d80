/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats_commands.c - system stats get.
 */
#include <core/command.h>
#include <core/stats.h>

#include <vmkapi/lib/libc.h>

static void emit_counter(void *arg, const char *path, vmk_uint64 value)
{
    struct format *f = arg;

    format_row(f);
    format_string(f, path);
    format_uint(f, value);
}

static VMK_ReturnStatus stats_get_command(struct command_call *call)
{
    const char *path = command_string(call, "path");
    char prefix[STATS_PATH_MAX];
    vmk_ByteCount len;

    vmk_Strlcpy(prefix, path != NULL ? path : "", sizeof(prefix));
    len = vmk_Strlen(prefix);
    if (len > 0 && prefix[len - 1] == '/') {
        prefix[len - 1] = '\0';
    }
    if (stats_walk(prefix, emit_counter, &call->format) != VMK_OK) {
        return command_fail(call, VMK_NOT_FOUND, "there is no statistic '%s'; 'system stats get' shows all",
                            prefix);
    }
    return VMK_OK;
}

/** Receives the @p n-th path of a walk. */
struct nth {
    unsigned n;
    char *text;
    vmk_ByteCount len;
    bool found;
};

static void take_nth(void *arg, const char *path, vmk_uint64 value)
{
    struct nth *nth = arg;

    if (nth->n-- == 0) {
        vmk_Strlcpy(nth->text, path, nth->len);
        nth->found = true;
    }
}

static bool path_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    struct nth nth = {.n = n, .text = text, .len = len};

    return stats_walk("", take_nth, &nth) == VMK_OK && nth.found;
}

static const struct command_arg get_args[] = {{.name = "path",
                                               .letter = 'p',
                                               .flags = COMMAND_BARE,
                                               .help = "A counter, or what lies above it; all unless given",
                                               .candidate = path_candidate},
                                              {0}};
static const struct format_column get_columns[] = {{"Path", FORMAT_STRING}, {"Value", FORMAT_UINT}, {0}};
COMMAND(stats_get, .path = "system stats get", .help = "Show statistics counters",
        .handler = stats_get_command, .args = get_args, .columns = get_columns);
