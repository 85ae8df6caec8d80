/* SPDX-License-Identifier: GPL-2.0-only */
/* path.c - a disk as a path of the storage core's: the only place where the two meet. */
#include "blk.h"

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <vmklinux/block.h>
#include <vmklinux/status.h>
#include <vmklinux/sysfs.h>

/* What the operations are given is the queue: it is what `submit` needs. */

static void submit(vmk_AddrCookie data, vmk_BlockRequest *requests)
{
    blk_mq_submit(data.ptr, requests);
}

static int poll_one(struct blk_mq_hw_ctx *hctx)
{
    return hctx->type == HCTX_TYPE_POLL ? max(hctx->queue->mq_ops->poll(hctx, NULL), 0) : 0;
}

/* This CPU's queue; if there is nothing, the others': whoever polls may have submitted on another CPU, and a
 * queue that is polled has no interrupt to tell of what is left there. */
static int poll_any(struct request_queue *q)
{
    struct blk_mq_hw_ctx **hctxs = READ_ONCE(q->cpu_hctx[HCTX_TYPE_POLL]);
    int found = poll_one(hctxs[vmk_GetPCPUNum()]);

    for (unsigned int cpu = 0; !found && cpu < num_possible_cpus(); cpu++)
        found = poll_one(hctxs[cpu]);
    return found;
}

static vmk_uint32 poll(vmk_AddrCookie data)
{
    struct request_queue *q = data.ptr;
    struct blk_cpu *cpu = blk_this_cpu();
    int found;

    if (!q->mq_ops->poll)
        return 0;
    /* Whoever polls from the end of a request sees what he found when the bottom half comes to it. */
    if (cpu->draining)
        return (vmk_uint32)poll_any(q);
    cpu->draining = true;
    found = poll_any(q);
    blk_mq_drain(cpu);
    return (vmk_uint32)found;
}

static vmk_StatusValue scsi_command(vmk_AddrCookie data, vmk_ScsiCommand *command)
{
    struct request_queue *q = data.ptr;

    return q->disk->fops->scsi_command(q->disk, command);
}

static vmk_StatusValue nvme_command(vmk_AddrCookie data, vmk_NvmeCommand *command)
{
    struct request_queue *q = data.ptr;

    return blk_nvme_command(q->disk, command);
}

static const vmk_BlockPathOps plain_ops = {.submit = submit, .poll = poll};
static const vmk_BlockPathOps scsi_ops = {.submit = submit, .poll = poll, .scsiCommand = scsi_command};
static const vmk_BlockPathOps nvme_ops = {.submit = submit, .poll = poll, .nvmeCommand = nvme_command};

/* What can be done with the disk now. */
static vmk_BlockProps props_of(struct gendisk *disk)
{
    struct request_queue *q = disk->queue;
    const struct queue_limits *limits = &q->limits;
    unsigned int shift = q->block_shift;
    u64 max_bytes = (u64)limits->max_sectors << SECTOR_SHIFT;
    vmk_BlockProps props = {
        .blockSize = limits->logical_block_size,
        .physicalBlockSize = limits->physical_block_size,
        .numBlocks = get_capacity(disk) >> shift,
        .flags = (get_disk_ro(disk) ? VMK_BLOCK_PROP_READ_ONLY : 0) |
                 (disk->flags & GENHD_FL_REMOVABLE ? VMK_BLOCK_PROP_REMOVABLE : 0) |
                 (test_bit(QUEUE_FLAG_WC, &q->queue_flags) ? VMK_BLOCK_PROP_WRITE_CACHE : 0) |
                 (test_bit(QUEUE_FLAG_FUA, &q->queue_flags) ? VMK_BLOCK_PROP_FUA : 0) |
                 (blk_queue_nonrot(q) ? 0 : VMK_BLOCK_PROP_ROTATIONAL),
        .limits =
            {
                .maxBytes = max_bytes < UINT_MAX ? (vmk_uint32)max_bytes : UINT_MAX,
                .maxSegments = limits->max_segments,
                .maxSegmentBytes = limits->max_segment_size,
                .segmentBoundary = limits->seg_boundary_mask,
                .virtBoundary = limits->virt_boundary_mask,
                .dmaAlignment = limits->dma_alignment,
                .maxDiscardBlocks = limits->max_discard_sectors >> shift,
                .discardGranularity = limits->discard_granularity,
                .maxZeroesBlocks = limits->max_write_zeroes_sectors >> shift,
            },
    };

    return props;
}

/* What attribute @name of @dev says, without the blanks around it; "" if it has none. */
static void read_attribute(struct device *dev, const char *name, char *page, char *text, size_t size)
{
    text[0] = '\0';
    if (dev && vmklinux_attr_show(dev, name, page) > 0)
        strscpy(text, strim(page), size);
}

static bool names_a_device(const char *wwid)
{
    static const char *const kinds[] = {"naa.", "eui.", "uuid.", "t10."};

    for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
        if (strncmp(wwid, kinds[i], strlen(kinds[i])) == 0)
            return true;
    }
    return false;
}

/* What the driver's attributes say of the unit and of the controller it is behind. */
static void identify(struct gendisk *disk, vmk_BlockPathRegData *data, char *page)
{
    struct device *dev = disk_to_dev(disk);
    vmk_BlockIdentity *identity = &data->identity;
    unsigned int nsid;
    char text[12];

    read_attribute(dev, "wwid", page, identity->uniqueID, sizeof(identity->uniqueID));
    if (!names_a_device(identity->uniqueID))
        identity->uniqueID[0] = '\0';
    read_attribute(dev->parent, "model", page, identity->model, sizeof(identity->model));
    read_attribute(dev->parent, "serial", page, identity->serial, sizeof(identity->serial));
    read_attribute(dev->parent, "firmware_rev", page, identity->revision, sizeof(identity->revision));
    read_attribute(dev, "nsid", page, text, sizeof(text));
    if (kstrtouint(text, 10, &nsid) == 0 && nsid > 0)
        data->lun = nsid - 1;
    if (blk_is_nvme(disk))
        strscpy(identity->vendor, "NVMe", sizeof(identity->vendor));
}

static void count_queues(struct gendisk *disk, vmk_BlockPathRegData *data)
{
    struct blk_mq_tag_set *set = disk->queue->tag_set;
    unsigned int polled = set->nr_maps > HCTX_TYPE_POLL ? set->map[HCTX_TYPE_POLL].nr_queues : 0;

    data->numQueues = set->nr_hw_queues - polled;
    data->numPollQueues = polled;
    data->queueDepth = (set->queue_depth - set->reserved_tags) * data->numQueues;
    if (disk->queue->queue_depth && disk->queue->queue_depth < data->queueDepth)
        data->queueDepth = disk->queue->queue_depth;
}

int blk_path_register(struct gendisk *disk)
{
    struct module *module = disk->queue->tag_set->module;
    vmk_BlockPathRegData *data = vmklinux_kmalloc(module, sizeof(*data), GFP_KERNEL | __GFP_ZERO);
    char *page = (char *)__get_free_page(GFP_KERNEL);
    int err = -ENOMEM;

    disk->adapter = vmklinux_adapter_of(disk_to_dev(disk));
    if (!disk->adapter)
        err = -ENODEV;
    if (data && page && disk->adapter) {
        data->moduleID = module->id;
        data->adapter = disk->adapter;
        data->driverData.ptr = disk->queue;
        data->ops = disk->fops->scsi_command ? &scsi_ops : blk_is_nvme(disk) ? &nvme_ops : &plain_ops;
        count_queues(disk, data);
        if (disk->fops->identify)
            disk->fops->identify(disk, data);
        else
            identify(disk, data, page);
        disk->props = data->props = props_of(disk);
        err = vmklinux_errno(vmk_BlockPathRegister(data, &disk->path));
    }
    free_page((unsigned long)page);
    kfree(data);
    return err;
}

void blk_path_unregister(struct gendisk *disk)
{
    if (disk->path)
        vmk_BlockPathUnregister(disk->path);
    disk->path = NULL;
}

void blk_path_update(struct gendisk *disk)
{
    vmk_BlockProps props = props_of(disk);

    if (!disk->path || memcmp(&props, &disk->props, sizeof(props)) == 0)
        return;
    disk->props = props;
    if (vmk_BlockPathUpdate(disk->path, &props) != VMK_OK)
        pr_warn("%s: what has changed of it is not taken\n", disk->disk_name);
}

void blk_report(struct request_queue *q, vmk_StorageEvent event)
{
    struct gendisk *disk = READ_ONCE(q->disk);
    vmk_StorageAdapter adapter = disk ? disk->adapter : q->adapter;

    if (adapter)
        vmk_StorageEventReport(adapter, disk ? disk->path : NULL, event);
}
