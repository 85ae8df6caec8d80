/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_scan.c - finding units: a target is asked by INQUIRY at unit 0, and by REPORT LUNS for the others.
 *
 * The host's scan_mutex is held while units are added or removed.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/unaligned.h>

#include "scsi_priv.h"

#define INQUIRY_SHORT   36 /* what every unit answers with */
#define INQUIRY_LONGEST 255
#define INQUIRY_TIMEOUT (20 * HZ)
#define LUNS_MOST       512 /* of one REPORT LUNS */

/* Targets. */

static void release_target(struct device *dev)
{
    struct device *parent = dev->parent;

    kfree(to_scsi_target(dev));
    put_device(parent);
}

int scsi_is_target_device(const struct device *dev)
{
    return dev->release == release_target;
}

static struct scsi_target *find_target(struct Scsi_Host *shost, uint channel, uint id)
{
    struct scsi_target *starget;

    list_for_each_entry (starget, &shost->__targets, siblings) {
        if (starget->channel == channel && starget->id == id)
            return starget;
    }
    return NULL;
}

static struct scsi_target *make_target(struct Scsi_Host *shost, uint channel, uint id)
{
    const struct scsi_transport_template *transport = shost->transportt;
    size_t room = transport ? (size_t)transport->target_size : 0;
    struct scsi_target *starget =
        vmklinux_kmalloc(shost->hostt->module, sizeof(*starget) + room, GFP_KERNEL | __GFP_ZERO);

    if (!starget)
        return NULL;
    device_initialize(&starget->dev);
    starget->dev.release = release_target;
    starget->dev.parent = get_device(&shost->shost_gendev);
    (void)dev_set_name(&starget->dev, "target%u:%u:%u", shost->host_no, channel, id);
    starget->channel = channel;
    starget->id = id;
    starget->state = STARGET_CREATED;
    starget->scsi_level = SCSI_2;
    starget->max_target_blocked = SCSI_DEFAULT_TARGET_BLOCKED;
    INIT_LIST_HEAD(&starget->devices);
    INIT_LIST_HEAD(&starget->siblings);
    return starget;
}

/* The target, existing or new, held. Under scan_mutex. */
static struct scsi_target *get_target(struct Scsi_Host *shost, uint channel, uint id)
{
    struct scsi_target *starget;
    unsigned long flags;

    spin_lock_irqsave(shost->host_lock, flags);
    starget = find_target(shost, channel, id);
    if (starget)
        get_device(&starget->dev);
    spin_unlock_irqrestore(shost->host_lock, flags);
    if (starget)
        return starget;
    starget = make_target(shost, channel, id);
    if (!starget)
        return NULL;
    if (shost->hostt->target_alloc && shost->hostt->target_alloc(starget)) {
        put_device(&starget->dev);
        return NULL;
    }
    spin_lock_irqsave(shost->host_lock, flags);
    list_add_tail(&starget->siblings, &shost->__targets);
    spin_unlock_irqrestore(shost->host_lock, flags);
    get_device(&starget->dev);
    return starget;
}

/* Let go of a target. One that never had a unit goes again; with its last unit it has gone already. Under
 * scan_mutex. */
static void put_target(struct Scsi_Host *shost, struct scsi_target *starget)
{
    unsigned long flags;
    bool empty;

    spin_lock_irqsave(shost->host_lock, flags);
    empty = starget->state == STARGET_CREATED && list_empty(&starget->devices);
    if (empty)
        list_del_init(&starget->siblings);
    spin_unlock_irqrestore(shost->host_lock, flags);
    if (empty) {
        if (shost->hostt->target_destroy)
            shost->hostt->target_destroy(starget);
        put_device(&starget->dev);
    }
    put_device(&starget->dev);
}

/* Units. */

static struct scsi_device *make_sdev(struct scsi_target *starget, struct Scsi_Host *shost, u64 lun,
                                     void *hostdata)
{
    const struct scsi_transport_template *transport = shost->transportt;
    size_t room = transport ? (size_t)transport->device_size : 0;
    struct scsi_device *sdev =
        vmklinux_kmalloc(shost->hostt->module, sizeof(*sdev) + room, GFP_KERNEL | __GFP_ZERO);

    if (!sdev)
        return NULL;
    sdev->host = shost;
    sdev->sdev_target = starget;
    sdev->channel = starget->channel;
    sdev->id = starget->id;
    sdev->lun = lun;
    sdev->hostdata = hostdata;
    sdev->sdev_state = SDEV_CREATED;
    sdev->type = 0x1f;
    sdev->scsi_level = starget->scsi_level;
    sdev->vendor = sdev->model = sdev->rev = "nullnullnullnull";
    sdev->max_device_blocked = SCSI_DEFAULT_DEVICE_BLOCKED;
    sdev->eh_timeout = SCSI_DEFAULT_EH_TIMEOUT;
    mutex_init(&sdev->inquiry_mutex);
    mutex_init(&sdev->state_mutex);
    scsi_init_events(sdev);
    return sdev;
}

/* A unit that can take commands, but nobody sees yet. Under scan_mutex. */
static struct scsi_device *scsi_alloc_sdev(struct scsi_target *starget, struct Scsi_Host *shost, u64 lun,
                                           void *hostdata)
{
    struct scsi_device *sdev = make_sdev(starget, shost, lun, hostdata);
    struct request_queue *q;

    if (!sdev)
        return NULL;
    q = scsi_alloc_queue(sdev);
    if (IS_ERR(q)) {
        kfree(sdev);
        return NULL;
    }
    sdev->request_queue = q;
    scsi_change_queue_depth(sdev, shost->cmd_per_lun);
    /* From here on error handling, which runs the queues of all units, meets it. */
    scsi_sysfs_device_initialize(sdev);
    if (shost->hostt->slave_alloc && shost->hostt->slave_alloc(sdev)) {
        __scsi_remove_device(sdev);
        return NULL;
    }
    return sdev;
}

void scsi_sanitize_inquiry_string(unsigned char *s, int len)
{
    bool ended = false;

    for (; len > 0; len--, s++) {
        ended |= *s == 0;
        if (ended || *s < 0x20 || *s > 0x7e)
            *s = ' ';
    }
}
EXPORT_SYMBOL(scsi_sanitize_inquiry_string);

static int inquiry(struct scsi_device *sdev, unsigned char *data, unsigned int len, int *resid)
{
    unsigned char cmd[6] = {INQUIRY, 0, 0, 0, (unsigned char)len, 0};
    struct scsi_sense_hdr sshdr;
    int result = 0;

    /* After power-on or a reset, units answer with unit attention first. */
    for (int tries = 0; tries < 3; tries++) {
        memset(data, 0, len);
        result = scsi_execute_req(sdev, cmd, DMA_FROM_DEVICE, data, len, &sshdr, INQUIRY_TIMEOUT, 3, resid);
        if (result <= 0 || !scsi_sense_valid(&sshdr) || sshdr.sense_key != UNIT_ATTENTION)
            break;
    }
    return result;
}

/* Ask what the unit is, first as every unit can be asked; returns the length of the answer, or -EIO. */
static int probe_inquiry(struct scsi_device *sdev, unsigned char *data)
{
    unsigned int length, wanted;
    int resid = 0;

    if (inquiry(sdev, data, INQUIRY_SHORT, &resid))
        return -EIO;
    if (resid == INQUIRY_SHORT)
        return -EIO;
    length = INQUIRY_SHORT;
    wanted = min(data[4] + 5u, (unsigned int)INQUIRY_LONGEST);
    if (wanted > INQUIRY_SHORT) {
        if (inquiry(sdev, data, wanted, &resid) == 0)
            length = wanted;
        else if (inquiry(sdev, data, INQUIRY_SHORT, &resid))
            return -EIO;
    }
    scsi_sanitize_inquiry_string(&data[8], 8);
    scsi_sanitize_inquiry_string(&data[16], 16);
    scsi_sanitize_inquiry_string(&data[32], 4);
    return (int)length;
}

static char level_of(const unsigned char *data)
{
    char level = data[2] & 0x0f;

    return level >= 2 || (level == 1 && (data[3] & 0x0f) == 1) ? level + 1 : level;
}

/* Take over what the unit said of itself. */
static int take_inquiry(struct scsi_device *sdev, const unsigned char *data, int length)
{
    sdev->inquiry = vmklinux_kmemdup(sdev->host->hostt->module, data, (size_t)length, GFP_KERNEL);
    if (!sdev->inquiry)
        return -ENOMEM;
    sdev->inquiry_len = (unsigned char)length;
    sdev->vendor = (char *)&sdev->inquiry[8];
    sdev->model = (char *)&sdev->inquiry[16];
    sdev->rev = (char *)&sdev->inquiry[32];
    sdev->type = data[0] & 0x1f;
    sdev->removable = (data[1] & 0x80) >> 7;
    sdev->lockable = sdev->removable;
    sdev->inq_periph_qual = (data[0] >> 5) & 7;
    sdev->scsi_level = level_of(data);
    sdev->sdev_target->scsi_level = sdev->scsi_level;
    sdev->use_10_for_rw = 1;
    if (sdev->scsi_level >= SCSI_2 && data[7] & 2)
        sdev->tagged_supported = sdev->simple_tags = 1;
    return 0;
}

/* Configure the unit and let it be seen. */
static int scsi_add_lun(struct scsi_device *sdev)
{
    struct scsi_host_template *hostt = sdev->host->hostt;
    int err;

    sdev_printk(KERN_NOTICE, sdev, "%s %.8s %.16s %.4s\n", scsi_device_type(sdev->type), sdev->vendor,
                sdev->model, sdev->rev);
    err = scsi_device_set_state(sdev, SDEV_RUNNING);
    if (err)
        return err;
    if (hostt->slave_configure) {
        err = hostt->slave_configure(sdev);
        if (err) {
            if (err != -ENXIO)
                sdev_printk(KERN_ERR, sdev, "failed to configure device: %d\n", err);
            return err;
        }
    }
    scsi_attach_vpd(sdev);
    sdev->max_queue_depth = sdev->queue_depth;
    return scsi_sysfs_add_sdev(sdev);
}

/* Find the unit, or probe for it. Returns it held, NULL when there is none. Under scan_mutex. */
static struct scsi_device *probe_and_add_lun(struct scsi_target *starget, struct Scsi_Host *shost, u64 lun,
                                             enum scsi_scan_mode rescan, void *hostdata)
{
    struct scsi_device *sdev = scsi_device_lookup(shost, starget->channel, starget->id, lun);
    unsigned char *data;
    int length;

    if (sdev) {
        if (rescan != SCSI_SCAN_INITIAL)
            (void)scsi_rescan_device(sdev);
        return sdev;
    }
    sdev = scsi_alloc_sdev(starget, shost, lun, hostdata);
    if (!sdev)
        return NULL;
    data = vmklinux_kmalloc(shost->hostt->module, INQUIRY_LONGEST + 1, GFP_KERNEL);
    length = data ? probe_inquiry(sdev, data) : -ENOMEM;
    /* Qualifier 3: no unit can be here; 1 with type 1f: none is. */
    if (length < 0 || (data[0] >> 5) == SCSI_INQ_PQ_NOT_CAP || data[0] == (SCSI_INQ_PQ_NOT_CON << 5 | 0x1f) ||
        take_inquiry(sdev, data, length) || scsi_add_lun(sdev) || scsi_device_get(sdev)) {
        __scsi_remove_device(sdev);
        sdev = NULL;
    }
    kfree(data);
    return sdev;
}

/* Ask the target for its units, and probe each. */
static void report_lun_scan(struct scsi_target *starget, struct Scsi_Host *shost, struct scsi_device *sdev,
                            enum scsi_scan_mode rescan)
{
    unsigned int room = 8 + LUNS_MOST * sizeof(struct scsi_lun), count;
    unsigned char cmd[12] = {REPORT_LUNS};
    struct scsi_lun *list;
    int resid = 0;

    if (sdev->scsi_level < SCSI_3 || starget->no_report_luns || shost->max_lun <= 1)
        return;
    list = vmklinux_kmalloc(shost->hostt->module, room, GFP_KERNEL | __GFP_ZERO);
    if (!list)
        return;
    put_unaligned_be32(room, &cmd[6]);
    if (scsi_execute_req(sdev, cmd, DMA_FROM_DEVICE, list, room, NULL, 30 * HZ, 3, &resid) == 0) {
        /* Eight bytes of header, then the units: of what was received. */
        count = min(get_unaligned_be32(list), room - 8 - (unsigned int)resid) / sizeof(struct scsi_lun);
        for (unsigned int i = 1; i <= min(count, (unsigned int)LUNS_MOST); i++) {
            u64 lun = scsilun_to_int(&list[i]);
            struct scsi_device *found;

            if (lun == 0 || lun > shost->max_lun)
                continue;
            found = probe_and_add_lun(starget, shost, lun, rescan, NULL);
            if (found)
                scsi_device_put(found);
        }
    }
    kfree(list);
}

static void scan_target(struct Scsi_Host *shost, uint channel, uint id, u64 lun, enum scsi_scan_mode rescan)
{
    struct scsi_target *starget;
    struct scsi_device *sdev;

    if ((int)id == shost->this_id)
        return;
    starget = get_target(shost, channel, id);
    if (!starget)
        return;
    sdev = probe_and_add_lun(starget, shost, lun == SCAN_WILD_CARD ? 0 : lun, rescan, NULL);
    if (sdev) {
        if (lun == SCAN_WILD_CARD)
            report_lun_scan(starget, shost, sdev, rescan);
        scsi_device_put(sdev);
    }
    put_target(shost, starget);
}

void scsi_scan_target(struct device *parent, unsigned int channel, unsigned int id, u64 lun,
                      enum scsi_scan_mode rescan)
{
    struct Scsi_Host *shost = dev_to_shost(parent);

    mutex_lock(&shost->scan_mutex);
    if (scsi_host_scan_allowed(shost))
        scan_target(shost, channel, id, lun, rescan);
    mutex_unlock(&shost->scan_mutex);
}
EXPORT_SYMBOL(scsi_scan_target);

int scsi_scan_host_selected(struct Scsi_Host *shost, unsigned int channel, unsigned int id, u64 lun,
                            enum scsi_scan_mode rescan)
{
    unsigned int first_channel = channel == SCAN_WILD_CARD ? 0 : channel;
    unsigned int last_channel = channel == SCAN_WILD_CARD ? shost->max_channel : channel;
    unsigned int first_id = id == SCAN_WILD_CARD ? 0 : id;
    unsigned int last_id = id == SCAN_WILD_CARD ? shost->max_id - 1 : id;

    if (last_channel > shost->max_channel || last_id >= shost->max_id ||
        (lun != SCAN_WILD_CARD && lun >= shost->max_lun))
        return -EINVAL;
    mutex_lock(&shost->scan_mutex);
    for (channel = first_channel; channel <= last_channel; channel++) {
        for (id = first_id; id <= last_id && scsi_host_scan_allowed(shost); id++)
            scan_target(shost, channel, id, lun, rescan);
    }
    mutex_unlock(&shost->scan_mutex);
    return 0;
}

void scsi_scan_host(struct Scsi_Host *shost)
{
    if (shost->hostt->scan_finished) {
        unsigned long start = jiffies;

        if (shost->hostt->scan_start)
            shost->hostt->scan_start(shost);
        while (!shost->hostt->scan_finished(shost, jiffies - start))
            msleep(10);
        return;
    }
    (void)scsi_scan_host_selected(shost, SCAN_WILD_CARD, SCAN_WILD_CARD, SCAN_WILD_CARD, SCSI_SCAN_INITIAL);
}
EXPORT_SYMBOL(scsi_scan_host);

struct scsi_device *__scsi_add_device(struct Scsi_Host *shost, uint channel, uint id, u64 lun, void *hostdata)
{
    struct scsi_device *sdev = NULL;
    struct scsi_target *starget;

    mutex_lock(&shost->scan_mutex);
    starget = scsi_host_scan_allowed(shost) ? get_target(shost, channel, id) : NULL;
    if (starget) {
        sdev = probe_and_add_lun(starget, shost, lun, SCSI_SCAN_RESCAN, hostdata);
        put_target(shost, starget);
    }
    mutex_unlock(&shost->scan_mutex);
    return sdev ? sdev : ERR_PTR(starget ? -ENODEV : -ENOMEM);
}
EXPORT_SYMBOL(__scsi_add_device);

int scsi_add_device(struct Scsi_Host *host, uint channel, uint target, u64 lun)
{
    struct scsi_device *sdev = __scsi_add_device(host, channel, target, lun, NULL);

    if (IS_ERR(sdev))
        return (int)PTR_ERR(sdev);
    scsi_device_put(sdev);
    return 0;
}
EXPORT_SYMBOL(scsi_add_device);

int scsi_resume_device(struct scsi_device *sdev)
{
    return 0; /* it never rested */
}
EXPORT_SYMBOL(scsi_resume_device);

int scsi_rescan_device(struct scsi_device *sdev)
{
    device_lock(&sdev->sdev_gendev);
    scsi_attach_vpd(sdev);
    if (sdev->ulpd && sdev->ulpd->rescan && sdev->sdev_state == SDEV_RUNNING)
        sdev->ulpd->rescan(sdev);
    device_unlock(&sdev->sdev_gendev);
    return 0;
}
EXPORT_SYMBOL(scsi_rescan_device);

void scsi_forget_host(struct Scsi_Host *shost)
{
    struct scsi_device *sdev;
    unsigned long flags;

    for (;;) {
        bool found = false;

        mutex_lock(&shost->scan_mutex);
        spin_lock_irqsave(shost->host_lock, flags);
        list_for_each_entry (sdev, &shost->__devices, siblings) {
            if (sdev->sdev_state != SDEV_DEL) {
                found = true;
                break;
            }
        }
        spin_unlock_irqrestore(shost->host_lock, flags);
        /* Under scan_mutex nobody else removes it. */
        if (found)
            __scsi_remove_device(sdev);
        mutex_unlock(&shost->scan_mutex);
        if (!found)
            return;
    }
}
