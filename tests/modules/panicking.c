/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * panicking.c - a module that ends the system by its own word, and blames the kernel; or by a check that
 * fails.
 */
#include <vmkapi/base/assert.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Panics");

static vmk_Bool check = VMK_FALSE;
VMK_MODPARAM(check, VMK_MODPARAM_BOOL, "have a check fail");

int init_module(void);

int init_module(void)
{
    VMK_VERIFY(!check);
    vmk_PanicWithModuleID(VMK_VMKERNEL_MODULE_ID, "panicking blames %s", "the kernel");
}
