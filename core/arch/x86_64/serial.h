/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * serial.h - the first serial port, a 16550 at 115200 8N1.
 */
#ifndef ARCH_SERIAL_H
#define ARCH_SERIAL_H

#include <vmkapi/base/types.h>

/** @return whether there is one; it is set up. Context: boot CPU. */
vmk_Bool serial_init(void);

/** Write, waiting for the device; gives up on one that doesn't take bytes. "\n" becomes "\r\n". */
void serial_write(const char *text, vmk_ByteCount len_bytes);

/** @return the next received byte, or -1. */
int serial_read(void);

/** Have received bytes raise an interrupt. */
void serial_enable_interrupt(void);

#endif
