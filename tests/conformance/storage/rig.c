/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rig.c - a disk to test with.
 */
#include "storage.h"

#include <vmkapi/base/module.h>
#include <vmkapi/lib/libc.h>

struct rig rig;

const char *rig_name(void)
{
    static vmk_Name name;

    name = vmk_BlockPathNameGet(rig.disk.paths[0].path);
    return name.string;
}

void rig_settle(void)
{
    char partition[VMK_MISC_NAME_MAX + 2];
    vmk_BlockHandle handle;

    vmk_Snprintf(partition, sizeof(partition), "%s:1", rig_name());
    if (vmk_BlockOpen(vmk_ModuleCurrentID, partition, VMK_BLOCK_OPEN_READ, &handle) == VMK_OK) {
        vmk_BlockClose(handle);
    }
}

void rig_make(vmk_uint32 block_size, vmk_uint64 num_blocks)
{
    if (rig.disk.adapter) {
        (void)!rig_down();
    }
    ramdisk_init(&rig.disk, block_size, num_blocks);
}

VMK_ReturnStatus rig_up(void)
{
    vmk_StatusValue status = ramdisk_attach(&rig.disk, "test-storage");

    rig.handle = NULL;
    if (status != VMK_OK) {
        return status;
    }
    rig_settle();
    status = vmk_BlockOpen(vmk_ModuleCurrentID, rig_name(), VMK_BLOCK_OPEN_READ | VMK_BLOCK_OPEN_WRITE,
                           &rig.handle);
    if (status != VMK_OK) {
        ramdisk_detach(&rig.disk);
    }
    return status;
}

VMK_ReturnStatus rig_down(void)
{
    ramdisk_release(&rig.disk);
    if (rig.handle) {
        vmk_BlockClose(rig.handle);
        rig.handle = NULL;
    }
    ramdisk_detach(&rig.disk);
    if (rig.disk.violations != 0) {
        vmk_WarningMessage("# the disk was given %lu commands that it must not be given",
                           rig.disk.violations);
        return VMK_FAILURE;
    }
    return VMK_OK;
}
