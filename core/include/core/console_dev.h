/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console_dev.h - the character devices of the console: COM1 and, where present, the VGA text screen.
 *
 * Output is polled and works from the first instruction of kmain() to the crash screen; input comes by
 * interrupt.
 */
#ifndef CORE_CONSOLE_DEV_H
#define CORE_CONSOLE_DEV_H

#include <stdbool.h>

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Find the devices; output works after this. Context: boot CPU, first thing. */
void console_dev_init(void);

/** Have input arrive by interrupt. Context: boot world, after the IOAPICs are up. */
void console_dev_enable_input(void);

/**
 * Write bytes to all devices; "\n" becomes "\r\n" on serial.
 *
 * Locks: console output lock, interrupts off. Context: any; after console_dev_break_lock() without the lock.
 */
void console_write(const char *text, vmk_ByteCount len_bytes);

/** Wait until what was written is out, before the machine goes off. Locks: none. Context: any. */
void console_drain(void);

/** From now on write without the lock: for the crash screen, with the other CPUs stopped. */
void console_dev_break_lock(void);

/**
 * Have every Ctrl-C told to @p taken, in the interrupt it comes by; it becomes input when that returns false.
 *
 * Context: world, once.
 */
void console_on_break(bool (*taken)(void));

/**
 * Wait for one input byte.
 *
 * @return VMK_OK, VMK_TIMEOUT, VMK_NOT_FOUND (no input device), VMK_DEATH_PENDING. Context: may block.
 */
VMK_ReturnStatus console_read_char(vmk_uint64 timeout_ns, char *out);

#endif
