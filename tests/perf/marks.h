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
};

#define WINDOWS_MAX 16

struct marks {
    uint64_t since_entry[256];     /**< Instructions from the entry to the first mark of a number; 0: none. */
    uint64_t windows[WINDOWS_MAX]; /**< Instructions between start and end, in order. */
    unsigned count;                /**< Of windows. */
};

/** Read the file at @p path. False with the reason on standard error. */
bool marks_read(const char *path, struct marks *marks);

#endif
