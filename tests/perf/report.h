/* SPDX-License-Identifier: GPL-2.0-only */
/* report.h - samples made into numbers to show, and checked against limits. */
#ifndef PERF_REPORT_H
#define PERF_REPORT_H

#include <stdbool.h>

#include "suite.h"

#define REPEAT_MAX 64

/** What one system gave, in the order of measurement. */
struct series {
    struct sample samples[REPEAT_MAX];
    unsigned count; /**< 0: not measured. */
};

/** Print a table, or JSON as one object. Values are medians; the spread is the largest deviation from one. */
void report_table(const struct suite *suite, const struct series *openvmk, const struct series *linux_);
void report_json(const struct suite *suite, const struct series *openvmk, const struct series *linux_);

/**
 * Compare OpenVMK's medians with the limits in the file at @p path: lines "<case> <limit>", # begins a
 * comment.
 *
 * @param only Cases whose names begin so; NULL: all.
 * @return False when one is exceeded, or a case has no limit; each is named on standard error.
 */
bool report_check(const struct suite *suite, const struct series *openvmk, const char *only,
                  const char *path);

#endif
