/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_port.h - the emulator's debug port (isa-debugcon at port 0xe9): bytes out of the machine, at any
 * time.
 */
#ifndef CORE_DEBUG_PORT_H
#define CORE_DEBUG_PORT_H

#include <vmkapi/base/types.h>

/** Whether there is one. Context: any. */
vmk_Bool debug_port_present(void);

/** Write bytes as they are. One writer at a time. Context: any. */
void debug_port_write(const void *bytes, vmk_ByteCount len_bytes);

#endif
