/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmdline.h - the kernel command line: words `name`, `name=value` or `name="value with blanks"`.
 *
 * A word `Group.Name=value` sets option /Group/Name (config.h). The others are asked for by whom they
 * concern; those that nobody has asked for when boot is over are logged.
 */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

/** Take the line apart and set the options in it. What is wrong with it is logged. Context: boot, early. */
void cmdline_init(const char *line);

/**
 * Find `name=value`.
 *
 * @param value receives the text without quotes, cut off at @p size; "" for a bare `name`.
 * @return whether the word is there; the last one counts. Context: any.
 */
bool cmdline_text(const char *name, char *value, vmk_ByteCount size);

/** @return whether the command line says exactly `name=value`. Context: any. */
bool cmdline_is(const char *name, const char *value);

/** @return `name=number`, or @p otherwise; what is no number is logged. Context: any. */
vmk_uint64 cmdline_uint(const char *name, vmk_uint64 otherwise);

/** Log the words that nobody has asked for. Context: world, boot being over. */
void cmdline_report_unknown(void);

#endif
