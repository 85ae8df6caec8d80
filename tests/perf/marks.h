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
    MARK_BEGIN = 6,
    MARK_KICK = 7,
};

#define WINDOWS_MAX 16

/** What is counted at a mark, and between two; instructions are the system's and its VMs'. */
struct marks_counts {
    uint64_t instructions, halts, returns, device_reads, device_writes, calls;
    uint64_t vm_entries, vm_instructions, vm_halts;
};

struct window {
    struct marks_counts counts;
    unsigned operations; /**< Ended in the window, by their marks. */
    unsigned unhalted;   /**< Of these, without a HLT. */
    double typical;      /**< The median of their instructions. */
    double host_typical; /**< The median of all operations' instructions outside VMs. */
    unsigned quiet;      /**< Operations without an interrupt outside VMs. */
    double host_quiet;   /**< The median of their instructions there. */
    unsigned kicks;      /**< Of devices, by their marks. */
};

/** What was executed outside VMs. */
static inline uint64_t marks_host(const struct marks_counts *counts)
{
    return counts->instructions - counts->vm_instructions;
}

struct marks {
    uint64_t since_entry[256]; /**< Instructions from the entry to the first mark of a number; 0: none. */
    struct window windows[WINDOWS_MAX]; /**< In order. */
    unsigned count;                     /**< Of windows. */
};

/** Read the file at @p path. False with the reason on standard error. */
bool marks_read(const char *path, struct marks *marks);

#endif
