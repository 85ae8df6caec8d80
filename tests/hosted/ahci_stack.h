/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ahci_stack.h - Linux's ahci on a machine with a software adapter, a disk on its first port, and a user of
 * it.
 */
#ifndef AHCI_STACK_H
#define AHCI_STACK_H

#include "ahci_hba.h"
#include "ata_disk.h"
#include "atapi_device.h"
#include "disk_io.h"
#include "linux_stack.h"

#include <core/storage.h>

#define AHCI_PATH   "vmhba0:C0:T0:L0"
#define AHCI_BLOCKS 8192

extern struct ahci hba;
extern struct ata_disk sata;
extern struct disk disk;
extern vmk_ModuleID test_id;

/** Bring machine, adapter, disk and vmklinux up; no driver yet. */
void ahci_machine_start(vmk_uint32 block_bytes);

/** Load the driver, and wait for the disk; open it. */
void ahci_start(vmk_uint32 block_bytes);
void ahci_load_and_open(void);

/** Close the disk, unload the driver, and look whether anything is left. */
void ahci_stop(void);

/** How often something was done against commands that hang, or found out, by the adapter of @p path. */
vmk_uint64 events_of(const char *path, vmk_StorageEvent event);

#endif
