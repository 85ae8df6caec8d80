/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sd.c - disks: what the block layer asks becomes READ, WRITE, SYNCHRONIZE CACHE and their kin.
 *
 * At each look (probe, rescan) the disk is asked for its size, its cache and its protection, and its queue
 * gets the limits; a look that fails leaves things as they were, as a disk in trouble is none of another
 * size.
 */
#include <linux/blkdev.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "scsi_priv.h"
#include "scsi_vpd.h"
#include "sd_cdb.h"

#define SD_TIMEOUT         (30 * HZ)
#define SD_FLUSH_TIMEOUT   (60 * HZ)
#define SD_MAX_RETRIES     5
#define SD_BUFFER          512
#define SD_MAX_WS16_BLOCKS 0x7fffffu

/* How a range is deallocated. */
enum sd_discard {
    SD_DISCARD_NONE,
    SD_DISCARD_UNMAP,
    SD_DISCARD_WRITE_SAME_16,
};

struct scsi_disk {
    struct scsi_device *device;
    struct gendisk *disk;
    struct scsi_capacity capacity;
    struct scsi_block_limits limits;
    enum sd_discard discard;
    unsigned int shift; /* log2 of 512-byte sectors in a block */
    bool write_cache;
    bool fua;
    bool read_only;
    bool non_rotational;
};

/* Requests. */

static blk_status_t setup_rw(struct scsi_cmnd *cmd, struct scsi_disk *sdkp, struct request *rq)
{
    bool write = rq_data_dir(rq) == WRITE;
    struct scsi_device *sdev = sdkp->device;

    cmd->cmd_len = sd_cdb_rw(cmd->cmnd, write, rq->cmd_flags & REQ_FUA, blk_rq_pos(rq) >> sdkp->shift,
                             blk_rq_sectors(rq) >> sdkp->shift, !sdev->use_16_for_rw);
    cmd->sc_data_direction = write ? DMA_TO_DEVICE : DMA_FROM_DEVICE;
    cmd->allowed = SD_MAX_RETRIES;
    cmd->transfersize = sdev->sector_size;
    cmd->underflow = blk_rq_bytes(rq);
    return scsi_alloc_sgtables(cmd);
}

static blk_status_t setup_flush(struct scsi_cmnd *cmd, struct request *rq)
{
    cmd->cmd_len = sd_cdb_flush(cmd->cmnd);
    cmd->sc_data_direction = DMA_NONE;
    cmd->allowed = SD_MAX_RETRIES;
    cmd->transfersize = 0;
    cmd->underflow = 0;
    cmd->extra_len = 0;
    cmd->sdb.length = 0;
    cmd->sdb.table.nents = 0;
    rq->timeout = SD_FLUSH_TIMEOUT;
    return BLK_STS_OK;
}

/* The command's data is a page of ours, in place of the request's memory, of which a discard has none. */
static u8 *special_payload(struct request *rq, unsigned int len)
{
    struct page *page = alloc_page(GFP_ATOMIC | __GFP_ZERO);

    if (!page)
        return NULL;
    rq->special_vec = (struct bio_vec){.bv_page = page, .bv_len = len};
    rq->rq_flags |= RQF_SPECIAL_PAYLOAD;
    return page_address(page);
}

static blk_status_t setup_discard(struct scsi_cmnd *cmd, struct scsi_disk *sdkp, struct request *rq)
{
    bool unmap = sdkp->discard == SD_DISCARD_UNMAP;
    u64 lba = blk_rq_pos(rq) >> sdkp->shift;
    u32 blocks = blk_rq_sectors(rq) >> sdkp->shift;
    u8 *payload;

    if (sdkp->discard == SD_DISCARD_NONE)
        return BLK_STS_NOTSUPP;
    payload = special_payload(rq, unmap ? SD_UNMAP_LIST_LEN : sdkp->device->sector_size);
    if (!payload)
        return BLK_STS_RESOURCE;
    if (unmap) {
        sd_unmap_list(payload, lba, blocks);
        cmd->cmd_len = sd_cdb_unmap(cmd->cmnd, SD_UNMAP_LIST_LEN);
    } else {
        cmd->cmd_len = sd_cdb_write_same_16(cmd->cmnd, lba, blocks, true);
    }
    cmd->sc_data_direction = DMA_TO_DEVICE;
    cmd->allowed = SD_MAX_RETRIES;
    cmd->transfersize = rq->special_vec.bv_len;
    cmd->underflow = 0;
    rq->timeout = SD_TIMEOUT;
    return scsi_alloc_sgtables(cmd);
}

static blk_status_t sd_init_command(struct scsi_cmnd *cmd)
{
    struct request *rq = scsi_cmd_to_rq(cmd);
    struct scsi_disk *sdkp = cmd->device->uldata;

    switch (req_op(rq)) {
    case REQ_OP_READ:
    case REQ_OP_WRITE:
        return setup_rw(cmd, sdkp, rq);
    case REQ_OP_FLUSH:
        return setup_flush(cmd, rq);
    case REQ_OP_DISCARD:
        return setup_discard(cmd, sdkp, rq);
    default:
        return BLK_STS_NOTSUPP;
    }
}

static void sd_uninit_command(struct scsi_cmnd *cmd)
{
    struct request *rq = scsi_cmd_to_rq(cmd);

    if (rq->rq_flags & RQF_SPECIAL_PAYLOAD) {
        __free_page(rq->special_vec.bv_page);
        rq->rq_flags &= ~RQF_SPECIAL_PAYLOAD;
    }
}

/* Of a command that met a bad block, everything before that was done. */
static unsigned int bytes_before_error(struct scsi_cmnd *cmd, u64 bad_lba)
{
    struct scsi_disk *sdkp = cmd->device->uldata;
    struct request *rq = scsi_cmd_to_rq(cmd);
    u64 first = blk_rq_pos(rq) >> sdkp->shift;
    u64 end = first + (blk_rq_sectors(rq) >> sdkp->shift);
    u64 done;

    if (bad_lba < first || bad_lba >= end)
        return 0;
    done = (bad_lba - first) * cmd->device->sector_size;
    return (unsigned int)min_t(u64, done, blk_rq_bytes(rq) - min(cmd->resid_len, blk_rq_bytes(rq)));
}

static unsigned int sd_done(struct scsi_cmnd *cmd)
{
    struct scsi_sense_hdr sshdr;
    u64 bad_lba;

    if (!scsi_status_is_check_condition(cmd->result) || !scsi_command_normalize_sense(cmd, &sshdr) ||
        scsi_sense_is_deferred(&sshdr))
        return 0;
    switch (sshdr.sense_key) {
    case HARDWARE_ERROR:
    case MEDIUM_ERROR:
        return scsi_get_sense_info_fld(cmd->sense_buffer, SCSI_SENSE_BUFFERSIZE, &bad_lba)
                   ? bytes_before_error(cmd, bad_lba)
                   : 0;
    case RECOVERED_ERROR:
    case NO_SENSE:
        return blk_rq_bytes(scsi_cmd_to_rq(cmd));
    default:
        return 0;
    }
}

/* Looking. */

static int read_capacity_16(struct scsi_disk *sdkp, u8 *buffer)
{
    u8 cmd[16] = {SERVICE_ACTION_IN_16, SAI_READ_CAPACITY_16};
    int resid = 0, result;

    cmd[13] = 32;
    memset(buffer, 0, 32);
    result = scsi_execute_req(sdkp->device, cmd, DMA_FROM_DEVICE, buffer, 32, NULL, SD_TIMEOUT,
                              SD_MAX_RETRIES, &resid);
    return result || !scsi_parse_capacity_16(buffer, 32 - resid, &sdkp->capacity) ? -EIO : 0;
}

static int read_capacity_10(struct scsi_disk *sdkp, u8 *buffer)
{
    u8 cmd[10] = {READ_CAPACITY};
    int resid = 0, result;

    memset(buffer, 0, 8);
    result = scsi_execute_req(sdkp->device, cmd, DMA_FROM_DEVICE, buffer, 8, NULL, SD_TIMEOUT, SD_MAX_RETRIES,
                              &resid);
    return result || !scsi_parse_capacity_10(buffer, 8 - resid, &sdkp->capacity) ? -EIO : 0;
}

static int read_capacity(struct scsi_disk *sdkp, u8 *buffer)
{
    struct scsi_device *sdev = sdkp->device;
    bool sixteen = sdev->scsi_level > SCSI_SPC_2 && !sdev->try_rc_10_first && !sdev->no_read_capacity_16;
    int err;

    if (sixteen && read_capacity_16(sdkp, buffer) == 0)
        return 0;
    err = read_capacity_10(sdkp, buffer);
    if (!err && sdkp->capacity.blocks > U32_MAX)
        err = read_capacity_16(sdkp, buffer);
    return err;
}

static void read_cache_type(struct scsi_disk *sdkp, u8 *buffer)
{
    struct scsi_mode_data data;
    bool write_cache;
    int length;

    sdkp->write_cache = sdkp->fua = false;
    if (sdkp->device->skip_ms_page_8 ||
        scsi_mode_sense(sdkp->device, 0, 0x08, buffer, 192, SD_TIMEOUT, SD_MAX_RETRIES, &data, NULL))
        goto unknown;
    length = min_t(int, (int)data.length, 192);
    if (!scsi_parse_caching_page(buffer, length, data.header_length + data.block_descriptor_length,
                                 &write_cache))
        goto unknown;
    sdkp->write_cache = write_cache;
    sdkp->fua = data.device_specific & 0x10 && !sdkp->device->broken_fua;
    return;

unknown:
    /* Flushing a cache that is not there costs little; not flushing one that is, data. */
    sdkp->write_cache = true;
}

static void read_write_protect(struct scsi_disk *sdkp, u8 *buffer)
{
    struct scsi_mode_data data;

    sdkp->read_only = false;
    if (!sdkp->device->skip_ms_page_3f &&
        scsi_mode_sense(sdkp->device, 0, 0x3f, buffer, 192, SD_TIMEOUT, SD_MAX_RETRIES, &data, NULL) == 0)
        sdkp->read_only = data.device_specific & 0x80;
}

static void read_vpd(struct scsi_disk *sdkp)
{
    struct scsi_device *sdev = sdkp->device;
    struct scsi_provisioning methods = {.unmap = false};

    mutex_lock(&sdev->inquiry_mutex);
    if (sdev->vpd_pgb0)
        scsi_vpd_block_limits(sdev->vpd_pgb0->data, sdev->vpd_pgb0->len, &sdkp->limits);
    if (sdev->vpd_pgb1)
        sdkp->non_rotational = scsi_vpd_is_non_rotational(sdev->vpd_pgb1->data, sdev->vpd_pgb1->len);
    if (sdev->vpd_pgb2)
        scsi_vpd_provisioning(sdev->vpd_pgb2->data, sdev->vpd_pgb2->len, &methods);
    mutex_unlock(&sdev->inquiry_mutex);
    sdkp->discard = SD_DISCARD_NONE;
    if (!sdkp->capacity.provisioned)
        return;
    if (methods.unmap && sdkp->limits.max_unmap_blocks)
        sdkp->discard = SD_DISCARD_UNMAP;
    else if (methods.write_same_16)
        sdkp->discard = SD_DISCARD_WRITE_SAME_16;
}

static unsigned int max_discard_sectors(const struct scsi_disk *sdkp)
{
    u64 blocks = 0;

    if (sdkp->discard == SD_DISCARD_UNMAP)
        blocks = sdkp->limits.max_unmap_blocks;
    else if (sdkp->discard == SD_DISCARD_WRITE_SAME_16)
        blocks = min_not_zero(sdkp->limits.max_write_same_blocks, (u64)SD_MAX_WS16_BLOCKS);
    return (unsigned int)min_t(u64, blocks << sdkp->shift, UINT_MAX >> SECTOR_SHIFT);
}

static void set_limits(struct scsi_disk *sdkp)
{
    struct request_queue *q = sdkp->disk->queue;
    u32 granularity = max(sdkp->limits.unmap_granularity_blocks, 1u) * sdkp->capacity.block_size;

    blk_queue_logical_block_size(q, sdkp->capacity.block_size);
    blk_queue_physical_block_size(q, sdkp->capacity.physical_block_size);
    blk_queue_write_cache(q, sdkp->write_cache, sdkp->fua);
    if (sdkp->limits.max_transfer_blocks)
        blk_queue_max_hw_sectors(
            q, min_t(u64, queue_max_hw_sectors(q), (u64)sdkp->limits.max_transfer_blocks << sdkp->shift));
    q->limits.discard_granularity = max(granularity, sdkp->capacity.physical_block_size);
    blk_queue_max_discard_sectors(q, max_discard_sectors(sdkp));
    if (sdkp->non_rotational)
        blk_queue_flag_set(QUEUE_FLAG_NONROT, q);
    else
        blk_queue_flag_clear(QUEUE_FLAG_NONROT, q);
}

static int sd_look(struct scsi_disk *sdkp)
{
    struct scsi_device *sdev = sdkp->device;
    u8 *buffer = vmklinux_kmalloc(sdev->host->hostt->module, SD_BUFFER, GFP_KERNEL);
    int err = buffer ? read_capacity(sdkp, buffer) : -ENOMEM;

    if (!err) {
        sdev->sector_size = sdkp->capacity.block_size;
        sdev->use_16_for_rw = sdkp->capacity.blocks > U32_MAX;
        sdkp->shift = (unsigned int)ilog2(sdkp->capacity.block_size) - SECTOR_SHIFT;
        read_cache_type(sdkp, buffer);
        read_write_protect(sdkp, buffer);
        read_vpd(sdkp);
        set_limits(sdkp);
    }
    kfree(buffer);
    return err;
}

static void sd_rescan(struct scsi_device *sdev)
{
    struct scsi_disk *sdkp = sdev->uldata;

    if (sd_look(sdkp))
        return;
    set_disk_ro(sdkp->disk, sdkp->read_only);
    (void)set_capacity_and_notify(sdkp->disk, sdkp->capacity.blocks << sdkp->shift);
}

/* Coming and going. */

static void sd_identify(struct gendisk *disk, vmk_BlockPathRegData *data)
{
    struct scsi_disk *sdkp = disk->private_data;

    scsi_identify(sdkp->device, data);
    data->identity.type = VMK_BLOCK_TYPE_DISK;
}

static VMK_ReturnStatus sd_scsi_command(struct gendisk *disk, vmk_ScsiCommand *command)
{
    struct scsi_disk *sdkp = disk->private_data;

    return scsi_pass_through(sdkp->device, command);
}

static const struct block_device_operations sd_fops = {
    .owner = THIS_MODULE,
    .identify = sd_identify,
    .scsi_command = sd_scsi_command,
};

static int make_disk(struct scsi_disk *sdkp)
{
    struct scsi_device *sdev = sdkp->device;
    struct gendisk *disk = blk_mq_alloc_disk_for_queue(sdev->request_queue, NULL);

    if (!disk)
        return -ENOMEM;
    scnprintf(disk->disk_name, sizeof(disk->disk_name), "sd%u:%u:%u:%llu", sdev->host->host_no, sdev->channel,
              sdev->id, sdev->lun);
    disk->fops = &sd_fops;
    disk->private_data = sdkp;
    if (sdev->removable)
        disk->flags |= GENHD_FL_REMOVABLE;
    sdkp->disk = disk;
    return 0;
}

static int sd_probe(struct scsi_device *sdev)
{
    struct scsi_disk *sdkp =
        vmklinux_kmalloc(sdev->host->hostt->module, sizeof(*sdkp), GFP_KERNEL | __GFP_ZERO);
    int err;

    if (!sdkp)
        return -ENOMEM;
    sdkp->device = sdev;
    err = make_disk(sdkp);
    if (err)
        goto free_sdkp;
    sdev->uldata = sdkp;
    blk_queue_rq_timeout(sdev->request_queue, SD_TIMEOUT);
    err = sd_look(sdkp);
    if (err) {
        sdev_printk(KERN_ERR, sdev, "cannot read its capacity\n");
        goto put_disk;
    }
    set_disk_ro(sdkp->disk, sdkp->read_only);
    set_capacity(sdkp->disk, sdkp->capacity.blocks << sdkp->shift);
    err = device_add_disk(&sdev->sdev_gendev, sdkp->disk, NULL);
    if (err)
        goto put_disk;
    sdev_printk(KERN_INFO, sdev, "%llu blocks of %u bytes%s%s\n", sdkp->capacity.blocks,
                sdkp->capacity.block_size, sdkp->write_cache ? ", write cache" : "",
                sdkp->read_only ? ", read-only" : "");
    return 0;

put_disk:
    put_disk(sdkp->disk);
free_sdkp:
    sdev->uldata = NULL;
    kfree(sdkp);
    return err;
}

static void sd_remove(struct scsi_device *sdev)
{
    struct scsi_disk *sdkp = sdev->uldata;

    del_gendisk(sdkp->disk);
    if (sdkp->write_cache && scsi_device_online(sdev)) {
        u8 cmd[10];

        (void)sd_cdb_flush(cmd);
        (void)scsi_execute_req(sdev, cmd, DMA_NONE, NULL, 0, NULL, SD_FLUSH_TIMEOUT, SD_MAX_RETRIES, NULL);
    }
    put_disk(sdkp->disk);
    sdev->uldata = NULL;
    kfree(sdkp);
}

const struct scsi_driver sd_driver = {
    .name = "sd",
    .probe = sd_probe,
    .remove = sd_remove,
    .rescan = sd_rescan,
    .init_command = sd_init_command,
    .uninit_command = sd_uninit_command,
    .done = sd_done,
};
