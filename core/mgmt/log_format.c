/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log_format.c - a line as people read it.
 */
#include <core/log.h>

#include <vmkapi/lib/libc.h>

#define MS_PER_S  1000ul
#define NS_PER_MS 1000000ul

const char *log_urgency_name(vmk_LogUrgency urgency)
{
    static const char *const names[] = {[VMK_LOG_URGENCY_NORMAL] = "normal",
                                        [VMK_LOG_URGENCY_WARNING] = "warning",
                                        [VMK_LOG_URGENCY_ALERT] = "alert"};

    return names[urgency];
}

/** Days:hours:minutes:seconds.milliseconds of uptime, as long as no clock tells the date. */
vmk_ByteCount log_format(const struct log_record *record, char line[LOG_LINE_MAX])
{
    static const char *const marks[] = {[VMK_LOG_URGENCY_NORMAL] = "",
                                        [VMK_LOG_URGENCY_WARNING] = "WARNING: ",
                                        [VMK_LOG_URGENCY_ALERT] = "ALERT: "};
    vmk_uint64 ms = record->time_ns / NS_PER_MS;
    vmk_uint64 s = ms / MS_PER_S;

    return (vmk_ByteCount)vmk_Scnprintf(line, LOG_LINE_MAX, "%lu:%02lu:%02lu:%02lu.%03lu cpu%u:%u)%s%s: %s",
                                        s / 86400, s / 3600 % 24, s / 60 % 60, s % 60, ms % MS_PER_S,
                                        record->cpu, record->world, marks[record->urgency], record->module,
                                        record->text);
}
