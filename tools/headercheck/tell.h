/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tell.h - how a report is told.
 */
#ifndef HEADERCHECK_TELL_H
#define HEADERCHECK_TELL_H

#include "report.h"

/* Print counts and what is wrong, as the check of a ported driver; false when something is. */
bool tell_check(const struct report *report, const struct knowledge *knowledge);

/* Print what porting the driver takes, and a verdict. */
void tell_port(const struct report *report, const struct knowledge *knowledge);

/* Print a line with the verdict on each of @modules, where a folder makes several. */
void tell_modules(const struct report *modules, unsigned count, const struct knowledge *knowledge);

/* The same as JSON: an object for @all, with one in "modules" for each module. */
void tell_json(const struct report *all, const struct report *modules, unsigned count,
               const struct knowledge *knowledge);

#endif
