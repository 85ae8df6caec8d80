/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vga.h - the VGA text screen, 80 by 25, where the firmware left one.
 */
#ifndef ARCH_VGA_H
#define ARCH_VGA_H

#include <vmkapi/base/types.h>

/** @return whether there is a VGA in text mode; the screen is cleared. Context: boot CPU. */
vmk_Bool vga_init(void);

/** Write; knows "\n", "\r", "\b" and "\t", and drops ANSI escape sequences. */
void vga_write(const char *text, vmk_ByteCount len_bytes);

#endif
