/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash.h - the end: every other CPU stopped, the crash screen, one JSON line, then halt or power-off.
 *
 * The screen has the reason, the module to blame, the registers, a backtrace as `function@module+offset`,
 * uptime and version. The same goes out as one line `@@vmk crash={...}`. With `panic=poweroff` on the kernel
 * command line the machine is then switched off with a failure status, otherwise it halts. Nothing here
 * allocates or takes an ordinary lock. Context: any, on any CPU.
 */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

#include <stdbool.h>

#include <core/trap.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/types.h>

/**
 * Crash. @p frame is the registers at fault.
 *
 * Trap handlers come here for what nobody can handle. Of several CPUs crashing at once the first wins.
 */
VMK_ATTRIBUTE_NORETURN void crash_enter(const struct trap_frame *frame, const char *fmt, ...)
    VMK_ATTRIBUTE_PRINTF(2, 3);

/**
 * Look at an NMI, before anybody else does.
 *
 * Does not return when the system has crashed: the CPU stops here, its registers kept for the screen.
 * @return false when the NMI isn't crash's: the hardware has something to say. Context: NMI.
 */
bool crash_nmi(const struct trap_frame *frame);

/** @return whether a CPU has crashed. Context: any. */
bool crash_in_progress(void);

/** Crash in the name of CPU @p cpu, which has been found hung. Context: any. */
VMK_ATTRIBUTE_NORETURN void crash_hung_cpu(vmk_uint32 cpu, unsigned seconds);

#endif
