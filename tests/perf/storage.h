/* SPDX-License-Identifier: GPL-2.0-only */
/* storage.h - what reading and writing 4 KiB at random costs with nvme and ahci. */
#ifndef PERF_STORAGE_H
#define PERF_STORAGE_H

#include "guest.h"
#include "suite.h"

/** A disk that holds nothing and answers at once. */
#define STORAGE_BACKEND "driver=null-co,size=1073741824,read-zeroes=off"

#define STORAGE_CASES   8

extern const struct bench_case storage_cases[STORAGE_CASES];

suite_measure_fn storage_measure_openvmk, storage_measure_linux;

/** How often an operation is done in the window of a case: counting devices' reads and writes takes longer,
 * and needs fewer. */
unsigned storage_operations(const struct bench_case *c, bool devices);

/** What every machine has: an NVMe disk and an AHCI disk, no NIC. */
struct machine_options storage_machine(const char *append);

/** Enter what was noted of all cases, one window each, into @p sample. */
bool storage_enter(const struct guest *guest, const struct marks *marks, bool devices, struct sample *sample);

#endif
