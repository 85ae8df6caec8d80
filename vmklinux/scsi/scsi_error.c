/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_error.c - error handling: time-outs, and the host's thread that sees to failed commands.
 *
 * A command that timed out is aborted by a work item of the host's, if the driver can; else, and if that
 * fails, it goes to the host's eh_cmd_q. From then on no new command reaches the driver, and when every
 * command that is there has either ended or failed, the thread sets to work: the transport's way (libata's),
 * or the ladder of scsi_recover.c. What it is done with ends, or is issued again, as the host goes on.
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/string.h>

#include "scsi_priv.h"

void scsi_eh_wakeup(struct Scsi_Host *shost)
{
    if ((shost->host_failed || shost->host_eh_scheduled) &&
        (unsigned int)atomic_read(&shost->host_busy) == shost->host_failed)
        wake_up(&shost->eh_wait);
}

/* No new command from here on. Under host_lock; false when the host is gone. */
static bool enter_recovery(struct Scsi_Host *shost)
{
    return scsi_host_set_state(shost, SHOST_RECOVERY) == 0 ||
           scsi_host_set_state(shost, SHOST_CANCEL_RECOVERY) == 0;
}

void scsi_schedule_eh(struct Scsi_Host *shost)
{
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    if (enter_recovery(shost)) {
        shost->host_eh_scheduled++;
        smp_mb(); /* the state is seen by whoever is not in host_busy yet */
        scsi_eh_wakeup(shost);
    }
    spin_unlock_irqrestore(shost->host_lock, flags);
}
EXPORT_SYMBOL(scsi_schedule_eh);

void scsi_eh_scmd_add(struct scsi_cmnd *scmd)
{
    struct Scsi_Host *shost = scmd->device->host;
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    WARN_ON_ONCE(!enter_recovery(shost) && !scsi_host_in_recovery(shost));
    list_add_tail(&scmd->eh_entry, &shost->eh_cmd_q);
    shost->host_failed++;
    smp_mb();
    scsi_eh_wakeup(shost);
    spin_unlock_irqrestore(shost->host_lock, flags);
}

/* Time-outs. */

static enum scsi_disposition try_to_abort(struct Scsi_Host *shost, struct scsi_cmnd *scmd)
{
    vmklinux_scsi_event(shost, VMK_STORAGE_EVENT_ABORT);
    return shost->hostt->eh_abort_handler(scmd);
}

void scmd_eh_abort_handler(struct work_struct *work)
{
    struct scsi_cmnd *scmd = container_of(work, struct scsi_cmnd, abort_work.work);
    struct Scsi_Host *shost = scmd->device->host;
    unsigned long flags;
    bool aborted = try_to_abort(shost, scmd) == SUCCESS;

    spin_lock_irqsave(shost->host_lock, flags);
    list_del_init(&scmd->eh_entry);
    spin_unlock_irqrestore(shost->host_lock, flags);
    if (!aborted) {
        scsi_eh_scmd_add(scmd);
        return;
    }
    set_host_byte(scmd, DID_TIME_OUT);
    local_bh_disable();
    if (!scsi_noretry_cmd(scmd) && scsi_cmd_retry_allowed(scmd))
        scsi_queue_insert(scmd, SCSI_MLQUEUE_EH_RETRY);
    else
        scsi_finish_command(scmd);
    local_bh_enable();
}

/* Have the command aborted; false: it cannot be, or that was tried already. */
static bool abort_command(struct scsi_cmnd *scmd)
{
    struct Scsi_Host *shost = scmd->device->host;
    unsigned long flags;

    if (!shost->hostt->eh_abort_handler || scmd->eh_eflags & SCSI_EH_ABORT_SCHEDULED)
        return false;
    spin_lock_irqsave(shost->host_lock, flags);
    scmd->eh_eflags |= SCSI_EH_ABORT_SCHEDULED;
    list_add_tail(&scmd->eh_entry, &shost->eh_abort_list);
    spin_unlock_irqrestore(shost->host_lock, flags);
    queue_delayed_work(shost->tmf_work_q, &scmd->abort_work, HZ / 100);
    return true;
}

enum blk_eh_timer_return scsi_timeout(struct request *req)
{
    struct scsi_cmnd *scmd = blk_mq_rq_to_pdu(req);
    struct Scsi_Host *shost = scmd->device->host;

    if (shost->hostt->eh_timed_out) {
        enum blk_eh_timer_return ret = shost->hostt->eh_timed_out(scmd);

        if (ret == BLK_EH_RESET_TIMER)
            return ret;
    }
    if (test_and_set_bit(SCMD_STATE_COMPLETE, &scmd->state))
        return BLK_EH_DONE; /* it has ended, just now */
    atomic_inc(&scmd->device->iotmo_cnt);
    if (!abort_command(scmd)) {
        set_host_byte(scmd, DID_TIME_OUT);
        scsi_eh_scmd_add(scmd);
    }
    return BLK_EH_DONE;
}

/* What becomes of failed commands. */

void scsi_eh_finish_cmd(struct scsi_cmnd *scmd, struct list_head *done_q)
{
    list_move_tail(&scmd->eh_entry, done_q);
}
EXPORT_SYMBOL(scsi_eh_finish_cmd);

void scsi_eh_flush_done_q(struct list_head *done_q)
{
    struct scsi_cmnd *scmd, *next;

    list_for_each_entry_safe (scmd, next, done_q, eh_entry) {
        struct scsi_host_template *hostt = scmd->device->host->hostt;

        list_del_init(&scmd->eh_entry);
        local_bh_disable();
        if (scsi_device_online(scmd->device) && !scsi_noretry_cmd(scmd) && scsi_cmd_retry_allowed(scmd) &&
            (!hostt->eh_should_retry_cmd || hostt->eh_should_retry_cmd(scmd))) {
            scsi_queue_insert(scmd, SCSI_MLQUEUE_EH_RETRY);
        } else {
            if (!scmd->result)
                set_host_byte(scmd, DID_TIME_OUT);
            scsi_finish_command(scmd);
        }
        local_bh_enable();
    }
}
EXPORT_SYMBOL(scsi_eh_flush_done_q);

/* The thread. */

/* Go on; at once into recovery again if that was asked for meanwhile. */
static void restart_operations(struct Scsi_Host *shost)
{
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    if (scsi_host_set_state(shost, SHOST_RUNNING) && scsi_host_set_state(shost, SHOST_CANCEL))
        (void)scsi_host_set_state(shost, SHOST_DEL);
    spin_unlock_irqrestore(shost->host_lock, flags);
    wake_up(&shost->host_wait);
    scsi_run_host_queues(shost);

    spin_lock_irqsave(shost->host_lock, flags);
    if (shost->host_eh_scheduled && enter_recovery(shost))
        scsi_eh_wakeup(shost);
    spin_unlock_irqrestore(shost->host_lock, flags);
}

static bool wants_recovery(struct Scsi_Host *shost)
{
    unsigned long flags;
    bool ret;

    spin_lock_irqsave(shost->host_lock, flags);
    ret = (shost->host_failed || shost->host_eh_scheduled) &&
          (unsigned int)atomic_read(&shost->host_busy) == shost->host_failed;
    spin_unlock_irqrestore(shost->host_lock, flags);
    return ret;
}

int scsi_error_handler(void *data)
{
    struct Scsi_Host *shost = data;

    for (;;) {
        wait_event_interruptible(shost->eh_wait, kthread_should_stop() || wants_recovery(shost));
        if (kthread_should_stop())
            return 0;
        if (shost->transportt && shost->transportt->eh_strategy_handler)
            shost->transportt->eh_strategy_handler(shost);
        else
            scsi_unjam_host(shost);
        shost->host_failed = 0;
        restart_operations(shost);
    }
}

int scsi_block_when_processing_errors(struct scsi_device *sdev)
{
    wait_event(sdev->host->host_wait, !scsi_host_in_recovery(sdev->host));
    return scsi_device_online(sdev);
}
EXPORT_SYMBOL(scsi_block_when_processing_errors);

void scsi_report_bus_reset(struct Scsi_Host *shost, int channel)
{
    struct scsi_device *sdev;

    __shost_for_each_device(sdev, shost)
    {
        if ((int)sdev_channel(sdev) == channel)
            sdev->was_reset = sdev->expecting_cc_ua = 1;
    }
}
EXPORT_SYMBOL(scsi_report_bus_reset);

void scsi_report_device_reset(struct Scsi_Host *shost, int channel, int target)
{
    struct scsi_device *sdev;

    __shost_for_each_device(sdev, shost)
    {
        if ((int)sdev_channel(sdev) == channel && (int)sdev_id(sdev) == target)
            sdev->was_reset = sdev->expecting_cc_ua = 1;
    }
}
EXPORT_SYMBOL(scsi_report_device_reset);

void scsi_build_sense(struct scsi_cmnd *scmd, int desc, u8 key, u8 asc, u8 ascq)
{
    memset(scmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
    scsi_build_sense_buffer(desc, scmd->sense_buffer, key, asc, ascq);
    scmd->result = SAM_STAT_CHECK_CONDITION;
}
EXPORT_SYMBOL(scsi_build_sense);
