/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_driver.h - upper drivers, sd and sr: they make block devices of units, and CDBs of their requests.
 *
 * They belong to vmklinux; Linux's being drivers of a bus would bring nothing here.
 */
#ifndef VMKLINUX_SCSI_SCSI_DRIVER_H
#define VMKLINUX_SCSI_SCSI_DRIVER_H

#include <linux/blk_types.h>
#include <linux/types.h>

struct scsi_cmnd;
struct scsi_device;

struct scsi_driver {
    const char *name;
    /* Make a disk of the unit. 0, or a negative errno. Context: may block. */
    int (*probe)(struct scsi_device *sdev);
    /* Take it away: no request is under way when it returns. Context: may block. */
    void (*remove)(struct scsi_device *sdev);
    /* Look again at size, protection, medium. Context: may block. */
    void (*rescan)(struct scsi_device *sdev);
    /* Build the CDB of a command's request. Context: bottom halves off. */
    blk_status_t (*init_command)(struct scsi_cmnd *cmd);
    /* Free what init_command made, before the request ends; NULL: nothing. Context: as init_command. */
    void (*uninit_command)(struct scsi_cmnd *cmd);
    /* How many bytes were done, of a command that ended with sense data. Context: bottom half. */
    unsigned int (*done)(struct scsi_cmnd *cmd);
};

#endif
