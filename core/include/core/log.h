/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - the ring behind vmk_Log, and those who read it: console, file, `system log tail`, crash screen.
 *
 * A writer claims a slot with one atomic operation and never waits, so logging is allowed anywhere. Before
 * log_start() each line goes to the console at once; after it, the log world carries lines to console and
 * file. A reader that is slower than a whole turn of the ring loses the oldest lines, and is told how many.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>

#include <vmkapi/base/logging.h>
#include <vmkapi/base/types.h>

#define LOG_TEXT_MAX 200 /**< Text of one line, NUL included; longer text goes on in the next line. */
#define LOG_NAME_MAX 24
#define LOG_LINE_MAX (LOG_TEXT_MAX + LOG_NAME_MAX + 56) /**< A line as printed. */
#define LOG_SLOTS    1536

/** One line, unpacked. */
struct log_record {
    vmk_uint64 sequence; /**< Counts every line since boot, from 0. */
    vmk_uint64 time_ns;
    vmk_uint32 world;
    vmk_uint16 cpu;
    vmk_LogUrgency urgency;
    char module[LOG_NAME_MAX];
    char text[LOG_TEXT_MAX];
};

/** What became of lines; changed atomically. */
struct log_stats {
    vmk_uint64 lines;      /**< Put in the ring. */
    vmk_uint64 suppressed; /**< Held back by the rate limit. */
    vmk_uint64 lost;       /**< Their slot was being written by somebody else. */
};
extern struct log_stats log_stats;

/** The sequence number the next line will get. Context: any. */
vmk_uint64 log_next(void);

/**
 * Read the line @p *sequence, or the oldest still there, and move @p *sequence past it.
 *
 * @return false when there is no newer line yet. Context: any.
 */
bool log_read(vmk_uint64 *sequence, struct log_record *record);

/** Write `<uptime> cpuN:world)Module: text` without newline. @return its length. Context: any. */
vmk_ByteCount log_format(const struct log_record *record, char line[LOG_LINE_MAX]);

/** "normal", "warning" or "alert". */
const char *log_urgency_name(vmk_LogUrgency urgency);

/** Start the log world. Lines so far go to the file as well. Context: boot world, worlds running. */
void log_start(void);

/** Wait until all lines written before the call are on the console, at most @p timeout_ms. Context: may
 * block. */
void log_flush(vmk_uint32 timeout_ms);

/** Put what the console hasn't seen on it, from the crash screen. Context: any, other CPUs stopped. */
void log_crash_flush(void);

#endif
