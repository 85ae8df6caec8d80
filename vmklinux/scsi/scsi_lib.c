/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_lib.c - commands between the block layer and the low-level driver.
 *
 *     queue_rq     prepare: the upper driver builds the CDB, the request's memory becomes the scatter list;
 *                  dispatch: queuecommand
 *     scsi_done    the low-level driver has the answer: complete, in a bottom half
 *     complete     decide: end the request, issue it again, or leave it to error handling
 *
 * A command is prepared once; issued again, it is as it was (RQF_DONTPREP).
 */
#include <linux/export.h>
#include <linux/ratelimit_types.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <scsi/scsi_dbg.h>

#include "scsi_priv.h"

/* Behind a command: the driver's data, the sense buffer, the scatter list with room for a drain. */
static size_t sense_offset(const struct Scsi_Host *shost)
{
    return ALIGN(sizeof(struct scsi_cmnd) + shost->hostt->cmd_size, 8);
}

static size_t table_offset(const struct Scsi_Host *shost)
{
    return sense_offset(shost) + ALIGN(SCSI_SENSE_BUFFERSIZE, 8);
}

static size_t command_size(const struct Scsi_Host *shost)
{
    return table_offset(shost) + (shost->sg_tablesize + 1u) * sizeof(struct scatterlist);
}

static int scsi_mq_init_request(struct blk_mq_tag_set *set, struct request *rq, unsigned int hctx_idx,
                                unsigned int numa_node)
{
    struct Scsi_Host *shost = set->driver_data;
    struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);

    cmd->sense_buffer = (u8 *)cmd + sense_offset(shost);
    cmd->sdb.table.sgl = (struct scatterlist *)((u8 *)cmd + table_offset(shost));
    sg_init_table(cmd->sdb.table.sgl, shost->sg_tablesize + 1u);
    INIT_LIST_HEAD(&cmd->eh_entry);
    INIT_DELAYED_WORK(&cmd->abort_work, scmd_eh_abort_handler);
    return shost->hostt->init_cmd_priv ? shost->hostt->init_cmd_priv(shost, cmd) : 0;
}

static void scsi_mq_exit_request(struct blk_mq_tag_set *set, struct request *rq, unsigned int hctx_idx)
{
    struct Scsi_Host *shost = set->driver_data;

    if (shost->hostt->exit_cmd_priv)
        shost->hostt->exit_cmd_priv(shost, blk_mq_rq_to_pdu(rq));
}

/* Leaving: the command is not at the low-level driver any more. */

void scsi_device_unbusy(struct scsi_device *sdev, struct scsi_cmnd *cmd)
{
    struct Scsi_Host *shost = sdev->host;
    unsigned long flags;

    atomic_dec(&sdev->device_busy);
    if (sdev->sdev_target->can_queue)
        atomic_dec(&sdev->sdev_target->target_busy);
    __clear_bit(SCMD_STATE_INFLIGHT, &cmd->state);
    (void)atomic_dec_return(&shost->host_busy);
    if (likely(!scsi_host_in_recovery(shost)))
        return;
    spin_lock_irqsave(shost->host_lock, flags);
    scsi_eh_wakeup(shost);
    spin_unlock_irqrestore(shost->host_lock, flags);
}

/* A refusal holds the host, target or unit for as many completions as it has set. */
static void set_blocked(struct scsi_cmnd *cmd, int reason)
{
    struct scsi_device *sdev = cmd->device;

    switch (reason) {
    case SCSI_MLQUEUE_HOST_BUSY:
        atomic_set(&sdev->host->host_blocked, (int)sdev->host->max_host_blocked);
        break;
    case SCSI_MLQUEUE_DEVICE_BUSY:
    case SCSI_MLQUEUE_EH_RETRY:
        atomic_set(&sdev->device_blocked, (int)sdev->max_device_blocked);
        break;
    case SCSI_MLQUEUE_TARGET_BUSY:
        atomic_set(&sdev->sdev_target->target_blocked, (int)sdev->sdev_target->max_target_blocked);
        break;
    }
}

void scsi_queue_insert(struct scsi_cmnd *cmd, int reason)
{
    struct scsi_device *sdev = cmd->device;
    struct request *rq = scsi_cmd_to_rq(cmd);

    set_blocked(cmd, reason);
    cmd->result = 0;
    /* Off the books last: error handling may end when it is. */
    blk_mq_requeue_request(rq, false);
    scsi_device_unbusy(sdev, cmd);
    if (!scsi_host_in_recovery(sdev->host))
        blk_mq_kick_requeue_list(sdev->request_queue);
}

void scsi_run_host_queues(struct Scsi_Host *shost)
{
    struct scsi_device *sdev;

    shost_for_each_device(sdev, shost)
    {
        blk_mq_kick_requeue_list(sdev->request_queue);
        blk_mq_run_hw_queues(sdev->request_queue, true);
    }
}

/* Ending a request. */

static blk_status_t blk_status_of(struct scsi_cmnd *cmd)
{
    switch (host_byte(cmd->result)) {
    case DID_OK:
        if (get_status_byte(cmd) == SAM_STAT_RESERVATION_CONFLICT)
            return BLK_STS_NEXUS;
        return scsi_status_is_good(cmd->result) ? BLK_STS_OK : BLK_STS_IOERR;
    case DID_TIME_OUT:
        return BLK_STS_TIMEOUT;
    case DID_NO_CONNECT:
    case DID_BAD_TARGET:
    case DID_TRANSPORT_FAILFAST:
    case DID_TRANSPORT_MARGINAL:
        return BLK_STS_TRANSPORT;
    case DID_SOFT_ERROR:
        /* The driver wants it issued again, and it has no tries left: libata's way with a command that it put
         * off, and that timed out together with the one it waited for. */
        return BLK_STS_AGAIN;
    default:
        return BLK_STS_IOERR;
    }
}

/* What sense data, which say why a command failed for good, mean to its submitter. */
static blk_status_t blk_status_of_sense(const struct scsi_sense_hdr *sshdr)
{
    switch (sshdr->sense_key) {
    case MEDIUM_ERROR:
        return BLK_STS_MEDIUM;
    case HARDWARE_ERROR:
        return BLK_STS_IOERR;
    case ILLEGAL_REQUEST:
        return sshdr->asc == 0x20 || sshdr->asc == 0x24 ? BLK_STS_TARGET : BLK_STS_IOERR;
    case DATA_PROTECT:
        return sshdr->asc == 0x27 && sshdr->ascq == 0x07 ? BLK_STS_NOSPC : BLK_STS_PROTECTION;
    case BLANK_CHECK:
        return BLK_STS_MEDIUM;
    case NOT_READY:
    case UNIT_ATTENTION:
        return BLK_STS_OFFLINE;
    case VOLUME_OVERFLOW:
        return BLK_STS_TARGET;
    case ABORTED_COMMAND:
        return sshdr->asc == 0x10 ? BLK_STS_PROTECTION : BLK_STS_IOERR;
    default:
        return BLK_STS_IOERR;
    }
}

static void log_failure(struct scsi_cmnd *cmd)
{
    static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

    if (scsi_cmd_to_rq(cmd)->rq_flags & RQF_QUIET || !__ratelimit(&state))
        return;
    scmd_printk(KERN_INFO, cmd, "failed: host byte %#x, status %#x\n", host_byte(cmd->result),
                get_status_byte(cmd));
    scsi_print_command(cmd);
    scsi_print_sense(cmd);
}

static void end(struct scsi_cmnd *cmd, blk_status_t status)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (unlikely(rq->rq_flags & RQF_SPECIAL_PAYLOAD))
        cmd->device->ulpd->uninit_command(cmd);
    blk_mq_end_request(rq, status);
}

/* End the request; or, of one that was done in part, have the rest done by another command. */
static void end_request(struct scsi_cmnd *cmd, blk_status_t status, unsigned int good_bytes)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (status == BLK_STS_OK && good_bytes && good_bytes < blk_rq_bytes(rq)) {
        (void)blk_update_request(rq, BLK_STS_OK, good_bytes);
        rq->rq_flags &= ~RQF_DONTPREP;
        blk_mq_requeue_request(rq, true);
        return;
    }
    if (good_bytes < blk_rq_bytes(rq) && status == BLK_STS_OK)
        status = BLK_STS_IOERR;
    end(cmd, status);
}

static bool runtime_exceeded(struct scsi_cmnd *cmd)
{
    unsigned long allowed = (unsigned long)(cmd->allowed + 1) * scsi_cmd_to_rq(cmd)->timeout;

    return time_before(cmd->jiffies_at_alloc + allowed, jiffies);
}

/* A command that is not good, and that nobody will see to: repeat it after all, or say so. */
static void io_completion_failed(struct scsi_cmnd *cmd, unsigned int good_bytes)
{
    struct request *rq = scsi_cmd_to_rq(cmd);
    struct scsi_sense_hdr sshdr;
    bool sensed = scsi_command_normalize_sense(cmd, &sshdr) && scsi_status_is_check_condition(cmd->result);
    blk_status_t status = blk_status_of(cmd);

    if (sensed && !scsi_sense_is_deferred(&sshdr)) {
        /* The command was done, if with difficulty. */
        if (sshdr.sense_key == RECOVERED_ERROR || sshdr.sense_key == NO_SENSE)
            status = BLK_STS_OK;
        else
            status = blk_status_of_sense(&sshdr);
    }
    if (host_byte(cmd->result) == DID_RESET && !scsi_noretry_cmd(cmd) && !runtime_exceeded(cmd)) {
        blk_mq_requeue_request(rq, true);
        return;
    }
    if (status == BLK_STS_OK)
        good_bytes = blk_rq_bytes(rq);
    else
        log_failure(cmd);
    end_request(cmd, status, good_bytes);
}

static void io_completion(struct scsi_cmnd *cmd, unsigned int good_bytes)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (likely(cmd->result == 0 && good_bytes >= blk_rq_bytes(rq)))
        end(cmd, BLK_STS_OK);
    else if (blk_rq_is_passthrough(rq))
        blk_mq_end_request(rq, blk_status_of(cmd)); /* result and sense data are the submitter's to read */
    else if (cmd->result == 0)
        end_request(cmd, BLK_STS_OK, good_bytes);
    else
        io_completion_failed(cmd, good_bytes);
}

void scsi_finish_command(struct scsi_cmnd *cmd)
{
    struct scsi_device *sdev = cmd->device;
    struct request *rq = scsi_cmd_to_rq(cmd);
    unsigned int good_bytes = blk_rq_bytes(rq);

    scsi_device_unbusy(sdev, cmd);
    /* Something has ended: what was refused may be tried again. */
    if (unlikely(atomic_read(&sdev->host->host_blocked)))
        atomic_set(&sdev->host->host_blocked, 0);
    if (unlikely(atomic_read(&sdev->sdev_target->target_blocked)))
        atomic_set(&sdev->sdev_target->target_blocked, 0);
    if (unlikely(atomic_read(&sdev->device_blocked)))
        atomic_set(&sdev->device_blocked, 0);
    if (unlikely(cmd->result) && !blk_rq_is_passthrough(rq))
        good_bytes = sdev->ulpd->done(cmd);
    else if (unlikely(cmd->resid_len) && !(rq->rq_flags & RQF_SPECIAL_PAYLOAD))
        good_bytes -= min(good_bytes, cmd->resid_len);
    io_completion(cmd, good_bytes);
}

/* Completion. */

static void done(struct scsi_cmnd *cmd, bool direct)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (unlikely(cmd->submitter == SUBMITTED_BY_SCSI_ERROR_HANDLER)) {
        scsi_eh_done(cmd);
        return;
    }
    /* A time-out was first: error handling has it. */
    if (unlikely(test_and_set_bit(SCMD_STATE_COMPLETE, &cmd->state)))
        return;
    if (direct)
        blk_mq_complete_request_remote(rq);
    else
        blk_mq_complete_request(rq);
}

void scsi_done(struct scsi_cmnd *cmd)
{
    done(cmd, false);
}
EXPORT_SYMBOL(scsi_done);

void scsi_done_direct(struct scsi_cmnd *cmd)
{
    done(cmd, true);
}
EXPORT_SYMBOL(scsi_done_direct);

static void complete_failed(struct scsi_cmnd *cmd)
{
    enum scsi_disposition disposition = scsi_decide_disposition(cmd);

    atomic_inc(&cmd->device->ioerr_cnt);
    if (disposition != SUCCESS && runtime_exceeded(cmd))
        disposition = SUCCESS;
    switch (disposition) {
    case NEEDS_RETRY:
        scsi_queue_insert(cmd, SCSI_MLQUEUE_EH_RETRY);
        break;
    case ADD_TO_MLQUEUE:
        scsi_queue_insert(cmd, SCSI_MLQUEUE_DEVICE_BUSY);
        break;
    case SUCCESS:
        scsi_finish_command(cmd);
        break;
    default:
        scsi_eh_scmd_add(cmd);
    }
}

static void scsi_complete(struct request *rq)
{
    struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);

    if (likely(cmd->result == 0))
        scsi_finish_command(cmd);
    else
        complete_failed(cmd);
}

/* Preparing. */

/* Some devices transfer multiples of a few bytes only. */
static void add_padding(struct scsi_cmnd *cmd, struct scatterlist *last_sg)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (blk_rq_bytes(rq) & rq->q->dma_pad_mask) {
        unsigned int pad = (rq->q->dma_pad_mask & ~blk_rq_bytes(rq)) + 1;

        last_sg->length += pad;
        cmd->extra_len += pad;
    }
}

/* And some send more than they were asked for: it goes where nobody reads it. Returns ranges added. */
static int add_drain(struct scsi_cmnd *cmd, struct scatterlist *last_sg)
{
    struct scsi_device *sdev = cmd->device;
    const struct scsi_host_template *hostt = sdev->host->hostt;

    if (!sdev->dma_drain_len || !hostt->dma_need_drain || !hostt->dma_need_drain(scsi_cmd_to_rq(cmd)))
        return 0;
    sg_unmark_end(last_sg);
    last_sg = sg_next(last_sg);
    sg_set_buf(last_sg, sdev->dma_drain_buf, (unsigned int)sdev->dma_drain_len);
    sg_mark_end(last_sg);
    cmd->extra_len += sdev->dma_drain_len;
    return 1;
}

blk_status_t scsi_alloc_sgtables(struct scsi_cmnd *cmd)
{
    struct request *rq = scsi_cmd_to_rq(cmd);
    struct scatterlist *last_sg = NULL;
    int count;

    cmd->extra_len = 0;
    count = __blk_rq_map_sg(rq->q, rq, cmd->sdb.table.sgl, &last_sg);
    if (unlikely(blk_rq_is_passthrough(rq))) {
        add_padding(cmd, last_sg);
        count += add_drain(cmd, last_sg);
    }
    cmd->sdb.table.nents = (unsigned int)count;
    cmd->sdb.length = blk_rq_payload_bytes(rq) + cmd->extra_len;
    return BLK_STS_OK;
}
EXPORT_SYMBOL(scsi_alloc_sgtables);

static blk_status_t prepare_passthrough(struct scsi_cmnd *cmd, struct request *rq)
{
    if (blk_rq_bytes(rq)) {
        cmd->sc_data_direction = rq_dma_dir(rq);
        return scsi_alloc_sgtables(cmd);
    }
    cmd->sc_data_direction = DMA_NONE;
    cmd->sdb.table.nents = 0;
    cmd->sdb.length = 0;
    cmd->extra_len = 0;
    return BLK_STS_OK;
}

static blk_status_t prepare(struct scsi_device *sdev, struct request *rq)
{
    struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);

    cmd->device = sdev;
    cmd->jiffies_at_alloc = jiffies;
    cmd->retries = 0;
    cmd->eh_eflags = 0;
    cmd->result = 0;
    cmd->resid_len = 0;
    cmd->sense_len = 0;
    cmd->sense_buffer[0] = 0;
    cmd->submitter = SUBMITTED_BY_BLOCK_LAYER;
    cmd->flags = sdev->simple_tags ? SCMD_TAGGED | SCMD_INITIALIZED : SCMD_INITIALIZED;
    return blk_rq_is_passthrough(rq) ? prepare_passthrough(cmd, rq) : sdev->ulpd->init_command(cmd);
}

/* Whether a unit that is not running takes this request all the same. */
static blk_status_t check_device_state(struct scsi_device *sdev, struct request *rq)
{
    switch (sdev->sdev_state) {
    case SDEV_CREATED:
        return BLK_STS_OK;
    case SDEV_OFFLINE:
    case SDEV_TRANSPORT_OFFLINE:
        if (!sdev->offline_already) {
            sdev->offline_already = true;
            sdev_printk(KERN_ERR, sdev, "rejecting I/O to offline device\n");
        }
        return BLK_STS_IOERR;
    case SDEV_DEL:
        return BLK_STS_IOERR;
    case SDEV_BLOCK:
    case SDEV_CREATED_BLOCK:
        return BLK_STS_RESOURCE;
    case SDEV_QUIESCE:
        return blk_rq_is_passthrough(rq) ? BLK_STS_OK : BLK_STS_RESOURCE;
    case SDEV_CANCEL: /* its upper driver takes leave */
    default:
        return BLK_STS_OK;
    }
}

/*
 * Enter the books of unit, target and host; false: not now, and nothing is entered.
 *
 * The unit's depth is kept here, for commands of all origins. libata relies on it: it puts a second command
 * for an ATAPI device aside, and does not look for it when the first has ended.
 */
static bool enter(struct scsi_device *sdev, struct scsi_cmnd *cmd)
{
    struct Scsi_Host *shost = sdev->host;
    struct scsi_target *starget = sdev->sdev_target;
    bool room = (unsigned int)atomic_inc_return(&sdev->device_busy) <= sdev->queue_depth;

    cmd->device = sdev;
    if (unlikely(starget->can_queue))
        room &= (unsigned int)atomic_inc_return(&starget->target_busy) <= starget->can_queue;
    __set_bit(SCMD_STATE_INFLIGHT, &cmd->state);
    if (likely((atomic_inc_return(&shost->host_busy), scsi_host_is_ready(shost)) && room &&
               !atomic_read(&shost->host_blocked) && !atomic_read(&sdev->device_blocked) &&
               !atomic_read(&starget->target_blocked)))
        return true;
    scsi_device_unbusy(sdev, cmd);
    return false;
}

/* Later. With nothing under way, no completion will start the queue again. */
static blk_status_t refuse(struct scsi_device *sdev)
{
    struct Scsi_Host *shost = sdev->host;

    if (scsi_host_in_recovery(shost))
        return BLK_STS_DEV_RESOURCE; /* scsi_run_host_queues() comes at its end */
    if (atomic_read(&shost->host_busy) == 0) {
        atomic_set(&shost->host_blocked, 0);
        atomic_set(&sdev->device_blocked, 0);
        atomic_set(&sdev->sdev_target->target_blocked, 0);
    }
    return BLK_STS_RESOURCE;
}

static blk_status_t scsi_queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
    struct request *rq = bd->rq;
    struct scsi_device *sdev = rq->q->queuedata;
    struct Scsi_Host *shost = sdev->host;
    struct scsi_cmnd *cmd = blk_mq_rq_to_pdu(rq);
    blk_status_t ret;
    int reason;

    if (unlikely(sdev->sdev_state != SDEV_RUNNING)) {
        ret = check_device_state(sdev, rq);
        if (ret != BLK_STS_OK)
            return ret;
    }
    cmd->state = 0;
    if (unlikely(!enter(sdev, cmd)))
        return refuse(sdev);
    if (likely(!(rq->rq_flags & RQF_DONTPREP))) {
        ret = prepare(sdev, rq);
        if (unlikely(ret != BLK_STS_OK)) {
            scsi_device_unbusy(sdev, cmd);
            return ret;
        }
        rq->rq_flags |= RQF_DONTPREP;
    }
    if (bd->last)
        cmd->flags |= SCMD_LAST;
    else
        cmd->flags &= ~SCMD_LAST;
    blk_mq_start_request(rq);
    reason = shost->hostt->queuecommand(shost, cmd);
    if (likely(!reason))
        return BLK_STS_OK;
    set_blocked(cmd, reason);
    scsi_device_unbusy(sdev, cmd);
    return refuse(sdev);
}

static void scsi_commit_rqs(struct blk_mq_hw_ctx *hctx)
{
    struct scsi_device *sdev = hctx->queue->queuedata;

    if (sdev->host->hostt->commit_rqs)
        sdev->host->hostt->commit_rqs(sdev->host, (u16)hctx->queue_num);
}

static int scsi_mq_poll(struct blk_mq_hw_ctx *hctx, struct io_comp_batch *iob)
{
    struct scsi_device *sdev = hctx->queue->queuedata;

    return sdev->host->hostt->mq_poll ? sdev->host->hostt->mq_poll(sdev->host, hctx->queue_num) : 0;
}

static void scsi_map_queues(struct blk_mq_tag_set *set)
{
    struct Scsi_Host *shost = set->driver_data;

    if (shost->hostt->map_queues)
        shost->hostt->map_queues(shost);
    else
        blk_mq_map_queues(&set->map[HCTX_TYPE_DEFAULT]);
}

const struct blk_mq_ops scsi_mq_ops = {
    .queue_rq = scsi_queue_rq,
    .commit_rqs = scsi_commit_rqs,
    .complete = scsi_complete,
    .timeout = scsi_timeout,
    .init_request = scsi_mq_init_request,
    .exit_request = scsi_mq_exit_request,
    .map_queues = scsi_map_queues,
    .poll = scsi_mq_poll,
};

static int scsi_mq_setup_tags(struct Scsi_Host *shost)
{
    struct blk_mq_tag_set *set = &shost->tag_set;

    set->ops = &scsi_mq_ops;
    set->nr_hw_queues = shost->nr_hw_queues ? shost->nr_hw_queues : 1;
    set->nr_maps = shost->nr_maps ? shost->nr_maps : 1;
    set->queue_depth = (unsigned int)shost->can_queue;
    set->cmd_size = (unsigned int)command_size(shost);
    set->numa_node = dev_to_node(shost->dma_dev);
    set->flags = BLK_MQ_F_SHOULD_MERGE | BLK_ALLOC_POLICY_TO_MQ_FLAG(shost->hostt->tag_alloc_policy);
    if (shost->host_tagset)
        set->flags |= BLK_MQ_F_TAG_HCTX_SHARED;
    set->driver_data = shost;
    return vmklinux_blk_mq_alloc_tag_set(shost->hostt->module, set);
}

struct request_queue *scsi_alloc_queue(struct scsi_device *sdev)
{
    struct Scsi_Host *shost = sdev->host;
    int err = shost->tag_set.tags ? 0 : scsi_mq_setup_tags(shost);
    struct request_queue *q = err ? ERR_PTR(err) : blk_mq_init_queue(&shost->tag_set);

    if (IS_ERR(q))
        return q;
    q->queuedata = sdev;
    blk_queue_max_segments(q, shost->sg_tablesize);
    blk_queue_max_hw_sectors(q, shost->max_sectors);
    blk_queue_segment_boundary(q, shost->dma_boundary);
    blk_queue_max_segment_size(q, shost->max_segment_size);
    if (shost->virt_boundary_mask)
        blk_queue_virt_boundary(q, shost->virt_boundary_mask);
    blk_queue_update_dma_alignment(q, 3);
    blk_queue_rq_timeout(q, 30 * HZ);
    return q;
}
