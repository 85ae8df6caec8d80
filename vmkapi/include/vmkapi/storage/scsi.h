/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi.h - a SCSI command passed through to a path, with its status and sense data (SAM-5, SPC-4). */
#ifndef VMKAPI_STORAGE_SCSI_H
#define VMKAPI_STORAGE_SCSI_H

#include <vmkapi/base/types.h>

#define VMK_SCSI_MAX_CDB_LEN   32
#define VMK_SCSI_MAX_SENSE_LEN 96

typedef enum vmk_ScsiCommandDirection {
    VMK_SCSI_COMMAND_DIRECTION_NONE,
    VMK_SCSI_COMMAND_DIRECTION_READ,
    VMK_SCSI_COMMAND_DIRECTION_WRITE,
} vmk_ScsiCommandDirection;

typedef struct vmk_ScsiCommand {
    vmk_uint8 cdb[VMK_SCSI_MAX_CDB_LEN];
    vmk_uint32 cdbLen;
    vmk_ScsiCommandDirection dataDirection;
    void *data; /**< Of the kernel's heap or pages. */
    vmk_uint32 dataLen;
    vmk_uint32 timeoutMs; /**< 0: the driver's. */
    /* The answer. */
    vmk_uint32 bytesXferred;
    vmk_uint8 deviceStatus; /**< SAM status; 0 is GOOD, 2 CHECK CONDITION. */
    vmk_uint32 senseLen;
    vmk_uint8 senseData[VMK_SCSI_MAX_SENSE_LEN];
} vmk_ScsiCommand;

#endif
