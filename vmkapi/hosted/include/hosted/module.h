/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.h, hosted - modules that are linked into the process instead of loaded.
 */
#ifndef HOSTED_MODULE_H
#define HOSTED_MODULE_H

#include <vmkapi/base/module.h>

/** Add a module. @return its ID. */
vmk_ModuleID hosted_module_add(const char *name);

/** @return users of the module now. */
unsigned hosted_module_users(vmk_ModuleID id);

/** @return whether the module holds nothing; what it holds is printed. */
vmk_Bool hosted_module_is_clear(vmk_ModuleID id);

#endif
