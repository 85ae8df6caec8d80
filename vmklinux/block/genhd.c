/* SPDX-License-Identifier: GPL-2.0-only */
/* genhd.c - disks: their life, size and protection. */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>

static void release_disk(struct device *dev)
{
    struct gendisk *disk = dev_to_disk(dev);
    struct request_queue *q = disk->queue;

    /* One that was never added. */
    if (test_bit(GD_OWNS_QUEUE, &disk->state) && !blk_queue_dying(q))
        blk_mq_destroy_queue(q);
    q->disk = NULL;
    if (disk->fops && disk->fops->free_disk && test_bit(GD_ADDED_ONCE, &disk->state))
        disk->fops->free_disk(disk);
    blk_put_queue(q);
    kfree(disk);
}

struct class block_class = {.name = "block", .dev_release = release_disk};
EXPORT_SYMBOL(block_class);

static struct gendisk *alloc_disk(struct request_queue *q)
{
    struct gendisk *disk = vmklinux_kmalloc(q->tag_set->module, sizeof(*disk), GFP_KERNEL | __GFP_ZERO);

    if (!disk)
        return NULL;
    disk->part0 = &disk->bdev;
    disk->bdev.bd_disk = disk;
    disk->bdev.bd_queue = q;
    disk->queue = q;
    mutex_init(&disk->open_mutex);
    disk_to_dev(disk)->class = &block_class;
    device_initialize(disk_to_dev(disk));
    q->disk = disk;
    return disk;
}

struct gendisk *blk_mq_alloc_disk_for_queue(struct request_queue *q, struct lock_class_key *lkclass)
{
    struct gendisk *disk;

    if (!blk_get_queue(q))
        return NULL;
    disk = alloc_disk(q);
    if (!disk)
        blk_put_queue(q);
    return disk;
}
EXPORT_SYMBOL(blk_mq_alloc_disk_for_queue);

struct gendisk *__blk_mq_alloc_disk(struct blk_mq_tag_set *set, void *queuedata,
                                    struct lock_class_key *lkclass)
{
    struct request_queue *q = blk_mq_init_queue(set);
    struct gendisk *disk;

    if (IS_ERR(q))
        return ERR_CAST(q);
    q->queuedata = queuedata;
    disk = alloc_disk(q);
    if (!disk) {
        blk_mq_destroy_queue(q);
        blk_put_queue(q);
        return ERR_PTR(-ENOMEM);
    }
    set_bit(GD_OWNS_QUEUE, &disk->state);
    return disk;
}
EXPORT_SYMBOL(__blk_mq_alloc_disk);

int device_add_disk(struct device *parent, struct gendisk *disk, const struct attribute_group **groups)
{
    struct device *dev = disk_to_dev(disk);
    int err;

    dev->parent = parent;
    dev->groups = groups;
    dev_set_name(dev, "%s", disk->disk_name);
    err = device_add(dev);
    if (err)
        return err;
    set_bit(GD_ADDED, &disk->state);
    set_bit(GD_ADDED_ONCE, &disk->state);
    if (!(disk->flags & GENHD_FL_HIDDEN))
        err = blk_path_register(disk);
    if (err) {
        clear_bit(GD_ADDED, &disk->state);
        device_del(dev);
    }
    return err;
}
EXPORT_SYMBOL(device_add_disk);

void del_gendisk(struct gendisk *disk)
{
    if (WARN_ON_ONCE(!test_and_clear_bit(GD_ADDED, &disk->state)))
        return;
    blk_path_unregister(disk);
    device_del(disk_to_dev(disk));
    /* A queue that is not the disk's goes on without it. */
    if (test_bit(GD_OWNS_QUEUE, &disk->state))
        blk_mq_destroy_queue(disk->queue);
}
EXPORT_SYMBOL(del_gendisk);

void put_disk(struct gendisk *disk)
{
    if (disk)
        put_device(disk_to_dev(disk));
}
EXPORT_SYMBOL(put_disk);

void blk_mark_disk_dead(struct gendisk *disk)
{
    if (test_and_set_bit(GD_DEAD, &disk->state))
        return;
    if (disk->path)
        vmk_BlockPathStateSet(disk->path, VMK_BLOCK_PATH_LOST);
    blk_gate_close(disk->queue, BLK_GATE_DEAD);
    blk_mq_run_hw_queues(disk->queue, true);
}
EXPORT_SYMBOL(blk_mark_disk_dead);

void set_disk_ro(struct gendisk *disk, bool read_only)
{
    bool changed = read_only ? !test_and_set_bit(GD_READ_ONLY, &disk->state)
                             : test_and_clear_bit(GD_READ_ONLY, &disk->state);

    if (changed)
        blk_path_update(disk);
}
EXPORT_SYMBOL(set_disk_ro);

void set_capacity(struct gendisk *disk, sector_t sectors)
{
    WRITE_ONCE(disk->part0->bd_nr_sectors, sectors);
}
EXPORT_SYMBOL(set_capacity);

bool set_capacity_and_notify(struct gendisk *disk, sector_t size)
{
    sector_t before = get_capacity(disk);

    set_capacity(disk, size);
    blk_path_update(disk);
    /* As in Linux: that a disk appears, or loses its medium, is told otherwise. */
    return size != before && size && before;
}
EXPORT_SYMBOL(set_capacity_and_notify);

bool disk_force_media_change(struct gendisk *disk, unsigned int events)
{
    blk_path_update(disk);
    return true;
}
EXPORT_SYMBOL(disk_force_media_change);
