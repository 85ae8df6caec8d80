/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module_glue.c - compiled into each driver module: what the VMKernel's loader calls, and the module's
 * identity.
 */
#include <linux/module.h>

int init_module(void);
void cleanup_module(void);
int vmklinux_driver_init(void);
void vmklinux_driver_exit(void);

struct module __this_module = {.name = VMK_MODULE_NAME};

/* For a library without entry points of its own. */
__weak int vmklinux_driver_init(void)
{
    return 0;
}

__weak void vmklinux_driver_exit(void)
{
}

int init_module(void)
{
    return vmklinux_module_init(&__this_module, vmk_ModuleCurrentID, vmklinux_driver_init);
}

void cleanup_module(void)
{
    vmklinux_module_exit(&__this_module, vmklinux_driver_exit);
}
