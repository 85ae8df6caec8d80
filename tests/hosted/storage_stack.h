/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_stack.h - a driver for disks on the machine, and a user of its first disk.
 */
#ifndef STORAGE_STACK_H
#define STORAGE_STACK_H

#include "disk_io.h"
#include "linux_stack.h"

#include <core/storage.h>

#define DISK_PATH        "vmhba0:C0:T0:L0"
#define READ_WRITE_FLUSH (1 << VMK_BLOCK_READ | 1 << VMK_BLOCK_WRITE | 1 << VMK_BLOCK_FLUSH)

extern struct disk disk;
extern vmk_ModuleID test_id; /**< Who uses it. */

/** Bring the machine up, with nothing plugged in, and tell it of the user. */
void storage_machine_start(void);

/** Load the driver, wait for its first disk, and open that. */
void storage_load(void);

/** Close the disk, unload the driver, and see that nothing is left. */
void storage_unload(void);

/** @return whether there is a path of that name. */
vmk_Bool storage_is_there(const char *path);

/** How often something was done against commands that hang, or found out, by the disk's adapter. */
vmk_uint64 storage_events(vmk_StorageEvent event);

#endif
