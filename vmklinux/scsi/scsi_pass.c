/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_pass.c - commands and identities between the storage core and units. */
#include <linux/string.h>
#include <vmklinux/status.h>

#include "scsi_priv.h"
#include "scsi_vpd.h"

#define PASS_TIMEOUT_MS (30 * 1000)

static int direction_of(const vmk_ScsiCommand *command)
{
    switch (command->dataDirection) {
    case VMK_SCSI_COMMAND_DIRECTION_READ:
        return DMA_FROM_DEVICE;
    case VMK_SCSI_COMMAND_DIRECTION_WRITE:
        return DMA_TO_DEVICE;
    default:
        return DMA_NONE;
    }
}

VMK_ReturnStatus scsi_pass_through(struct scsi_device *sdev, vmk_ScsiCommand *command)
{
    vmk_uint32 timeout_ms = command->timeoutMs ? command->timeoutMs : PASS_TIMEOUT_MS;
    unsigned char sense[SCSI_SENSE_BUFFERSIZE] = {0};
    bool data = command->dataDirection != VMK_SCSI_COMMAND_DIRECTION_NONE && command->dataLen;
    int resid = 0, result;

    /* The opcode says how long a command is. */
    if (!command->cdbLen || command->cdbLen > sdev->host->max_cmd_len ||
        command->cdbLen != scsi_command_size(command->cdb))
        return VMK_BAD_PARAM;
    if (scsi_device_get(sdev))
        return VMK_NO_CONNECT;
    result = scsi_execute(sdev, command->cdb, data ? direction_of(command) : DMA_NONE, command->data,
                          data ? command->dataLen : 0, sense, NULL, (int)msecs_to_jiffies(timeout_ms), 0, 0,
                          0, &resid);
    scsi_device_put(sdev);
    if (result < 0)
        return vmklinux_status(result);
    command->deviceStatus = (vmk_uint8)(result & 0xff);
    command->bytesXferred = data ? command->dataLen - min((vmk_uint32)resid, command->dataLen) : 0;
    command->senseLen = 0;
    if (command->deviceStatus == SAM_STAT_CHECK_CONDITION) {
        command->senseLen = min(8u + sense[7], (vmk_uint32)VMK_SCSI_MAX_SENSE_LEN);
        memcpy(command->senseData, sense, command->senseLen);
    }
    switch (host_byte(result)) {
    case DID_OK:
        return VMK_OK;
    case DID_TIME_OUT:
        return VMK_TIMEOUT;
    case DID_NO_CONNECT:
    case DID_BAD_TARGET:
        return VMK_NO_CONNECT;
    default:
        return VMK_IO_ERROR;
    }
}

/* The unit's place: a host of an adapter with several has one target of number 0. */
static void set_place(struct scsi_device *sdev, vmk_BlockPathRegData *data)
{
    data->channel = sdev->channel;
    data->target = sdev->host->port + sdev->id;
    data->lun = (vmk_uint32)sdev->lun;
}

void scsi_identify(struct scsi_device *sdev, vmk_BlockPathRegData *data)
{
    vmk_BlockIdentity *identity = &data->identity;

    set_place(sdev, data);
    scsi_copy_text(identity->vendor, sizeof(identity->vendor), (const u8 *)sdev->vendor, 8);
    scsi_copy_text(identity->model, sizeof(identity->model), (const u8 *)sdev->model, 16);
    scsi_copy_text(identity->revision, sizeof(identity->revision), (const u8 *)sdev->rev, 4);
    mutex_lock(&sdev->inquiry_mutex);
    if (sdev->vpd_pg83) {
        (void)scsi_vpd_ata_model(sdev->vpd_pg83->data, sdev->vpd_pg83->len, identity->model,
                                 sizeof(identity->model));
        (void)scsi_vpd_identity(sdev->vpd_pg83->data, sdev->vpd_pg83->len, identity->uniqueID);
    }
    if (sdev->vpd_pg80)
        (void)scsi_vpd_serial(sdev->vpd_pg80->data, sdev->vpd_pg80->len, identity->serial,
                              sizeof(identity->serial));
    mutex_unlock(&sdev->inquiry_mutex);
}
