/* SPDX-License-Identifier: GPL-2.0-only */
/* scsi.c - units: holding them, finding them, their vital product data, their depth and their state. */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "scsi_priv.h"

int scsi_device_get(struct scsi_device *sdev)
{
    if (sdev->sdev_state == SDEV_DEL || sdev->sdev_state == SDEV_CANCEL)
        return -ENXIO;
    get_device(&sdev->sdev_gendev);
    if (!try_module_get(sdev->host->hostt->module)) {
        put_device(&sdev->sdev_gendev);
        return -ENXIO;
    }
    return 0;
}
EXPORT_SYMBOL(scsi_device_get);

void scsi_device_put(struct scsi_device *sdev)
{
    struct module *module = sdev->host->hostt->module;

    put_device(&sdev->sdev_gendev);
    module_put(module);
}
EXPORT_SYMBOL(scsi_device_put);

struct scsi_device *__scsi_iterate_devices(struct Scsi_Host *shost, struct scsi_device *prev)
{
    struct list_head *at = prev ? &prev->siblings : &shost->__devices;
    struct scsi_device *next = NULL;
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    while (at->next != &shost->__devices) {
        next = list_entry(at->next, struct scsi_device, siblings);
        if (scsi_device_get(next) == 0)
            break;
        at = at->next;
        next = NULL;
    }
    spin_unlock_irqrestore(shost->host_lock, flags);
    if (prev)
        scsi_device_put(prev);
    return next;
}
EXPORT_SYMBOL(__scsi_iterate_devices);

struct scsi_device *__scsi_device_lookup(struct Scsi_Host *shost, uint channel, uint id, u64 lun)
{
    struct scsi_device *sdev;

    list_for_each_entry (sdev, &shost->__devices, siblings) {
        if (sdev->sdev_state != SDEV_DEL && sdev->channel == channel && sdev->id == id && sdev->lun == lun)
            return sdev;
    }
    return NULL;
}
EXPORT_SYMBOL(__scsi_device_lookup);

struct scsi_device *scsi_device_lookup(struct Scsi_Host *shost, uint channel, uint id, u64 lun)
{
    struct scsi_device *sdev;
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    sdev = __scsi_device_lookup(shost, channel, id, lun);
    if (sdev && scsi_device_get(sdev))
        sdev = NULL;
    spin_unlock_irqrestore(shost->host_lock, flags);
    return sdev;
}
EXPORT_SYMBOL(scsi_device_lookup);

void starget_for_each_device(struct scsi_target *starget, void *data,
                             void (*fn)(struct scsi_device *, void *))
{
    struct Scsi_Host *shost = dev_to_shost(starget->dev.parent);
    struct scsi_device *sdev;

    shost_for_each_device(sdev, shost)
    {
        if (sdev->sdev_target == starget)
            fn(sdev, data);
    }
}
EXPORT_SYMBOL(starget_for_each_device);

int scsi_change_queue_depth(struct scsi_device *sdev, int depth)
{
    depth = min(depth, sdev->host->can_queue);
    if (depth > 0) {
        sdev->queue_depth = (unsigned short)depth;
        if (sdev->request_queue)
            blk_set_queue_depth(sdev->request_queue, (unsigned int)depth);
    }
    return sdev->queue_depth;
}
EXPORT_SYMBOL(scsi_change_queue_depth);

/* From which states a unit may come to each. */
#define FROM(state) (1u << SDEV_##state)
static const unsigned int may_become[] = {
    [SDEV_CREATED] = FROM(CREATED_BLOCK),
    [SDEV_RUNNING] = FROM(CREATED) | FROM(OFFLINE) | FROM(TRANSPORT_OFFLINE) | FROM(QUIESCE) | FROM(BLOCK) |
                     FROM(CREATED_BLOCK),
    [SDEV_QUIESCE] = FROM(RUNNING) | FROM(OFFLINE) | FROM(TRANSPORT_OFFLINE),
    [SDEV_OFFLINE] = FROM(CREATED) | FROM(RUNNING) | FROM(QUIESCE) | FROM(BLOCK) | FROM(TRANSPORT_OFFLINE),
    [SDEV_TRANSPORT_OFFLINE] = FROM(CREATED) | FROM(RUNNING) | FROM(QUIESCE) | FROM(BLOCK) | FROM(OFFLINE),
    [SDEV_BLOCK] = FROM(RUNNING) | FROM(CREATED_BLOCK) | FROM(QUIESCE) | FROM(OFFLINE),
    [SDEV_CREATED_BLOCK] = FROM(CREATED),
    [SDEV_CANCEL] =
        FROM(CREATED) | FROM(RUNNING) | FROM(QUIESCE) | FROM(OFFLINE) | FROM(TRANSPORT_OFFLINE) | FROM(BLOCK),
    [SDEV_DEL] = FROM(CREATED) | FROM(RUNNING) | FROM(OFFLINE) | FROM(TRANSPORT_OFFLINE) | FROM(CANCEL) |
                 FROM(BLOCK) | FROM(CREATED_BLOCK),
};

int scsi_device_set_state(struct scsi_device *sdev, enum scsi_device_state state)
{
    if (state == sdev->sdev_state)
        return 0;
    if (state >= ARRAY_SIZE(may_become) || !(may_become[state] & (1u << sdev->sdev_state)))
        return -EINVAL;
    sdev->offline_already = false;
    WRITE_ONCE(sdev->sdev_state, state);
    return 0;
}
EXPORT_SYMBOL(scsi_device_set_state);

const char *scsi_device_state_name(enum scsi_device_state state)
{
    static const char *const names[] = {
        [SDEV_CREATED] = "created",
        [SDEV_RUNNING] = "running",
        [SDEV_CANCEL] = "cancel",
        [SDEV_DEL] = "deleted",
        [SDEV_QUIESCE] = "quiesce",
        [SDEV_OFFLINE] = "offline",
        [SDEV_BLOCK] = "blocked",
        [SDEV_TRANSPORT_OFFLINE] = "transport-offline",
        [SDEV_CREATED_BLOCK] = "created-blocked",
    };

    return state < ARRAY_SIZE(names) ? names[state] : NULL;
}

/* Events: what a unit said has changed is looked into by a world. */

static void look_again(struct work_struct *work)
{
    struct scsi_device *sdev = container_of(work, struct scsi_device, event_work);

    while (find_first_bit(sdev->pending_events, SDEV_EVT_MAXBITS) < SDEV_EVT_MAXBITS) {
        bitmap_clear(sdev->pending_events, 0, SDEV_EVT_MAXBITS);
        (void)scsi_rescan_device(sdev);
    }
}

void scsi_init_events(struct scsi_device *sdev)
{
    INIT_WORK(&sdev->event_work, look_again);
}

void sdev_evt_send_simple(struct scsi_device *sdev, enum scsi_device_event evt_type, gfp_t gfpflags)
{
    if (evt_type == SDEV_EVT_MEDIA_CHANGE && atomic_read(&sdev->disk_events_disable_depth))
        return;
    set_bit((long)evt_type, sdev->pending_events);
    schedule_work(&sdev->event_work);
}
EXPORT_SYMBOL(sdev_evt_send_simple);

void sdev_disable_disk_events(struct scsi_device *sdev)
{
    atomic_inc(&sdev->disk_events_disable_depth);
}
EXPORT_SYMBOL(sdev_disable_disk_events);

void sdev_enable_disk_events(struct scsi_device *sdev)
{
    if (!WARN_ON_ONCE(atomic_read(&sdev->disk_events_disable_depth) <= 0))
        atomic_dec(&sdev->disk_events_disable_depth);
}
EXPORT_SYMBOL(sdev_enable_disk_events);

/* Vital product data (SPC-4, 7.8). */

/* Ask for a page; returns its length as received, header included, or a negative errno. */
static int vpd_inquiry(struct scsi_device *sdev, unsigned char *buffer, u8 page, unsigned int len)
{
    unsigned char cmd[6] = {INQUIRY, 1, page, (unsigned char)(len >> 8), (unsigned char)len, 0};
    int resid = 0, result;

    if (len < 4)
        return -EINVAL;
    memset(buffer, 0, 8);
    result = scsi_execute_req(sdev, cmd, DMA_FROM_DEVICE, buffer, len, NULL, 30 * HZ, 3, &resid);
    if (result)
        return -EIO;
    /* A unit that does not know pages answers with its standard data. */
    if (buffer[1] != page)
        return -EIO;
    return min((int)len - resid, get_unaligned_be16(&buffer[2]) + 4);
}

int scsi_get_vpd_page(struct scsi_device *sdev, u8 page, unsigned char *buf, int buf_len)
{
    int length;

    if (!scsi_device_supports_vpd(sdev))
        return -EINVAL;
    length = vpd_inquiry(sdev, buf, page, (unsigned int)buf_len);
    return length < 4 ? -EINVAL : 0;
}
EXPORT_SYMBOL(scsi_get_vpd_page);

static struct scsi_vpd *read_page(struct scsi_device *sdev, u8 page)
{
    struct scsi_vpd *vpd =
        vmklinux_kmalloc(sdev->host->hostt->module, sizeof(*vpd) + SCSI_DEFAULT_VPD_LEN, GFP_KERNEL);

    if (!vpd)
        return NULL;
    vpd->len = vpd_inquiry(sdev, vpd->data, page, SCSI_DEFAULT_VPD_LEN);
    if (vpd->len >= 4)
        return vpd;
    kfree(vpd);
    return NULL;
}

static void replace_page(struct scsi_device *sdev, u8 page, struct scsi_vpd **at)
{
    struct scsi_vpd *vpd = read_page(sdev, page), *old;

    if (!vpd)
        return;
    mutex_lock(&sdev->inquiry_mutex);
    old = *at;
    *at = vpd;
    mutex_unlock(&sdev->inquiry_mutex);
    kfree(old);
}

void scsi_attach_vpd(struct scsi_device *sdev)
{
    struct scsi_vpd *supported = scsi_device_supports_vpd(sdev) ? read_page(sdev, 0) : NULL;

    for (int i = 4; supported && i < supported->len; i++) {
        switch (supported->data[i]) {
        case 0x80:
            replace_page(sdev, 0x80, &sdev->vpd_pg80);
            break;
        case 0x83:
            replace_page(sdev, 0x83, &sdev->vpd_pg83);
            break;
        case 0xb0:
            replace_page(sdev, 0xb0, &sdev->vpd_pgb0);
            break;
        case 0xb1:
            replace_page(sdev, 0xb1, &sdev->vpd_pgb1);
            break;
        case 0xb2:
            replace_page(sdev, 0xb2, &sdev->vpd_pgb2);
            break;
        }
    }
    kfree(supported);
}
EXPORT_SYMBOL(scsi_attach_vpd);
