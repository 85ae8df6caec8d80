/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_block_driver.c - the driver that does as it is told, and its disk of memory.
 */
#include "linux_block_driver.h"

#include "../unit/vmklinux/linux_test.h"

#include <linux/delay.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

MODULE_LICENSE("GPL v2");

/* What the driver keeps in each request. */
struct pdu {
    bool made; /* init_request was called for it */
    blk_status_t status;
};

struct orders orders;
struct seen seen;
struct request *held[16];
unsigned int num_held;
struct pci_dev *function;
struct blk_mq_tag_set set;
struct gendisk *disk;
u8 *medium;

static unsigned int inits; /* requests made */
static unsigned long last_timeout;

static void transfer(struct request *rq)
{
    u8 *at = medium + blk_rq_pos(rq) * SECTOR_SIZE;
    struct req_iterator iter;
    struct bio_vec bv;

    rq_for_each_segment(bv, rq, iter)
    {
        EXPECT(bv.bv_offset + bv.bv_len <= PAGE_SIZE);
        if (rq_data_dir(rq) == WRITE)
            memcpy(at, bvec_virt(&bv), bv.bv_len);
        else
            memcpy(bvec_virt(&bv), at, bv.bv_len);
        at += bv.bv_len;
    }
}

void finish(struct request *rq)
{
    ((struct pdu *)blk_mq_rq_to_pdu(rq))->status = orders.status;
    if (!orders.status && (req_op(rq) == REQ_OP_READ || req_op(rq) == REQ_OP_WRITE))
        transfer(rq);
    blk_mq_complete_request(rq);
}

void let_one_go(void)
{
    struct request *rq = held[0];

    memmove(&held[0], &held[1], --num_held * sizeof(held[0]));
    finish(rq);
    msleep(1);
}

static blk_status_t queue_rq(struct blk_mq_hw_ctx *hctx, const struct blk_mq_queue_data *bd)
{
    struct request *rq = bd->rq;

    EXPECT(in_interrupt() && hctx->driver_data == &set);
    if (blk_rq_is_passthrough(rq) || blk_rq_pos(rq) < FIRST) {
        blk_mq_start_request(rq);
        ((struct pdu *)blk_mq_rq_to_pdu(rq))->status = BLK_STS_OK;
        if (!blk_rq_is_passthrough(rq))
            transfer(rq);
        blk_mq_complete_request(rq);
        return BLK_STS_OK;
    }
    if (orders.manner == NO_ROOM) {
        orders.manner = DO;
        return BLK_STS_RESOURCE;
    }
    if (orders.manner == REFUSE)
        return BLK_STS_IOERR;
    seen.had_bio = rq->bio != NULL;
    seen.flags = rq->cmd_flags & ~(__force blk_opf_t)REQ_OP_MASK;
    seen.segments = rq->nr_phys_segments;
    if (rq->bio)
        seen.bio = *rq->bio;
    seen.prepared = rq->rq_flags & RQF_DONTPREP;
    rq->rq_flags |= RQF_DONTPREP;
    seen.lasts[seen.came++ % ARRAY_SIZE(seen.lasts)] = bd->last;
    blk_mq_start_request(rq);
    if (orders.manner == HOLD)
        held[num_held++] = rq;
    else
        finish(rq);
    return BLK_STS_OK;
}

static void commit_rqs(struct blk_mq_hw_ctx *hctx)
{
    seen.commits++;
}

static void complete_rq(struct request *rq)
{
    EXPECT(in_interrupt());
    if (orders.requeues) {
        orders.requeues--;
        blk_mq_requeue_request(rq, true);
        return;
    }
    blk_mq_end_request(rq, ((struct pdu *)blk_mq_rq_to_pdu(rq))->status);
}

static int init_request(struct blk_mq_tag_set *tag_set, struct request *rq, unsigned int hctx_idx,
                        unsigned int node)
{
    struct pdu *pdu = blk_mq_rq_to_pdu(rq);

    EXPECT(!pdu->made);
    pdu->made = true;
    inits++;
    return 0;
}

static int init_hctx(struct blk_mq_hw_ctx *hctx, void *data, unsigned int index)
{
    hctx->driver_data = data;
    return 0;
}

static enum blk_eh_timer_return timed_out(struct request *rq)
{
    EXPECT(!in_interrupt());
    seen.timeouts++;
    seen.between_timeouts = jiffies - last_timeout;
    last_timeout = jiffies;
    if (orders.on_timeout == BLK_EH_DONE) {
        num_held = 0;
        finish(rq);
    }
    return orders.on_timeout;
}

/* DEVIATION-022 */
static void never_list(struct request **rqlist)
{
    seen.never++;
}

static const struct blk_mq_ops mq_ops = {.queue_rq = queue_rq,
                                         .queue_rqs = never_list,
                                         .commit_rqs = commit_rqs,
                                         .complete = complete_rq,
                                         .init_request = init_request,
                                         .init_hctx = init_hctx,
                                         .timeout = timed_out};

/* DEVIATION-024 */
static int never_geometry(struct block_device *bdev, struct hd_geometry *geometry)
{
    return (int)++seen.never;
}

static int never_compat(struct block_device *bdev, fmode_t mode, unsigned int cmd, unsigned long arg)
{
    return (int)++seen.never;
}

static const struct block_device_operations fops = {
    .owner = THIS_MODULE, .getgeo = never_geometry, .compat_ioctl = never_compat};

/* DEVIATION-025 */
static void never_tolerance(struct device *dev, s32 value)
{
    seen.never++;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
    if (function)
        return -ENODEV;
    function = pdev;
    pdev->dev.power.set_latency_tolerance = never_tolerance;
    medium = kzalloc(BLOCKS * BLOCK_SIZE, GFP_KERNEL);
    set = (struct blk_mq_tag_set){.ops = &mq_ops,
                                  .nr_hw_queues = 1,
                                  .queue_depth = DEPTH,
                                  .reserved_tags = RESERVED,
                                  .cmd_size = sizeof(struct pdu),
                                  .timeout = 2 * HZ,
                                  .driver_data = &set};
    EXPECT(medium && blk_mq_alloc_tag_set(&set) == 0 && inits == DEPTH);
    disk = blk_mq_alloc_disk(&set, NULL);
    EXPECT(!IS_ERR(disk));
    disk->fops = &fops;
    strscpy(disk->disk_name, "test0", sizeof(disk->disk_name));
    blk_queue_max_hw_sectors(disk->queue, 256);
    blk_queue_max_discard_sectors(disk->queue, 1024);
    blk_queue_max_write_zeroes_sectors(disk->queue, 1024);
    blk_queue_dma_alignment(disk->queue, 3);
    set_capacity(disk, BLOCKS);
    return device_add_disk(&pdev->dev, disk, NULL);
}

static void remove(struct pci_dev *pdev)
{
    del_gendisk(disk);
    put_disk(disk);
    blk_mq_free_tag_set(&set);
    kfree(medium);
    function = NULL;
}

static const struct pci_device_id ids[] = {{PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID)}, {}};
/* DEVIATION-027 */
static struct pci_driver driver = {.name = "test",
                                   .id_table = ids,
                                   .probe = probe,
                                   .remove = remove,
                                   .sriov_configure = pci_sriov_configure_simple};

static int start(void)
{
    return pci_register_driver(&driver);
}
module_init(start);

void block_driver_stop(void)
{
    pci_unregister_driver(&driver);
}
module_exit(block_driver_stop);
