/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_eh.h - error handling, as low-level drivers and their libraries take part in it. */
#ifndef VMKLINUX_SCSI_SCSI_EH_H
#define VMKLINUX_SCSI_SCSI_EH_H

#include <linux/scatterlist.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_common.h>

struct Scsi_Host;
struct scsi_device;

/* Error handling is done with a command: move it to @done_q. Context: the error handler. */
extern void scsi_eh_finish_cmd(struct scsi_cmnd *scmd, struct list_head *done_q);
/* Repeat or end each command of @done_q. Context: the error handler. */
extern void scsi_eh_flush_done_q(struct list_head *done_q);
/* Resets of the driver's own: units attention that follow are no news. Context: host_lock held. */
extern void scsi_report_bus_reset(struct Scsi_Host *, int);
extern void scsi_report_device_reset(struct Scsi_Host *, int, int);
/* Wait until the host has recovered; whether the unit is online. Context: may block. */
extern int scsi_block_when_processing_errors(struct scsi_device *);
extern bool scsi_command_normalize_sense(const struct scsi_cmnd *cmd, struct scsi_sense_hdr *sshdr);
/* What is to be done about a command with sense data. */
extern enum scsi_disposition scsi_check_sense(struct scsi_cmnd *);

static inline bool scsi_sense_is_deferred(const struct scsi_sense_hdr *sshdr)
{
    return sshdr->response_code >= 0x70 && (sshdr->response_code & 1);
}

extern bool scsi_get_sense_info_fld(const u8 *sense_buffer, int sb_len, u64 *info_out);

#endif
