/* SPDX-License-Identifier: GPL-2.0-only */
/* suite.h - something that is measured: its cases, and how each system is made to go through them. */
#ifndef PERF_SUITE_H
#define PERF_SUITE_H

#include <stdbool.h>

#define CASES_MAX 16

/** What is counted, per packet, operation or boot. */
enum metric {
    METRIC_INSTRUCTIONS,  /**< The one that is compared. */
    METRIC_INTERRUPTS,    /**< And exceptions: returns from them. */
    METRIC_HALTS,         /**< How often the CPU had nothing to do. */
    METRIC_DEVICE_READS,  /**< Of memory that is a device's. */
    METRIC_DEVICE_WRITES, /**< The same. */
    METRIC_ALLOCATIONS,   /**< From heaps, slabs and page pools; OpenVMK only. */
    METRIC_COPIED_BYTES,  /**< Of payload, by the storage core; OpenVMK only. */
    METRIC_VM_EXITS,      /**< From virtual machines; whatever for. */
    METRIC_VM_HALTS,      /**< Of their processors. */
    METRIC_VM_KICKS,      /**< Of their virtio devices. */
    METRICS,
};

struct bench_case {
    const char *name;
    const char *unit; /**< Of METRIC_INSTRUCTIONS. */
    unsigned kind;    /**< The suite's own; cases of one kind are measured in one boot, in this order. */
    unsigned mark;    /**< What a boot ends with. */

    /* Frames. */
    unsigned size;   /**< Frame length without FCS. */
    unsigned burst;  /**< Frames handed to the driver at a time (sending). */
    unsigned frames; /**< In the window. */

    /* Blocks. */
    const char *disk; /**< The adapter's kind. */
    bool write;
    unsigned depth;      /**< Operations under way at a time. */
    unsigned operations; /**< In the window. */

    /* Virtual machines: `kind` is the guest. */
    unsigned window; /**< Of the guest's, from 0. */
    unsigned number; /**< What of it is told. */
    unsigned digits; /**< Of the number behind the point, in a table. */
};

/** Results of one boot, or of several: numbers for each case, NaN where there is none. */
struct sample {
    double value[CASES_MAX][METRICS];
};

struct guest;

/** Measure every case. False with the reason on standard error. */
typedef bool suite_measure_fn(const struct guest *guest, struct sample *sample);

struct suite {
    const char *name;
    const struct bench_case *cases;
    unsigned count;
    suite_measure_fn *openvmk, *linux_;
    bool divisible; /**< Cases can be measured without the others. */
};

extern const struct suite nic_suite, storage_suite, vm_suite;

#endif
