/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shutdown.h - stopping in order.
 */
#ifndef CORE_SHUTDOWN_H
#define CORE_SHUTDOWN_H

#include <vmkapi/base/system.h>

enum shutdown_kind {
    SHUTDOWN_POWER_OFF,
    SHUTDOWN_REBOOT,
};

/**
 * Stop in order: call the reboot handlers, get the log out, write `@@vmk exit=N`, and switch off or restart.
 *
 * N is 0 for VMK_OK, else 1; with `exit=debug` on the kernel command line it is also QEMU's, by
 * isa-debug-exit. Context: world.
 */
VMK_ATTRIBUTE_NORETURN void shutdown_system(enum shutdown_kind kind, vmk_StatusValue status);

/** Note that the system has crashed, for vmk_SystemCheckState(). Context: any. */
void shutdown_note_panic(void);

/** Write `@@vmk exit=1` and switch the machine off, whatever state the system is in. Context: any. */
VMK_ATTRIBUTE_NORETURN void shutdown_at_once(void);

#endif
