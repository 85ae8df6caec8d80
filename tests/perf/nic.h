/* SPDX-License-Identifier: GPL-2.0-only */
/* nic.h - what a packet and a boot cost with e1000. */
#ifndef PERF_NIC_H
#define PERF_NIC_H

#include "marks.h"
#include "suite.h"

enum nic_case_kind {
    NIC_SEND,    /**< A window of frames sent: instructions a packet. */
    NIC_RECEIVE, /**< A window of frames received: instructions a packet. */
    NIC_BOOT,    /**< From the kernel's entry to a mark: instructions. */
};

#define NIC_CASES 7

extern const struct bench_case nic_cases[NIC_CASES];

suite_measure_fn nic_measure_openvmk, nic_measure_linux;

/** Enter what was noted of cases of @p kind into @p sample. @p frames: in each window; NULL: the cases' own.
 */
bool nic_enter(const struct guest *guest, const struct marks *marks, enum nic_case_kind kind,
               const unsigned *frames, struct sample *sample);

#endif
