/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ramdisk.c - a disk of pages for as long as the module is loaded: what boot tests do with disks that no
 * virtual machine has.
 */
#include <ramdisk.h>

#include <vmkapi/base/logging.h>
#include <vmkapi/base/modparam.h>
#include <vmkapi/lib/libc.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("A disk of pages");

static vmk_uint32 blocks = 8192;
VMK_MODPARAM(blocks, VMK_MODPARAM_UINT, "its size in blocks");
static vmk_uint32 block_size = 512;
VMK_MODPARAM(block_size, VMK_MODPARAM_UINT, "the size of a block in bytes");
static vmk_uint32 paths = 1;
VMK_MODPARAM(paths, VMK_MODPARAM_UINT, "paths to it");
static vmk_uint32 delay_us;
VMK_MODPARAM(delay_us, VMK_MODPARAM_UINT, "how long a command takes, in microseconds");
static vmk_uint32 max_kib;
VMK_MODPARAM(max_kib, VMK_MODPARAM_UINT, "the most data of one command, in KiB");
static vmk_Bool cache;
VMK_MODPARAM(cache, VMK_MODPARAM_BOOL, "it has a volatile cache");
static vmk_Bool read_only;
VMK_MODPARAM(read_only, VMK_MODPARAM_BOOL, "it is read-only");
static char serial[48] = "RAM00001";
VMK_MODPARAM_TEXT(serial, "its serial number");

static struct ramdisk disk;

int init_module(void);
void cleanup_module(void);

int init_module(void)
{
    if (paths == 0 || paths > RAMDISK_PATHS_MAX) {
        vmk_WarningMessage("paths=%u: there can be 1 to %u", paths, RAMDISK_PATHS_MAX);
        return VMK_BAD_PARAM;
    }
    ramdisk_init(&disk, block_size, blocks);
    disk.num_paths = paths;
    disk.delay_us = delay_us;
    disk.props.limits.maxBytes = max_kib * 1024;
    disk.props.flags = (cache ? VMK_BLOCK_PROP_WRITE_CACHE : 0) | (read_only ? VMK_BLOCK_PROP_READ_ONLY : 0);
    vmk_Strlcpy(disk.identity.serial, serial, sizeof(disk.identity.serial));
    if (paths > 1) {
        vmk_Snprintf(disk.identity.uniqueID, sizeof(disk.identity.uniqueID), "t10.RAM_%s", serial);
    }
    return ramdisk_attach(&disk, "ramdisk");
}

void cleanup_module(void)
{
    ramdisk_detach(&disk);
}
