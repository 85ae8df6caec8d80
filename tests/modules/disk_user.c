/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * disk_user.c - has a disk open for writing for as long as it is loaded.
 */
#include <vmkapi/base/modparam.h>
#include <vmkapi/base/module.h>
#include <vmkapi/storage/block_device.h>

VMK_MODULE_LICENSE("GPL");
VMK_MODULE_DESCRIPTION("Uses a disk");

static char *disk = "vmhba0:C0:T0:L0";
VMK_MODPARAM(disk, VMK_MODPARAM_CHARP, "name of the device, or of a path to it");

static vmk_BlockHandle handle;

int init_module(void);
void cleanup_module(void);

int init_module(void)
{
    return vmk_BlockOpen(vmk_ModuleCurrentID, disk, VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE, &handle);
}

void cleanup_module(void)
{
    vmk_BlockClose(handle);
}
