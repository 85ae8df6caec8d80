/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * module.c - vmklinux as a module, and the modules of drivers bound to it.
 *
 * Each driver module gets a heap of its own, so that all its memory is found, and missed, under its name.
 */
#include <linux/async.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <vmkapi/lib/libc.h>
#include <vmklinux/async.h>
#include <vmklinux/block.h>
#include <vmklinux/netdev.h>
#include <vmklinux/status.h>
#include <vmklinux/time.h>
#include <vmklinux/workqueue.h>

int init_module(void);
void cleanup_module(void);

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Linux 6.1 driver interfaces on VMKAPI");

struct module __this_module = {.name = VMK_MODULE_NAME};

/* Drivers come late and see it change once, when the system stops (pci/pci-driver.c). */
enum system_states system_state = SYSTEM_RUNNING;
EXPORT_SYMBOL(system_state);

static int create_heap(struct module *module)
{
    vmk_HeapCreateProps props = {.type = VMK_HEAP_TYPE_SIMPLE, .module = module->id};

    vmk_Strlcpy(props.name.string, module->name, sizeof(props.name.string));
    return vmklinux_errno(vmk_HeapCreate(&props, &module->heap));
}

static void destroy_heap(struct module *module)
{
    /* What is left stays charged to the module, whose unloading fails and says so. */
    (void)!vmk_HeapDestroy(module->heap);
}

int vmklinux_module_init(struct module *module, vmk_ModuleID id, int (*init)(void))
{
    int err;

    module->id = id;
    err = create_heap(module);
    if (err)
        return vmklinux_status(err);
    err = init();
    if (err < 0)
        destroy_heap(module);
    return vmklinux_status(err);
}
EXPORT_SYMBOL(vmklinux_module_init);

void vmklinux_module_exit(struct module *module, void (*exit)(void))
{
    exit();
    async_synchronize_full();
    destroy_heap(module);
}
EXPORT_SYMBOL(vmklinux_module_exit);

int init_module(void)
{
    int err;

    THIS_MODULE->id = vmk_ModuleCurrentID;
    err = create_heap(THIS_MODULE);
    if (err)
        return vmklinux_status(err);
    err = vmklinux_net_start();
    if (err)
        goto out_heap;
    vmklinux_time_start();
    err = vmklinux_workqueue_start();
    if (err)
        goto out_time;
    err = vmklinux_async_start();
    if (err)
        goto out_workqueue;
    err = vmklinux_block_start();
    if (err)
        goto out_async;
    return VMK_OK;

out_async:
    vmklinux_async_stop();
out_workqueue:
    vmklinux_workqueue_stop();
out_time:
    vmklinux_time_stop();
    vmklinux_net_stop();
out_heap:
    destroy_heap(THIS_MODULE);
    return vmklinux_status(err);
}

void cleanup_module(void)
{
    vmklinux_block_stop();
    vmklinux_async_stop();
    vmklinux_workqueue_stop();
    vmklinux_time_stop();
    vmklinux_net_stop();
    destroy_heap(THIS_MODULE);
}
