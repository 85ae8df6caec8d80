/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * importing.c - modules that import one symbol, OTHER, from a module that cannot give it (importing.def).
 */
#include <vmkapi/base/export.h>
#include <vmkapi/base/module.h>

VMK_MODULE_LICENSE("GPL v2");

int init_module(void);
int OWN(void);
int OTHER(void);

int OWN(void)
{
    return OTHER();
}
VMK_EXPORT_RECORD(OWN, 1, 0);

int init_module(void)
{
    return OWN();
}
