/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hang.h - finding a CPU that takes no interrupts any more, and crashing in its name.
 */
#ifndef CORE_HANG_H
#define CORE_HANG_H

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

#endif
