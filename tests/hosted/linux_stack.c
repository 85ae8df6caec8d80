/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_stack.c - loading and unloading, and what is left afterwards.
 */
#include "linux_stack.h"

#include <hosted/machine.h>
#include <hosted/module.h>
#include <hosted/pci.h>
#include <vmkapi/base/assert.h>

LINUX_MODULE_DECLARE(vmklinux);
vmk_ModuleID hosted_vmklinux_id;

static struct linux_module *stack;
static unsigned stack_count;

void stack_start(struct linux_module *modules, unsigned count)
{
    stack = modules;
    stack_count = count;
    hosted_vmklinux_id = hosted_module_add("vmklinux");
    for (unsigned i = 0; i < count; i++) {
        *modules[i].id = hosted_module_add(modules[i].name);
    }
    VMK_VERIFY(hosted_vmklinux_init() == 0);
    hosted_pci_start();
}

vmk_Bool stack_load(void)
{
    for (unsigned i = 0; i < stack_count; i++) {
        if (stack[i].init() != 0) {
            (void)!stack_unload();
            return VMK_FALSE;
        }
        stack[i].loaded = VMK_TRUE;
    }
    return VMK_TRUE;
}

vmk_Bool stack_unload(void)
{
    vmk_Bool clear = VMK_TRUE;

    for (unsigned i = stack_count; i-- > 0;) {
        if (stack[i].loaded) {
            stack[i].exit();
            stack[i].loaded = VMK_FALSE;
        }
        clear &= hosted_module_is_clear(*stack[i].id);
    }
    return clear;
}

vmk_int64 stack_holds(enum account_kind kind)
{
    vmk_int64 held = 0;

    for (unsigned i = 0; i < stack_count; i++) {
        held += account_read(*stack[i].id, kind);
    }
    return held;
}
