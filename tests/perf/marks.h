/* SPDX-License-Identifier: GPL-2.0-only */
/* marks.h - what tools/insncount has written about a machine. */
#ifndef PERF_MARKS_H
#define PERF_MARKS_H

#include <stdbool.h>
#include <stdint.h>

/* As in vmkapi/base/mark.h, and what the plugin adds. */
enum {
    MARK_ENTRY = 0,
    MARK_WINDOW_START = 1,
    MARK_WINDOW_END = 2,
    MARK_LINK_UP = 3,
    MARK_LEASE = 4,
    MARK_OPERATION = 5,
};

#define WINDOWS_MAX 16

/** What is counted at a mark, and between two. */
struct marks_counts {
    uint64_t instructions, halts, returns, device_reads, device_writes, calls;
};

struct window {
    struct marks_counts counts;
    unsigned operations; /**< Ended in the window, by their marks. */
    unsigned unhalted;   /**< Of these, without a HLT. */
    double typical;      /**< The median of their instructions. */
};

struct marks {
    uint64_t since_entry[256]; /**< Instructions from the entry to the first mark of a number; 0: none. */
    struct window windows[WINDOWS_MAX]; /**< In order. */
    unsigned count;                     /**< Of windows. */
};

/** Read the file at @p path. False with the reason on standard error. */
bool marks_read(const char *path, struct marks *marks);

#endif
