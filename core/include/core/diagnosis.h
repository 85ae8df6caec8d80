/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * diagnosis.h - why something was refused, in one line meant for a person: what, why, what to do.
 *
 * The layer that finds a fault writes it; the command or the log at the top prints it.
 */
#ifndef CORE_DIAGNOSIS_H
#define CORE_DIAGNOSIS_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

struct diagnosis {
    char text[240];
};

/**
 * Write the line (cut to fit, a question mark for what isn't printable ASCII) and return @p status, so that a
 * fault is one statement:
 * `return diagnose(why, VMK_BAD_FORMAT, "%s has no symbol table: …", name);`
 *
 * Context: any.
 */
vmk_StatusValue diagnose(struct diagnosis *why, vmk_StatusValue status, const char *format, ...)
    VMK_ATTRIBUTE_PRINTF(3, 4);

#endif
