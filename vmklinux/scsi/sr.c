/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sr.c - CD-ROM drives: read only, in blocks of 2048 bytes, and with a medium or without.
 *
 * A drive without a medium is a disk without blocks. Media come and go without notice: the drive is asked
 * every two seconds, and at once when one of its answers says so.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <asm/unaligned.h>

#include "scsi_priv.h"
#include "scsi_vpd.h"
#include "sd_cdb.h"

#define SR_TIMEOUT     (30 * HZ)
#define SR_MAX_RETRIES 3
#define SR_POLL        (2 * HZ)
#define SR_BLOCK_SHIFT 11
#define SR_BLOCK_SIZE  (1 << SR_BLOCK_SHIFT)

struct scsi_cd {
    struct scsi_device *device;
    struct gendisk *disk;
    u64 blocks;
    unsigned int shift; /* log2 of 512-byte sectors in a block */
    bool medium;
    struct delayed_work poll;
};

static blk_status_t sr_init_command(struct scsi_cmnd *cmd)
{
    struct request *rq = scsi_cmd_to_rq(cmd);
    struct scsi_cd *cd = cmd->device->uldata;

    if (!READ_ONCE(cd->medium))
        return BLK_STS_OFFLINE;
    if (req_op(rq) != REQ_OP_READ)
        return req_op(rq) == REQ_OP_WRITE ? BLK_STS_PROTECTION : BLK_STS_NOTSUPP;
    cmd->cmd_len = sd_cdb_rw(cmd->cmnd, false, false, blk_rq_pos(rq) >> cd->shift,
                             blk_rq_sectors(rq) >> cd->shift, true);
    cmd->sc_data_direction = DMA_FROM_DEVICE;
    cmd->allowed = SR_MAX_RETRIES;
    cmd->transfersize = cmd->device->sector_size;
    cmd->underflow = blk_rq_bytes(rq);
    return scsi_alloc_sgtables(cmd);
}

static unsigned int sr_done(struct scsi_cmnd *cmd)
{
    struct scsi_sense_hdr sshdr;

    if (scsi_command_normalize_sense(cmd, &sshdr) &&
        (sshdr.sense_key == RECOVERED_ERROR || sshdr.sense_key == NO_SENSE))
        return blk_rq_bytes(scsi_cmd_to_rq(cmd));
    return 0;
}

static bool has_medium(struct scsi_cd *cd)
{
    struct scsi_sense_hdr sshdr;
    int result = scsi_test_unit_ready(cd->device, SR_TIMEOUT, SR_MAX_RETRIES, &sshdr);

    return result == 0 || (result > 0 && scsi_sense_valid(&sshdr) && sshdr.sense_key == NOT_READY &&
                           sshdr.asc == 0x04); /* it is being made ready */
}

/* The size of the medium that is in; what drives without a size say is taken for 2048-byte blocks. */
static int read_capacity(struct scsi_cd *cd)
{
    struct scsi_device *sdev = cd->device;
    struct scsi_capacity capacity;
    u8 cmd[10] = {READ_CAPACITY};
    u8 *buffer = vmklinux_kmalloc(sdev->host->hostt->module, 8, GFP_KERNEL | __GFP_ZERO);
    int resid = 0, err = -ENOMEM;

    if (!buffer)
        return err;
    err = scsi_execute_req(sdev, cmd, DMA_FROM_DEVICE, buffer, 8, NULL, SR_TIMEOUT, SR_MAX_RETRIES, &resid);
    if (err || !scsi_parse_capacity_10(buffer, 8 - resid, &capacity))
        err = -EIO;
    kfree(buffer);
    if (err)
        return err;
    cd->blocks = capacity.blocks;
    if (capacity.block_size != 512 && capacity.block_size != SR_BLOCK_SIZE)
        capacity.block_size = SR_BLOCK_SIZE;
    sdev->sector_size = capacity.block_size;
    cd->shift = (unsigned int)ilog2(capacity.block_size) - SECTOR_SHIFT;
    return 0;
}

static void sr_look(struct scsi_cd *cd)
{
    bool medium = has_medium(cd) && read_capacity(cd) == 0;

    if (!medium)
        cd->blocks = 0;
    blk_queue_logical_block_size(cd->disk->queue, cd->device->sector_size);
    WRITE_ONCE(cd->medium, medium);
    cd->device->changed = 0;
}

static void sr_rescan(struct scsi_device *sdev)
{
    struct scsi_cd *cd = sdev->uldata;

    sr_look(cd);
    (void)set_capacity_and_notify(cd->disk, cd->blocks << cd->shift);
}

static void sr_poll(struct work_struct *work)
{
    struct scsi_cd *cd = container_of(work, struct scsi_cd, poll.work);

    if (scsi_device_online(cd->device) && (has_medium(cd) != cd->medium || cd->device->changed))
        (void)scsi_rescan_device(cd->device);
    schedule_delayed_work(&cd->poll, SR_POLL);
}

static void sr_identify(struct gendisk *disk, vmk_BlockPathRegData *data)
{
    struct scsi_cd *cd = disk->private_data;

    scsi_identify(cd->device, data);
    data->identity.type = VMK_BLOCK_TYPE_CDROM;
}

static VMK_ReturnStatus sr_scsi_command(struct gendisk *disk, vmk_ScsiCommand *command)
{
    struct scsi_cd *cd = disk->private_data;

    return scsi_pass_through(cd->device, command);
}

static const struct block_device_operations sr_fops = {
    .owner = THIS_MODULE,
    .identify = sr_identify,
    .scsi_command = sr_scsi_command,
};

static int sr_probe(struct scsi_device *sdev)
{
    struct scsi_cd *cd = vmklinux_kmalloc(sdev->host->hostt->module, sizeof(*cd), GFP_KERNEL | __GFP_ZERO);
    int err = -ENOMEM;

    if (!cd)
        return err;
    cd->device = sdev;
    cd->disk = blk_mq_alloc_disk_for_queue(sdev->request_queue, NULL);
    if (!cd->disk)
        goto free_cd;
    scnprintf(cd->disk->disk_name, sizeof(cd->disk->disk_name), "sr%u:%u:%u:%llu", sdev->host->host_no,
              sdev->channel, sdev->id, sdev->lun);
    cd->disk->fops = &sr_fops;
    cd->disk->private_data = cd;
    cd->disk->flags |= GENHD_FL_REMOVABLE | GENHD_FL_NO_PART;
    sdev->uldata = cd;
    sdev->sector_size = SR_BLOCK_SIZE;
    cd->shift = SR_BLOCK_SHIFT - SECTOR_SHIFT;
    INIT_DELAYED_WORK(&cd->poll, sr_poll);
    blk_queue_rq_timeout(sdev->request_queue, SR_TIMEOUT);
    sr_look(cd);
    set_disk_ro(cd->disk, true);
    set_capacity(cd->disk, cd->blocks << cd->shift);
    err = device_add_disk(&sdev->sdev_gendev, cd->disk, NULL);
    if (err)
        goto put_disk;
    schedule_delayed_work(&cd->poll, SR_POLL);
    return 0;

put_disk:
    put_disk(cd->disk);
free_cd:
    sdev->uldata = NULL;
    kfree(cd);
    return err;
}

static void sr_remove(struct scsi_device *sdev)
{
    struct scsi_cd *cd = sdev->uldata;

    cancel_delayed_work_sync(&cd->poll);
    del_gendisk(cd->disk);
    put_disk(cd->disk);
    sdev->uldata = NULL;
    kfree(cd);
}

const struct scsi_driver sr_driver = {
    .name = "sr",
    .probe = sr_probe,
    .remove = sr_remove,
    .rescan = sr_rescan,
    .init_command = sr_init_command,
    .done = sr_done,
};
