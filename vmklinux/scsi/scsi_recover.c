/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_recover.c - the ladder: from resetting one unit up to the whole host, each step for the commands that
 * the one before it did not mend. A step has mended a unit when that answers TEST UNIT READY; one that
 * nothing mends is given up.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/string.h>

#include "scsi_priv.h"

#define BUS_SETTLE_MS  (10 * 1000)
#define HOST_SETTLE_MS (10 * 1000)

void scsi_eh_done(struct scsi_cmnd *scmd)
{
    struct completion *eh_action = scmd->device->host->eh_action;

    if (eh_action)
        complete(eh_action);
}

/* What a command carries, put by while it carries one of the error handler's own. */
struct saved {
    int result;
    unsigned int resid_len;
    enum dma_data_direction direction;
    unsigned char cmd_len;
    unsigned char cmnd[sizeof_field(struct scsi_cmnd, cmnd)];
    unsigned int length;
    unsigned int nents;
};

static void borrow(struct scsi_cmnd *scmd, struct saved *saved, const unsigned char *cdb, unsigned char len)
{
    *saved = (struct saved){.result = scmd->result,
                            .resid_len = scmd->resid_len,
                            .direction = scmd->sc_data_direction,
                            .cmd_len = (unsigned char)scmd->cmd_len,
                            .length = scmd->sdb.length,
                            .nents = scmd->sdb.table.nents};
    memcpy(saved->cmnd, scmd->cmnd, sizeof(saved->cmnd));
    memset(scmd->cmnd, 0, sizeof(scmd->cmnd));
    memcpy(scmd->cmnd, cdb, len);
    memset(scmd->sense_buffer, 0, SCSI_SENSE_BUFFERSIZE);
    scmd->cmd_len = len;
    scmd->result = 0;
    scmd->resid_len = 0;
    scmd->sc_data_direction = DMA_NONE;
    scmd->sdb.length = 0;
    scmd->sdb.table.nents = 0;
    scmd->submitter = SUBMITTED_BY_SCSI_ERROR_HANDLER;
}

static void give_back(struct scsi_cmnd *scmd, const struct saved *saved)
{
    scmd->result = saved->result;
    scmd->resid_len = saved->resid_len;
    scmd->sc_data_direction = saved->direction;
    scmd->cmd_len = saved->cmd_len;
    memcpy(scmd->cmnd, saved->cmnd, sizeof(saved->cmnd));
    scmd->sdb.length = saved->length;
    scmd->sdb.table.nents = saved->nents;
    scmd->submitter = SUBMITTED_BY_BLOCK_LAYER;
}

/* Issue the CDB that @scmd carries and wait; whether the unit has answered it. */
static bool issue_and_wait(struct scsi_cmnd *scmd, int timeout)
{
    struct Scsi_Host *shost = scmd->device->host;
    DECLARE_COMPLETION_ONSTACK(done);
    int reason;

    shost->eh_action = &done;
    local_bh_disable();
    reason = shost->hostt->queuecommand(shost, scmd);
    local_bh_enable();
    if (!reason && !wait_for_completion_timeout(&done, (unsigned long)timeout)) {
        /* Lost too: it must not come back later. */
        vmklinux_scsi_event(shost, VMK_STORAGE_EVENT_ABORT);
        if (!shost->hostt->eh_abort_handler || shost->hostt->eh_abort_handler(scmd) != SUCCESS)
            reason = SCSI_MLQUEUE_DEVICE_BUSY;
        reason = reason ? reason : -1;
    }
    shost->eh_action = NULL;
    return !reason && host_byte(scmd->result) == DID_OK;
}

/* Whether the unit answers, with whatever status: then it lives. */
static bool test_unit_ready(struct scsi_cmnd *scmd)
{
    static const unsigned char cdb[6] = {TEST_UNIT_READY};
    struct saved saved;
    bool answers = false;

    for (int tries = 0; tries < 2 && !answers; tries++) {
        borrow(scmd, &saved, cdb, sizeof(cdb));
        answers = issue_and_wait(scmd, (int)scmd->device->eh_timeout);
        give_back(scmd, &saved);
    }
    return answers;
}

typedef int (*eh_handler)(struct scsi_cmnd *);

/* The rungs: which units a step is about, what it does, and how long they take to come back. */
struct rung {
    const char *name;
    vmk_StorageEvent event;
    bool (*same)(const struct scsi_cmnd *one, const struct scsi_cmnd *other);
    eh_handler (*handler)(const struct scsi_host_template *hostt);
    unsigned int settle_ms;
};

static bool same_unit(const struct scsi_cmnd *one, const struct scsi_cmnd *other)
{
    return one->device == other->device;
}

static bool same_target(const struct scsi_cmnd *one, const struct scsi_cmnd *other)
{
    return one->device->sdev_target == other->device->sdev_target;
}

static bool same_channel(const struct scsi_cmnd *one, const struct scsi_cmnd *other)
{
    return one->device->channel == other->device->channel;
}

static bool same_host(const struct scsi_cmnd *one, const struct scsi_cmnd *other)
{
    return true;
}

static eh_handler device_handler(const struct scsi_host_template *hostt)
{
    return hostt->eh_device_reset_handler;
}

static eh_handler target_handler(const struct scsi_host_template *hostt)
{
    return hostt->eh_target_reset_handler;
}

static eh_handler bus_handler(const struct scsi_host_template *hostt)
{
    return hostt->eh_bus_reset_handler;
}

static eh_handler host_handler(const struct scsi_host_template *hostt)
{
    return hostt->eh_host_reset_handler;
}

static const struct rung ladder[] = {
    {"device reset", VMK_STORAGE_EVENT_DEVICE_RESET, same_unit, device_handler, 0},
    {"target reset", VMK_STORAGE_EVENT_TARGET_RESET, same_target, target_handler, 0},
    {"bus reset", VMK_STORAGE_EVENT_BUS_RESET, same_channel, bus_handler, BUS_SETTLE_MS},
    {"host reset", VMK_STORAGE_EVENT_HOST_RESET, same_host, host_handler, HOST_SETTLE_MS},
};

/* Move the commands that the step was about, and whose unit answers now, to @done. */
static void take_mended(const struct rung *rung, struct scsi_cmnd *about, struct list_head *work,
                        struct list_head *done)
{
    struct scsi_cmnd *scmd, *next;

    list_for_each_entry_safe (scmd, next, work, eh_entry) {
        if (scmd == about || !rung->same(about, scmd) || !test_unit_ready(scmd))
            continue;
        scsi_eh_finish_cmd(scmd, done);
    }
    if (test_unit_ready(about))
        scsi_eh_finish_cmd(about, done);
}

/* One step for each group of commands it is about. */
static void climb(struct Scsi_Host *shost, const struct rung *rung, struct list_head *work,
                  struct list_head *done)
{
    eh_handler handler = rung->handler(shost->hostt);
    struct scsi_cmnd *about;
    LIST_HEAD(unmended);

    if (!handler)
        return;
    while (!list_empty(work)) {
        struct scsi_cmnd *scmd, *next;
        LIST_HEAD(group);

        about = list_first_entry(work, struct scsi_cmnd, eh_entry);
        list_for_each_entry_safe (scmd, next, work, eh_entry) {
            if (rung->same(about, scmd))
                list_move_tail(&scmd->eh_entry, &group);
        }
        shost_printk(KERN_WARNING, shost, "%s\n", rung->name);
        vmklinux_scsi_event(shost, rung->event);
        if (handler(about) == SUCCESS) {
            if (rung->settle_ms && !shost->hostt->skip_settle_delay)
                msleep(rung->settle_ms);
            take_mended(rung, about, &group, done);
        }
        list_splice_tail_init(&group, &unmended);
    }
    list_splice_init(&unmended, work);
}

static void give_up(struct list_head *work, struct list_head *done)
{
    struct scsi_cmnd *scmd, *next;

    list_for_each_entry_safe (scmd, next, work, eh_entry) {
        sdev_printk(KERN_ERR, scmd->device, "given up: it answers nothing after error recovery\n");
        (void)scsi_device_set_state(scmd->device, SDEV_OFFLINE);
        scsi_eh_finish_cmd(scmd, done);
    }
}

void scsi_unjam_host(struct Scsi_Host *shost)
{
    unsigned long flags;
    LIST_HEAD(work);
    LIST_HEAD(done);

    spin_lock_irqsave(shost->host_lock, flags);
    list_splice_init(&shost->eh_cmd_q, &work);
    shost->host_eh_scheduled = 0;
    spin_unlock_irqrestore(shost->host_lock, flags);
    for (size_t i = 0; i < ARRAY_SIZE(ladder) && !list_empty(&work); i++)
        climb(shost, &ladder[i], &work, &done);
    give_up(&work, &done);
    scsi_eh_flush_done_q(&done);
}
