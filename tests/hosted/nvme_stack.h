/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nvme_stack.h - Linux's nvme on a machine with a software controller, and a user of its first namespace.
 */
#ifndef NVME_STACK_H
#define NVME_STACK_H

#include "disk_io.h"
#include "linux_stack.h"
#include "nvme_controller.h"

#include <core/storage.h>

#define NVME_PATH   "vmhba0:C0:T0:L0"
#define NVME_BLOCKS 8192

extern struct nvme nvme;
extern struct disk disk;
extern vmk_ModuleID test_id;

/** Bring machine, controller and vmklinux up; no driver yet. */
void nvme_machine_start(vmk_uint32 block_bytes);
/** ...without MSI-X. */
void nvme_machine_start_intx(vmk_uint32 block_bytes);

/** Load the driver, and wait for the disk; open it. */
void nvme_start(vmk_uint32 block_bytes);
void nvme_load_and_open(void);

/** Close the disk, unload the driver, and look whether anything is left. */
void nvme_stop(void);

/** How often something was done against commands that hang, or found out, on the way to @p path. */
vmk_uint64 events_of(const char *path, vmk_StorageEvent event);

#endif
