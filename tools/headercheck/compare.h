/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compare.h - what a name is here, beside what it is in Linux.
 */
#ifndef HEADERCHECK_COMPARE_H
#define HEADERCHECK_COMPARE_H

#include "facts.h"

/* From what says least to what says most: of two files of a driver, the worse one counts. */
enum verdict {
    VERDICT_NOT_COMPARED,
    VERDICT_AGREES,
    VERDICT_MISSING,
    VERDICT_DIFFERS,
};

struct comparison {
    enum verdict verdict;
    enum kind kind; /* in Linux */
    bool is_symbol; /* Linux has it in another object file, not in a header */
    char *ours;     /* spelled out, where it differs */
    char *linux_spelling;
    const char *why; /* where it could not be compared */
};

/* Compare @name, which one of the two uses. */
struct comparison compare(const struct unit *ours, const struct unit *theirs, const char *name);

#endif
