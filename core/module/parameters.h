/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * parameters.h - setting a module's variables from "name=value" text.
 *
 * Pure. Values are separated by blanks; an array's by commas; one with blanks stands in "…".
 */
#ifndef CORE_MODULE_PARAMETERS_H
#define CORE_MODULE_PARAMETERS_H

#include <core/diagnosis.h>
#include <vmkapi/base/modparam.h>

/**
 * Set what @p text names.
 *
 * @param module for the diagnosis.
 * @param text   is taken apart in place; CHARP variables keep pointing into it.
 * @return VMK_OK; VMK_BAD_PARAM for an unknown name or a value that does not fit: earlier ones are set by
 * then.
 */
VMK_ReturnStatus parameters_set(const char *module, const vmk_ModuleParam *params, vmk_ByteCount count,
                                char *text, struct diagnosis *why);

#endif
