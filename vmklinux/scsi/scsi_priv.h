/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_priv.h - between the files of the SCSI layer. */
#ifndef VMKLINUX_SCSI_PRIV_H
#define VMKLINUX_SCSI_PRIV_H

#include <linux/blk-mq.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_driver.h>
#include <scsi/scsi_eh.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport.h>
#include <vmklinux/scsi.h>

#include "scsi_transport_api.h"

/* hosts.c */

/* Why a new command must wait: checked once it is counted in host_busy, so that error handling, which waits
 * for that to fall to host_failed, either sees it or is seen by it. */
static inline bool scsi_host_is_ready(struct Scsi_Host *shost)
{
    return likely(!scsi_host_in_recovery(shost) && !shost->host_self_blocked);
}

/* scsi_lib.c */
extern const struct blk_mq_ops scsi_mq_ops;
/* A queue for a unit; the host's first has its commands made, of which a port with nothing behind it needs
 * none. Under scan_mutex. */
struct request_queue *scsi_alloc_queue(struct scsi_device *sdev);
/* A command has left the low-level driver: it counts no longer. */
void scsi_device_unbusy(struct scsi_device *sdev, struct scsi_cmnd *cmd);
/* Issue a command again, for a reason SCSI_MLQUEUE_*. Context: any. */
void scsi_queue_insert(struct scsi_cmnd *cmd, int reason);
/* Tell the block layer how a command ended, or have (the rest of) it repeated. Context: any but interrupt. */
void scsi_finish_command(struct scsi_cmnd *cmd);
void scsi_run_host_queues(struct Scsi_Host *shost);

/* scsi_disposition.c */
enum scsi_disposition scsi_decide_disposition(struct scsi_cmnd *cmd);
/* Whether the submitter wants the first failure to be the answer. */
bool scsi_noretry_cmd(struct scsi_cmnd *scmd);
/* Count a try; whether there is one left. */
bool scsi_cmd_retry_allowed(struct scsi_cmnd *cmd);

/* scsi_error.c */
enum blk_eh_timer_return scsi_timeout(struct request *req);
void scsi_eh_scmd_add(struct scsi_cmnd *scmd);
/* Wake the error handler if nothing but failed commands is left. Context: host_lock held. */
void scsi_eh_wakeup(struct Scsi_Host *shost);
int scsi_error_handler(void *host);
/* scsi_recover.c: climb the ladder of resets for the commands in eh_cmd_q. Context: the error handler. */
void scsi_unjam_host(struct Scsi_Host *shost);
/* A command of the error handler's own has ended. */
void scsi_eh_done(struct scsi_cmnd *scmd);
void scmd_eh_abort_handler(struct work_struct *work);

/* scsi.c */
void scsi_init_events(struct scsi_device *sdev);

/* scsi_scan.c */
int scsi_scan_host_selected(struct Scsi_Host *shost, unsigned int channel, unsigned int id, u64 lun,
                            enum scsi_scan_mode rescan);
void scsi_forget_host(struct Scsi_Host *shost);

/* scsi_sysfs.c */
extern const struct device_type scsi_host_type;
int scsi_sysfs_add_sdev(struct scsi_device *sdev);
void __scsi_remove_device(struct scsi_device *sdev);
void scsi_sysfs_device_initialize(struct scsi_device *sdev);

/* sd.c, sr.c */
extern const struct scsi_driver sd_driver;
extern const struct scsi_driver sr_driver;

/* scsi_pass.c: a command of the storage core's for a unit; what a unit is called, and where it is. Context:
 * may block. */
VMK_ReturnStatus scsi_pass_through(struct scsi_device *sdev, vmk_ScsiCommand *command);
void scsi_identify(struct scsi_device *sdev, vmk_BlockPathRegData *data);

#endif
