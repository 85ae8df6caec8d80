/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * faulting.c - a module that takes the kernel down: the crash screen names it and its function.
 */
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);

static volatile vmk_uint32 *volatile nowhere = (volatile vmk_uint32 *)16;

__attribute__((noinline)) static int write_to_nowhere(void)
{
    *nowhere = 1;
    return VMK_OK;
}

int init_module(void)
{
    return write_to_nowhere();
}
