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
#include "storage_subject.h"

#define AHCI_BLOCKS 8192

extern struct ahci hba;
extern struct ata_disk sata;

#endif
