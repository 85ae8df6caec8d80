/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - what all files of a driver came to, name by name, and how it is told.
 */
#ifndef HEADERCHECK_REPORT_H
#define HEADERCHECK_REPORT_H

#include "compare.h"

struct report {
    const char *driver;
    struct map results;    /* struct result, by name */
    struct map deviations; /* char[]: the number, by name */
    struct map symbols;    /* char[]: the class, by name */
    struct map not_found;  /* bool: headers of which we have none */
    struct map errors;     /* bool: what the driver's own text is refused for, here or with Linux's headers */
    const char *headers;   /* where Linux's are: not printed */
};

/* Read "NUMBER NAME" lines. */
void report_read_deviations(struct report *report, const char *path);

/* Read the LINUX_SYMBOL() lines of a symbols.def. */
void report_read_symbols(struct report *report, const char *path);

/* Compare what the driver uses in one file; parsed against our headers and Linux's. */
void report_add(struct report *report, const struct unit *ours, const struct unit *theirs);

/* Print counts and what is wrong; false when something is. */
bool report_check(const struct report *report);

/* Print what our headers and vmklinux lack for the driver, and a verdict. */
void report_port(const struct report *report);

#endif
