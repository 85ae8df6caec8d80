/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * console.h - the operator's end: a prompt on serial and VGA, or the commands of `run=`.
 *
 * `first="CMD; CMD"` on the kernel command line are commands that the prompt begins with.
 * `run="CMD; CMD"` there runs commands in place of the prompt; `console=none` runs none.
 * Both then power off, after the line `@@vmk exit=N`: 0 when boot and all commands succeeded, else 1.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <core/format.h>
#include <vmkapi/base/types.h>

/** Start the console world. @p boot_status is boot's own outcome. Context: boot world, last thing. */
void console_start(vmk_StatusValue boot_status);

/** Write one log line above the prompt. Context: the log world. */
void console_log_line(const char *line, vmk_ByteCount len);

/** Take the prompt off the screen: the system is stopping. Context: world. */
void console_close(void);

#endif
