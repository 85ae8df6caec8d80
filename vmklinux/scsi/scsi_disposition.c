/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_disposition.c - what is to be done about a command that has ended, from its result and sense data.
 *
 *     SUCCESS           tell its submitter how it ended, well or not
 *     NEEDS_RETRY       issue it again, at once, if it has tries left
 *     ADD_TO_MLQUEUE    issue it again, once the unit has less to do
 *     FAILED            have error handling see to it
 */
#include <linux/export.h>
#include <scsi/scsi.h>

#include "scsi_priv.h"

bool scsi_command_normalize_sense(const struct scsi_cmnd *cmd, struct scsi_sense_hdr *sshdr)
{
    return scsi_normalize_sense(cmd->sense_buffer, SCSI_SENSE_BUFFERSIZE, sshdr);
}
EXPORT_SYMBOL(scsi_command_normalize_sense);

bool scsi_noretry_cmd(struct scsi_cmnd *scmd)
{
    struct request *req = scsi_cmd_to_rq(scmd);

    switch (host_byte(scmd->result)) {
    case DID_OK:
        break;
    case DID_TIME_OUT:
        return req->cmd_flags & REQ_FAILFAST_DEV;
    case DID_BUS_BUSY:
        return req->cmd_flags & REQ_FAILFAST_TRANSPORT;
    case DID_PARITY:
        return req->cmd_flags & REQ_FAILFAST_DEV;
    case DID_ERROR:
        if (get_status_byte(scmd) == SAM_STAT_RESERVATION_CONFLICT)
            return false;
        fallthrough;
    case DID_SOFT_ERROR:
        return req->cmd_flags & REQ_FAILFAST_DRIVER;
    }
    if (!scsi_status_is_check_condition(scmd->result))
        return false;
    /* Sense data of a passed through command are its submitter's business. */
    return req->cmd_flags & REQ_FAILFAST_DEV || blk_rq_is_passthrough(req);
}

bool scsi_cmd_retry_allowed(struct scsi_cmnd *cmd)
{
    return ++cmd->retries <= cmd->allowed;
}

static enum scsi_disposition retry_if_allowed(struct scsi_cmnd *scmd)
{
    return scsi_cmd_retry_allowed(scmd) && !scsi_noretry_cmd(scmd) ? NEEDS_RETRY : SUCCESS;
}

/* A unit attention says that something has happened; the command itself has done nothing. */
static enum scsi_disposition unit_attention(struct scsi_cmnd *scmd, const struct scsi_sense_hdr *sshdr)
{
    struct scsi_device *sdev = scmd->device;

    if (sdev->expecting_cc_ua) {
        /* For a reset of ours: that is no news. */
        if (sshdr->asc == 0x29) {
            sdev->expecting_cc_ua = 0;
            return NEEDS_RETRY;
        }
    }
    if (sshdr->asc == 0x28) { /* the medium may have changed */
        if (sdev->removable)
            sdev->changed = 1;
        sdev_evt_send_simple(sdev, SDEV_EVT_MEDIA_CHANGE, GFP_ATOMIC);
        return sdev->removable ? SUCCESS : NEEDS_RETRY;
    }
    if (sshdr->asc == 0x2a && sshdr->ascq == 0x09)
        sdev_evt_send_simple(sdev, SDEV_EVT_CAPACITY_CHANGE_REPORTED, GFP_ATOMIC);
    if (sshdr->asc == 0x3a) /* no medium */
        return SUCCESS;
    return NEEDS_RETRY;
}

static enum scsi_disposition not_ready(const struct scsi_sense_hdr *sshdr)
{
    /* Becoming ready, or an operation in progress: it will be soon. */
    return sshdr->asc == 0x04 && sshdr->ascq == 0x01 ? NEEDS_RETRY : SUCCESS;
}

/* Repeating these on the same blocks finds the same: unrecovered read, address mark not found, ID not found.
 */
static bool is_lost_medium(const struct scsi_sense_hdr *sshdr)
{
    return sshdr->asc == 0x11 || sshdr->asc == 0x13 || sshdr->asc == 0x14;
}

enum scsi_disposition scsi_check_sense(struct scsi_cmnd *scmd)
{
    struct scsi_sense_hdr sshdr;

    if (!scsi_command_normalize_sense(scmd, &sshdr))
        return FAILED;
    /* Of an earlier command: this one has not been done. */
    if (scsi_sense_is_deferred(&sshdr))
        return NEEDS_RETRY;
    switch (sshdr.sense_key) {
    case NO_SENSE:
    case RECOVERED_ERROR:
        return SUCCESS;
    case ABORTED_COMMAND:
        return sshdr.asc == 0x10 ? SUCCESS : NEEDS_RETRY; /* 0x10: protection information is wrong */
    case NOT_READY:
        return not_ready(&sshdr);
    case UNIT_ATTENTION:
        return unit_attention(scmd, &sshdr);
    case MEDIUM_ERROR:
        return is_lost_medium(&sshdr) ? SUCCESS : NEEDS_RETRY;
    case HARDWARE_ERROR:
        return scmd->device->retry_hwerror ? ADD_TO_MLQUEUE : SUCCESS;
    case ILLEGAL_REQUEST:
    case DATA_PROTECT:
    case BLANK_CHECK:
    case VOLUME_OVERFLOW:
    case MISCOMPARE:
    case COPY_ABORTED:
    default:
        return SUCCESS;
    }
}
EXPORT_SYMBOL(scsi_check_sense);

static enum scsi_disposition check_condition(struct scsi_cmnd *scmd)
{
    enum scsi_disposition disposition = scsi_check_sense(scmd);

    return disposition == NEEDS_RETRY ? retry_if_allowed(scmd) : disposition;
}

static enum scsi_disposition by_status(struct scsi_cmnd *scmd)
{
    switch (get_status_byte(scmd)) {
    case SAM_STAT_TASK_SET_FULL:
    case SAM_STAT_BUSY:
        return ADD_TO_MLQUEUE;
    case SAM_STAT_GOOD:
    case SAM_STAT_TASK_ABORTED:
    case SAM_STAT_CONDITION_MET:
    case SAM_STAT_INTERMEDIATE:
    case SAM_STAT_INTERMEDIATE_CONDITION_MET:
    case SAM_STAT_COMMAND_TERMINATED:
        return SUCCESS;
    case SAM_STAT_CHECK_CONDITION:
        return check_condition(scmd);
    case SAM_STAT_RESERVATION_CONFLICT:
        set_host_byte(scmd, DID_OK);
        return SUCCESS;
    default:
        return FAILED;
    }
}

enum scsi_disposition scsi_decide_disposition(struct scsi_cmnd *scmd)
{
    /* A unit that was given up: its commands end as they are. */
    if (!scsi_device_online(scmd->device))
        return SUCCESS;
    switch (host_byte(scmd->result)) {
    case DID_OK:
        return by_status(scmd);
    case DID_NO_CONNECT:
    case DID_BAD_TARGET:
    case DID_ABORT:
    case DID_TRANSPORT_FAILFAST:
    case DID_TRANSPORT_MARGINAL:
        return SUCCESS;
    case DID_PASSTHROUGH:
        set_host_byte(scmd, DID_OK);
        return SUCCESS;
    case DID_ERROR:
        if (get_status_byte(scmd) == SAM_STAT_RESERVATION_CONFLICT)
            return by_status(scmd);
        return retry_if_allowed(scmd);
    case DID_SOFT_ERROR:
    case DID_BUS_BUSY:
    case DID_PARITY:
        return retry_if_allowed(scmd);
    case DID_IMM_RETRY:
        return NEEDS_RETRY;
    case DID_REQUEUE:
    case DID_TRANSPORT_DISRUPTED:
        return ADD_TO_MLQUEUE;
    case DID_RESET:
        return SUCCESS; /* scsi_io_completion() repeats it */
    case DID_TIME_OUT:
    case DID_BAD_INTR:
    default:
        return FAILED;
    }
}
