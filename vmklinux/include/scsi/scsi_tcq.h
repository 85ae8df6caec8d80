/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_tcq.h - commands by tag. */
#ifndef VMKLINUX_SCSI_SCSI_TCQ_H
#define VMKLINUX_SCSI_SCSI_TCQ_H

#include <linux/blkdev.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>

#define SCSI_NO_TAG (-1)

#endif
