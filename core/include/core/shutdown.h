/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * shutdown.h - stopping in order.
 */
#ifndef CORE_SHUTDOWN_H
#define CORE_SHUTDOWN_H

#include <stdbool.h>

#include <vmkapi/base/system.h>

enum shutdown_kind {
    SHUTDOWN_POWER_OFF,
    SHUTDOWN_REBOOT,
};

/** Call the reboot handlers, flush the log, and end. Context: world. Does not return. */
VMK_ATTRIBUTE_NORETURN void shutdown_system(enum shutdown_kind kind);

#endif
