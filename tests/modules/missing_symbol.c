/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * missing_symbol.c - a module built against a VMKAPI that has more than ours (future.def): refused.
 */
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);
int vmk_FutureCall(void);

int init_module(void)
{
    return vmk_FutureCall();
}
