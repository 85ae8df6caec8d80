/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_transport_api.h - what libata includes by this path, beside the headers that are everybody's. */
#ifndef VMKLINUX_SCSI_TRANSPORT_API_H
#define VMKLINUX_SCSI_TRANSPORT_API_H

struct Scsi_Host;

/* Have error handling run, without a command that failed. Context: any. */
void scsi_schedule_eh(struct Scsi_Host *shost);

#endif
