/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksyms.h - names for code addresses.
 *
 * The kernel's own names lie in a table that tools/ksyms fills after the link; a module's are the loader's.
 * Context: any, the crash screen included; no locks.
 */
#ifndef CORE_KSYMS_H
#define CORE_KSYMS_H

#include <stdbool.h>

#include <vmkapi/base/types.h>

#define KSYMS_TEXT_MAX 128

/** A code address in words. */
struct ksyms_symbol {
    const char *name;                 /**< The function; NULL when nobody knows. */
    char module[VMK_MODULE_NAME_MAX]; /**< "vmkernel" or a module's name. */
    vmk_uint64 offset;                /**< From the function's start, or the module's text's. */
};

/** Name @p address. @return false for an address in nobody's code. */
bool ksyms_find(vmk_VA address, struct ksyms_symbol *symbol);

/** Write `function@module+0xoffset`, or the bare address, to @p text. @return text. */
const char *ksyms_format(vmk_VA address, char text[KSYMS_TEXT_MAX]);

/** The same for a return address: names the caller even when the call was the last thing in it. */
const char *ksyms_format_return(vmk_VA address, char text[KSYMS_TEXT_MAX]);

#endif
