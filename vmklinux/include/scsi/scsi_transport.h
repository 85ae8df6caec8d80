/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_transport.h - what a kind of transport (ATA, SAS) adds to its hosts. */
#ifndef VMKLINUX_SCSI_SCSI_TRANSPORT_H
#define VMKLINUX_SCSI_SCSI_TRANSPORT_H

#include <linux/blkdev.h>
#include <linux/bug.h>
#include <linux/transport_class.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

struct scsi_transport_template {
    struct transport_container host_attrs;
    struct transport_container target_attrs;
    struct transport_container device_attrs;
    /* Scan (again) a channel, target and unit, each perhaps SCAN_WILD_CARD. Context: may block. */
    int (*user_scan)(struct Scsi_Host *, uint, uint, u64);
    int device_size; /* bytes of the transport's own behind scsi_device, scsi_target, ... */
    int device_private_offset;
    int target_size;
    int target_private_offset;
    int host_size;
    unsigned int create_work_queue : 1;
    /* In place of the mid-layer's error handling. Context: the error handler. */
    void (*eh_strategy_handler)(struct Scsi_Host *);
};

#define transport_class_to_shost(tc) dev_to_shost((tc)->parent)

#endif
