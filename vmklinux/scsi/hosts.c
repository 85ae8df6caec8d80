/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hosts.c - the life of SCSI hosts.
 *
 * A host has a thread for error handling from scsi_host_alloc() on, queues from scsi_add_host() on, and is
 * gone with its last reference; those who hold one are its driver, its targets and units, and its children.
 */
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <vmklinux/block.h>

#include "scsi_priv.h"

static DEFINE_MUTEX(hosts_mutex);
static struct list_head hosts VMK_GUARDED_BY(hosts_mutex) = LIST_HEAD_INIT(hosts);
static unsigned int next_host_no VMK_GUARDED_BY(hosts_mutex);

/* From which states a host may come to each. */
static const unsigned char may_become[][SHOST_DEL_RECOVERY + 1] = {
    [SHOST_RUNNING] = {[SHOST_CREATED] = 1, [SHOST_RECOVERY] = 1},
    [SHOST_RECOVERY] = {[SHOST_RUNNING] = 1},
    [SHOST_CANCEL] = {[SHOST_CREATED] = 1, [SHOST_RUNNING] = 1, [SHOST_CANCEL_RECOVERY] = 1},
    [SHOST_DEL] = {[SHOST_CANCEL] = 1, [SHOST_DEL_RECOVERY] = 1},
    [SHOST_CANCEL_RECOVERY] = {[SHOST_CANCEL] = 1, [SHOST_RECOVERY] = 1},
    [SHOST_DEL_RECOVERY] = {[SHOST_CANCEL_RECOVERY] = 1},
};

const char *scsi_host_state_name(enum scsi_host_state state)
{
    static const char *const names[] = {
        [SHOST_CREATED] = "created",
        [SHOST_RUNNING] = "running",
        [SHOST_CANCEL] = "cancel",
        [SHOST_DEL] = "deleted",
        [SHOST_RECOVERY] = "recovery",
        [SHOST_CANCEL_RECOVERY] = "cancel/recovery",
        [SHOST_DEL_RECOVERY] = "deleted/recovery",
    };

    return state < ARRAY_SIZE(names) ? names[state] : NULL;
}

int scsi_host_set_state(struct Scsi_Host *shost, enum scsi_host_state state)
{
    if (state == shost->shost_state)
        return 0;
    if (state >= ARRAY_SIZE(may_become) || !may_become[state][shost->shost_state])
        return -EINVAL;
    WRITE_ONCE(shost->shost_state, state);
    return 0;
}
EXPORT_SYMBOL(scsi_host_set_state);

static void release_host(struct device *dev)
{
    struct Scsi_Host *shost = container_of(dev, struct Scsi_Host, shost_gendev);
    struct device *parent = dev->parent;

    if (shost->ehandler)
        kthread_stop(shost->ehandler);
    if (shost->tmf_work_q)
        destroy_workqueue(shost->tmf_work_q);
    if (shost->tag_set.tags)
        blk_mq_free_tag_set(&shost->tag_set);
    kfree(shost);
    put_device(parent);
}

/* Its parent, which has the memory of both, is held from scsi_add_host_with_dma() on. */
static void release_host_dev(struct device *dev)
{
    put_device(dev->parent);
}

int scsi_is_host_device(const struct device *dev)
{
    return dev->release == release_host;
}
EXPORT_SYMBOL(scsi_is_host_device);

static void take_limits(struct Scsi_Host *shost, const struct scsi_host_template *sht)
{
    shost->can_queue = sht->can_queue;
    shost->sg_tablesize = sht->sg_tablesize;
    shost->cmd_per_lun = sht->cmd_per_lun;
    shost->max_sectors = sht->max_sectors ? sht->max_sectors : SCSI_DEFAULT_MAX_SECTORS;
    shost->max_segment_size = sht->max_segment_size ? sht->max_segment_size : BLK_MAX_SEGMENT_SIZE;
    shost->dma_boundary = sht->dma_boundary ? sht->dma_boundary : 0xffffffff;
    shost->virt_boundary_mask = sht->virt_boundary_mask;
    shost->max_host_blocked = sht->max_host_blocked ? sht->max_host_blocked : SCSI_DEFAULT_HOST_BLOCKED;
    shost->this_id = sht->this_id;
    shost->no_write_same = sht->no_write_same;
    shost->host_tagset = sht->host_tagset;
    shost->active_mode = sht->supported_mode == MODE_UNKNOWN ? MODE_INITIATOR : sht->supported_mode;
    shost->max_id = 8;
    shost->max_lun = 8;
    shost->max_cmd_len = 12;
    shost->eh_deadline = -1;
}

static unsigned int new_host_no(void)
{
    unsigned int no;

    mutex_lock(&hosts_mutex);
    no = next_host_no++;
    mutex_unlock(&hosts_mutex);
    return no;
}

static struct Scsi_Host *make_host(struct scsi_host_template *sht, int privsize)
{
    struct Scsi_Host *shost =
        vmklinux_kmalloc(sht->module, sizeof(*shost) + (size_t)privsize, GFP_KERNEL | __GFP_ZERO);

    if (!shost)
        return NULL;
    spin_lock_init(&shost->default_lock);
    shost->host_lock = &shost->default_lock;
    shost->shost_state = SHOST_CREATED;
    INIT_LIST_HEAD(&shost->__devices);
    INIT_LIST_HEAD(&shost->__targets);
    INIT_LIST_HEAD(&shost->eh_abort_list);
    INIT_LIST_HEAD(&shost->eh_cmd_q);
    INIT_LIST_HEAD(&shost->entry);
    init_waitqueue_head(&shost->host_wait);
    init_waitqueue_head(&shost->eh_wait);
    mutex_init(&shost->scan_mutex);
    shost->host_no = new_host_no();
    shost->hostt = sht;
    take_limits(shost, sht);
    device_initialize(&shost->shost_gendev);
    shost->shost_gendev.release = release_host;
    (void)dev_set_name(&shost->shost_gendev, "host%u", shost->host_no);
    device_initialize(&shost->shost_dev);
    shost->shost_dev.parent = &shost->shost_gendev;
    shost->shost_dev.type = &scsi_host_type;
    shost->shost_dev.groups = sht->shost_groups;
    shost->shost_dev.release = release_host_dev;
    (void)dev_set_name(&shost->shost_dev, "host%u", shost->host_no);
    return shost;
}

struct Scsi_Host *scsi_host_alloc(struct scsi_host_template *sht, int privsize)
{
    struct Scsi_Host *shost = make_host(sht, privsize);
    struct task_struct *ehandler;

    if (!shost)
        return NULL;
    ehandler = vmklinux_kthread_run(sht->module, scsi_error_handler, shost, "scsi_eh_%u", shost->host_no);
    if (IS_ERR(ehandler))
        goto put_host;
    shost->ehandler = ehandler;
    /* For aborts: a driver that has none needs none. */
    if (!sht->eh_abort_handler)
        return shost;
    shost->tmf_work_q =
        vmklinux_alloc_workqueue(sht->module, "scsi_tmf_%u", WQ_UNBOUND | WQ_MEM_RECLAIM, 1, shost->host_no);
    if (!shost->tmf_work_q)
        goto put_host;
    return shost;

put_host:
    put_device(&shost->shost_gendev);
    return NULL;
}
EXPORT_SYMBOL(scsi_host_alloc);

/* Count it among the hosts of its adapter. */
static int join_adapter(struct Scsi_Host *shost)
{
    struct Scsi_Host *other;

    shost->adapter = vmklinux_adapter_of(shost->dma_dev);
    if (!shost->adapter)
        return -ENODEV;
    mutex_lock(&hosts_mutex);
    list_for_each_entry (other, &hosts, entry)
        shost->port += other->adapter == shost->adapter;
    list_add_tail(&shost->entry, &hosts);
    mutex_unlock(&hosts_mutex);
    return 0;
}

static void leave_adapter(struct Scsi_Host *shost)
{
    mutex_lock(&hosts_mutex);
    list_del_init(&shost->entry);
    mutex_unlock(&hosts_mutex);
    shost->adapter = NULL;
}

int scsi_add_host_with_dma(struct Scsi_Host *shost, struct device *dev, struct device *dma_dev)
{
    int err;

    if (!shost->can_queue)
        return -EINVAL;
    shost->dma_dev = dma_dev;
    if (shost->cmd_per_lun <= 0)
        shost->cmd_per_lun = 1;
    err = join_adapter(shost);
    if (err)
        return err;
    shost->shost_gendev.parent = get_device(dev);
    err = device_add(&shost->shost_gendev);
    if (err)
        goto out_adapter;
    err = device_add(&shost->shost_dev);
    if (err)
        goto out_gendev;
    get_device(&shost->shost_gendev);
    return scsi_host_set_state(shost, SHOST_RUNNING);

out_gendev:
    device_del(&shost->shost_gendev);
out_adapter:
    leave_adapter(shost);
    return err;
}
EXPORT_SYMBOL(scsi_add_host_with_dma);

void scsi_remove_host(struct Scsi_Host *shost)
{
    unsigned long flags;

    mutex_lock(&shost->scan_mutex);
    spin_lock_irqsave(shost->host_lock, flags);
    if (scsi_host_set_state(shost, SHOST_CANCEL) && scsi_host_set_state(shost, SHOST_CANCEL_RECOVERY)) {
        spin_unlock_irqrestore(shost->host_lock, flags);
        mutex_unlock(&shost->scan_mutex);
        return;
    }
    spin_unlock_irqrestore(shost->host_lock, flags);
    mutex_unlock(&shost->scan_mutex);
    scsi_forget_host(shost);
    spin_lock_irqsave(shost->host_lock, flags);
    if (scsi_host_set_state(shost, SHOST_DEL))
        (void)scsi_host_set_state(shost, SHOST_DEL_RECOVERY);
    spin_unlock_irqrestore(shost->host_lock, flags);
    leave_adapter(shost);
    device_unregister(&shost->shost_dev);
    device_del(&shost->shost_gendev);
}
EXPORT_SYMBOL(scsi_remove_host);

struct Scsi_Host *scsi_host_get(struct Scsi_Host *shost)
{
    if (shost->shost_state == SHOST_DEL || !get_device(&shost->shost_gendev))
        return NULL;
    return shost;
}
EXPORT_SYMBOL(scsi_host_get);

void scsi_host_put(struct Scsi_Host *shost)
{
    put_device(&shost->shost_gendev);
}
EXPORT_SYMBOL(scsi_host_put);

int scsi_host_busy(struct Scsi_Host *shost)
{
    return atomic_read(&shost->host_busy);
}
EXPORT_SYMBOL(scsi_host_busy);

void vmklinux_scsi_event(struct Scsi_Host *shost, vmk_StorageEvent event)
{
    if (shost && shost->adapter)
        vmk_StorageEventReport(shost->adapter, NULL, event);
}
EXPORT_SYMBOL(vmklinux_scsi_event);
