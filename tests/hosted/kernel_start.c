/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel_start.c - a machine, vmklinux, and the module of linux_kernel.c.
 */
#include "../unit/vmklinux/linux_test.h"

#include <hosted/machine.h>
#include <hosted/module.h>
#include <vmkapi/base/assert.h>

vmk_ModuleID hosted_vmklinux_id, hosted_kernel_id;
int hosted_vmklinux_init(void);
int hosted_kernel_init(void);

void linux_test_start(void)
{
    hosted_start();
    hosted_vmklinux_id = hosted_module_add("vmklinux");
    hosted_kernel_id = hosted_module_add("kernel");
    VMK_VERIFY(hosted_vmklinux_init() == 0 && hosted_kernel_init() == 0);
}
