/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * startup.h - the last of boot: what was begun and goes on by itself, like a link coming up, is waited for.
 *
 * Whoever begins such a thing holds startup open (vmk_StartupHold, base/system.h) and lets go when it is
 * done.
 */
#ifndef CORE_STARTUP_H
#define CORE_STARTUP_H

/**
 * Wait until nobody holds startup open, at most /Startup/WaitSeconds; what is still missing then is logged.
 * At the end say /Startup/Hint.
 *
 * Context: boot world, once, before the console starts.
 */
void startup_wait(void);

#endif
