/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi.h - what vmklinux's SCSI layer tells the storage core beside requests. */
#ifndef VMKLINUX_SCSI_H
#define VMKLINUX_SCSI_H

#include <vmkapi/storage/block_path.h>

struct Scsi_Host;

/* Count a step of error handling for the host's adapter. Context: any. */
void vmklinux_scsi_event(struct Scsi_Host *shost, vmk_StorageEvent event);

#endif
