/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash_report.h - what is known about a crash, and how it is told.
 */
#ifndef CORE_MGMT_CRASH_REPORT_H
#define CORE_MGMT_CRASH_REPORT_H

#include <stdbool.h>

#include <core/format.h>
#include <core/trap.h>
#include <vmkapi/base/types.h>

#define CRASH_REASON_MAX 256
#define CRASH_FRAMES_MAX 24

struct crash_report {
    char reason[CRASH_REASON_MAX];
    vmk_uint32 cpu;
    vmk_uint64 uptime_ns;
    vmk_int32 world;
    char world_name[VMK_MISC_NAME_MAX];
    char module[VMK_MODULE_NAME_MAX]; /**< To blame. */
    struct trap_frame frame;
    bool trapped; /**< All registers are known; otherwise rip, rsp and rbp. */
    unsigned nframes;
    vmk_uint64 frames[CRASH_FRAMES_MAX]; /**< Code addresses, innermost first. */
    vmk_uint64 silent_cpus;              /**< Those that did not stop, bit n for CPU n. */
};

/** Tell it to a person. Context: any; nothing is allocated. */
void crash_report_screen(const struct crash_report *report, struct format_sink *sink);

/** Tell it to a program: one line `@@vmk crash={...}`. */
void crash_report_json(const struct crash_report *report, struct format_sink *sink);

#endif
