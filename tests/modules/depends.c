/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * depends.c - a module that uses another: loading it loads hello.
 */
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("Dual BSD/GPL");

int init_module(void);
void cleanup_module(void);
int hello_greet(void);

int init_module(void)
{
    return hello_greet();
}

void cleanup_module(void)
{
}
