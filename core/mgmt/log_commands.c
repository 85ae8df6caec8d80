/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_commands.c - system log tail.
 */
#include <core/command.h>
#include <core/log.h>

#include <vmkapi/lib/libc.h>

#define LINES_UNLESS_TOLD 20

/** What is shown: the newest @p lines of at least this urgency. */
struct selection {
    vmk_uint64 lines;
    vmk_LogUrgency least;
};

static bool is_selected(const struct selection *selection, const struct log_record *record)
{
    return record->urgency >= selection->least;
}

/** Where the lines to show begin. */
static vmk_uint64 find_start(const struct selection *selection, vmk_uint64 end)
{
    vmk_uint64 next = 0, passing = 0, skip;
    struct log_record record;

    while (next < end && log_read(&next, &record)) {
        passing += is_selected(selection, &record);
    }
    skip = passing > selection->lines ? passing - selection->lines : 0;
    next = 0;
    while (skip > 0 && next < end && log_read(&next, &record)) {
        skip -= is_selected(selection, &record);
    }
    return next;
}

static void emit_line(struct format *f, const struct log_record *record)
{
    char line[LOG_LINE_MAX];

    log_format(record, line);
    format_row(f);
    format_uint(f, record->time_ns / 1000);
    format_uint(f, record->cpu);
    format_uint(f, record->world);
    format_string(f, log_urgency_name(record->urgency));
    format_string(f, record->module);
    format_string(f, line);
}

static vmk_LogUrgency parse_level(const char *level)
{
    unsigned urgency = VMK_LOG_URGENCY_NORMAL;

    while (level != NULL && vmk_Strcmp(level, log_urgency_name((vmk_LogUrgency)urgency)) != 0) {
        urgency++;
    }
    return (vmk_LogUrgency)urgency;
}

static VMK_ReturnStatus log_tail(struct command_call *call)
{
    struct selection selection = {.lines = command_uint(call, "lines", LINES_UNLESS_TOLD),
                                  .least = parse_level(command_string(call, "level"))};
    vmk_uint64 end = log_next();
    vmk_uint64 next = find_start(&selection, end);
    struct log_record record;

    while (next < end && log_read(&next, &record)) {
        if (is_selected(&selection, &record)) {
            emit_line(&call->format, &record);
        }
    }
    return VMK_OK;
}

static const struct command_arg tail_args[] = {{.name = "lines",
                                                .letter = 'n',
                                                .type = COMMAND_UINT,
                                                .min = 1,
                                                .max = LOG_SLOTS,
                                                .flags = COMMAND_BARE,
                                                .help = "How many; 20 unless given"},
                                               {.name = "level",
                                                .letter = 'l',
                                                .type = COMMAND_CHOICE,
                                                .choices = "normal|warning|alert",
                                                .help = "Leave out what is less urgent"},
                                               {0}};
static const struct format_column tail_columns[] = {{"Uptime", FORMAT_UINT, "us"},
                                                    {"CPU", FORMAT_UINT},
                                                    {"World", FORMAT_UINT},
                                                    {"Level", FORMAT_STRING},
                                                    {"Module", FORMAT_STRING},
                                                    {"Line", FORMAT_STRING},
                                                    {0}};
COMMAND(system_log_tail, .path = "system log tail", .help = "Show the newest lines of the log",
        .handler = log_tail, .args = tail_args, .columns = tail_columns, .shape = FORMAT_LINES);
