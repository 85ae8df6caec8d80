/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wrong_version.c - a module built against another version of a symbol (future.def): refused.
 */
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);

int init_module(void)
{
    vmk_ModuleID id;

    return vmk_ModuleRegister(&id, VMKAPI_REVISION);
}
