/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi_sysfs.c - hosts and units in the tree of devices: what hosts can be asked, how units come and go. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "scsi_priv.h"

/* Hosts: `echo "channel id lun" > scan`, each of them perhaps `-`; `echo adapter > host_reset`. */

/* A number, or SCAN_WILD_CARD for `-`; *@text is moved behind it. */
static int parse_place(const char **text, unsigned int *place)
{
    char *end;

    while (**text == ' ')
        (*text)++;
    if (**text == '-') {
        *place = SCAN_WILD_CARD;
        (*text)++;
        return 0;
    }
    *place = (unsigned int)simple_strtoul(*text, &end, 0);
    if (end == *text)
        return -EINVAL;
    *text = end;
    return 0;
}

static ssize_t scan_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
    struct Scsi_Host *shost = class_to_shost(dev);
    unsigned int channel, id, lun_number;
    const char *text = buf;
    u64 lun;
    int err;

    if (parse_place(&text, &channel) || parse_place(&text, &id) || parse_place(&text, &lun_number))
        return -EINVAL;
    lun = lun_number == SCAN_WILD_CARD ? ~0ull : lun_number;
    if (shost->transportt && shost->transportt->user_scan)
        err = shost->transportt->user_scan(shost, channel, id, lun);
    else
        err = scsi_scan_host_selected(shost, channel, id, lun, SCSI_SCAN_MANUAL);
    return err ? err : (ssize_t)count;
}
static DEVICE_ATTR_WO(scan);

static ssize_t host_reset_store(struct device *dev, struct device_attribute *attr, const char *buf,
                                size_t count)
{
    struct Scsi_Host *shost = class_to_shost(dev);
    int err = -EOPNOTSUPP;

    if (!sysfs_streq(buf, "adapter") && !sysfs_streq(buf, "firmware"))
        return -EINVAL;
    if (shost->hostt->host_reset)
        err = shost->hostt->host_reset(shost, sysfs_streq(buf, "adapter") ? SCSI_ADAPTER_RESET
                                                                          : SCSI_FIRMWARE_RESET);
    else if (shost->transportt && shost->transportt->user_scan)
        /* A transport that scans by itself resets what it scans: libata has no other way. */
        err = shost->transportt->user_scan(shost, SCAN_WILD_CARD, SCAN_WILD_CARD, ~0ull);
    return err ? err : (ssize_t)count;
}
static DEVICE_ATTR_WO(host_reset);

static struct attribute *host_attrs[] = {
    &dev_attr_scan.attr,
    &dev_attr_host_reset.attr,
    NULL,
};
ATTRIBUTE_GROUPS(host);

const struct device_type scsi_host_type = {.name = "scsi_host", .groups = host_groups};

/* Units: `queue_depth` can be read and written, `state` read. */

static ssize_t queue_depth_show(struct device *dev, struct device_attribute *attr, char *buf)
{
    return sysfs_emit(buf, "%u\n", to_scsi_device(dev)->queue_depth);
}

static ssize_t queue_depth_store(struct device *dev, struct device_attribute *attr, const char *buf,
                                 size_t count)
{
    struct scsi_device *sdev = to_scsi_device(dev);
    unsigned int depth;
    int ret;

    if (!sdev->host->hostt->change_queue_depth)
        return -EINVAL;
    if (kstrtouint(buf, 0, &depth) || depth < 1 || depth > (unsigned int)sdev->host->can_queue)
        return -EINVAL;
    ret = sdev->host->hostt->change_queue_depth(sdev, (int)depth);
    return ret < 0 ? ret : (ssize_t)count;
}
static DEVICE_ATTR_RW(queue_depth);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
    return sysfs_emit(buf, "%s\n", scsi_device_state_name(to_scsi_device(dev)->sdev_state));
}
static DEVICE_ATTR_RO(state);

static struct attribute *sdev_attrs[] = {
    &dev_attr_queue_depth.attr,
    &dev_attr_state.attr,
    NULL,
};
ATTRIBUTE_GROUPS(sdev);

static const struct device_type scsi_dev_type = {.name = "scsi_device", .groups = sdev_groups};

static void release_sdev(struct device *dev)
{
    struct scsi_device *sdev = to_scsi_device(dev);
    struct device *target = &sdev->sdev_target->dev;
    unsigned long flags;

    spin_lock_irqsave(sdev->host->host_lock, flags);
    list_del(&sdev->siblings);
    list_del(&sdev->same_target_siblings);
    spin_unlock_irqrestore(sdev->host->host_lock, flags);
    cancel_work_sync(&sdev->event_work);
    if (sdev->request_queue)
        blk_put_queue(sdev->request_queue);
    kfree(sdev->vpd_pg80);
    kfree(sdev->vpd_pg83);
    kfree(sdev->vpd_pgb0);
    kfree(sdev->vpd_pgb1);
    kfree(sdev->vpd_pgb2);
    kfree(sdev->inquiry);
    kfree(sdev);
    put_device(target);
}

int scsi_is_sdev_device(const struct device *dev)
{
    return dev->release == release_sdev;
}

void scsi_sysfs_device_initialize(struct scsi_device *sdev)
{
    static struct bus_type scsi_bus_type = {.name = "scsi"};
    struct Scsi_Host *shost = sdev->host;
    unsigned long flags;

    device_initialize(&sdev->sdev_gendev);
    sdev->sdev_gendev.bus = &scsi_bus_type;
    sdev->sdev_gendev.type = &scsi_dev_type;
    sdev->sdev_gendev.release = release_sdev;
    sdev->sdev_gendev.groups = shost->hostt->sdev_groups;
    (void)dev_set_name(&sdev->sdev_gendev, "%u:%u:%u:%llu", shost->host_no, sdev->channel, sdev->id,
                       sdev->lun);
    sdev->sdev_gendev.parent = get_device(&sdev->sdev_target->dev);
    spin_lock_irqsave(shost->host_lock, flags);
    list_add_tail(&sdev->same_target_siblings, &sdev->sdev_target->devices);
    list_add_tail(&sdev->siblings, &shost->__devices);
    spin_unlock_irqrestore(shost->host_lock, flags);
}

static const struct scsi_driver *driver_for(const struct scsi_device *sdev)
{
    if (sdev->no_uld_attach)
        return NULL;
    switch (sdev->type) {
    case TYPE_DISK:
    case TYPE_MOD:
    case TYPE_RBC:
        return &sd_driver;
    case TYPE_ROM:
    case TYPE_WORM:
        return &sr_driver;
    default:
        return NULL;
    }
}

int scsi_sysfs_add_sdev(struct scsi_device *sdev)
{
    int err;

    if (!device_is_registered(&sdev->sdev_target->dev)) {
        err = device_add(&sdev->sdev_target->dev);
        if (err)
            return err;
        sdev->sdev_target->state = STARGET_RUNNING;
    }
    err = device_add(&sdev->sdev_gendev);
    if (err)
        return err;
    sdev->is_visible = 1;
    sdev->ulpd = driver_for(sdev);
    if (sdev->ulpd && sdev->ulpd->probe(sdev))
        sdev->ulpd = NULL;
    return 0;
}

/* Take the unit from its target, and the target away with its last unit. */
static void leave_target(struct scsi_device *sdev)
{
    struct scsi_target *starget = sdev->sdev_target;
    struct Scsi_Host *shost = sdev->host;
    struct scsi_device *other;
    unsigned long flags;
    bool used = false;

    spin_lock_irqsave(shost->host_lock, flags);
    list_for_each_entry (other, &starget->devices, same_target_siblings)
        used |= other != sdev && other->sdev_state != SDEV_DEL;
    if (!used && starget->state != STARGET_DEL)
        list_del_init(&starget->siblings);
    else
        used = true;
    if (!used)
        starget->state = STARGET_DEL;
    spin_unlock_irqrestore(shost->host_lock, flags);
    if (used)
        return;
    if (shost->hostt->target_destroy)
        shost->hostt->target_destroy(starget);
    if (device_is_registered(&starget->dev))
        device_del(&starget->dev);
    put_device(&starget->dev);
}

void __scsi_remove_device(struct scsi_device *sdev)
{
    if (sdev->sdev_state == SDEV_DEL)
        return;
    if (sdev->is_visible) {
        (void)scsi_device_set_state(sdev, SDEV_CANCEL);
        if (sdev->ulpd)
            sdev->ulpd->remove(sdev);
        sdev->ulpd = NULL;
        device_del(&sdev->sdev_gendev);
    }
    (void)scsi_device_set_state(sdev, SDEV_DEL);
    blk_mq_destroy_queue(sdev->request_queue);
    cancel_work_sync(&sdev->event_work);
    if (sdev->host->hostt->slave_destroy)
        sdev->host->hostt->slave_destroy(sdev);
    leave_target(sdev);
    put_device(&sdev->sdev_gendev);
}

void scsi_remove_device(struct scsi_device *sdev)
{
    struct Scsi_Host *shost = sdev->host;

    mutex_lock(&shost->scan_mutex);
    __scsi_remove_device(sdev);
    mutex_unlock(&shost->scan_mutex);
}
EXPORT_SYMBOL(scsi_remove_device);

void scsi_remove_target(struct device *dev)
{
    struct scsi_target *starget = to_scsi_target(dev);
    struct Scsi_Host *shost = dev_to_shost(starget->dev.parent);
    struct scsi_device *sdev;

    shost_for_each_device(sdev, shost)
    {
        if (sdev->sdev_target == starget)
            scsi_remove_device(sdev);
    }
}
EXPORT_SYMBOL(scsi_remove_target);
