/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * command.h - running console commands from a module.
 */
#ifndef VMKAPI_BASE_COMMAND_H
#define VMKAPI_BASE_COMMAND_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/** Take a piece of a command's output: @p len bytes, not NUL-terminated. */
typedef void (*vmk_CommandOutput)(vmk_AddrCookie data, const char *text, vmk_ByteCount len);

/**
 * Run one line as the console would, `--formatter=json|csv|table` included; output and error text go to @p
 * output.
 *
 * Context: may block.
 * @return VMK_OK; VMK_BAD_PARAM for a line that isn't understood; else the command's own status.
 */
VMK_ReturnStatus vmk_CommandRun(const char *line, vmk_CommandOutput output, vmk_AddrCookie data);

#endif
