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

/**
 * From now on look after every CPU: one that stops taking interrupts crashes the system.
 *
 * Each CPU makes itself heard once a second and listens for the next one. One that isn't heard for
 * `hang=SECONDS` (kernel command line; 20 unless given, 0 for never) of its watcher's seconds is shown, with
 * its own backtrace, as hung. A lone CPU has no watcher. Context: boot world, all CPUs running.
 */
void hang_watch_start(void);

/** Find no CPU hung any more: some are about to be halted on purpose. Context: any. */
void hang_watch_stop(void);

/** Crash in the name of CPU @p cpu, which has been found hung. Context: any. */
VMK_ATTRIBUTE_NORETURN void crash_hung_cpu(vmk_uint32 cpu, unsigned seconds);

#endif
