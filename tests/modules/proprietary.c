/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * proprietary.c - a module whose stated licence does not open what it imports: refused.
 */
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("Proprietary");

int init_module(void);
int hello_greet(void);

int init_module(void)
{
    return hello_greet();
}
