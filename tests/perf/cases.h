/* SPDX-License-Identifier: GPL-2.0-only */
/* cases.h - what is measured, and for whom. */
#ifndef PERF_CASES_H
#define PERF_CASES_H

enum case_kind {
    CASE_SEND,    /**< A window of frames sent: instructions a packet. */
    CASE_RECEIVE, /**< A window of frames received: instructions a packet. */
    CASE_BOOT,    /**< From the kernel's entry to a mark: instructions. */
};

struct bench_case {
    const char *name;
    enum case_kind kind;
    unsigned size;   /**< Frame length without FCS. */
    unsigned burst;  /**< Frames handed to the driver at a time (send). */
    unsigned frames; /**< In the window. */
    unsigned mark;   /**< CASE_BOOT: what it ends with. */
};

#define CASES 7

/** All cases. Those of one kind are measured in this order. */
extern const struct bench_case cases[CASES];

/** The unit of a case's numbers. */
const char *case_unit(const struct bench_case *c);

/** Results of one boot, or of several: a number for each case, NaN where there is none. */
struct sample {
    double value[CASES];
};

#endif
