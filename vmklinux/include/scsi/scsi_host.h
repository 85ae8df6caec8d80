/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_host.h - SCSI hosts: what sends commands to targets, and what its driver supplies.
 *
 * An adapter of the VMKernel's is a PCI function; it has one host or several (with ahci one for each port).
 */
#ifndef VMKLINUX_SCSI_SCSI_HOST_H
#define VMKLINUX_SCSI_SCSI_HOST_H

#include <linux/blk-mq.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>
#include <vmkapi/storage/block_path.h>

struct Scsi_Host;
struct block_device;
struct module;
struct scsi_cmnd;
struct scsi_device;
struct scsi_target;
struct scsi_transport_template;
struct seq_file;

#define SG_ALL                    SG_CHUNK_SIZE
#define MODE_UNKNOWN              0x00
#define MODE_INITIATOR            0x01
#define MODE_TARGET               0x02
#define SCSI_DEFAULT_MAX_SECTORS  1024
#define SCSI_DEFAULT_HOST_BLOCKED 7

/*
 * DEVIATION-031 (scsi_host_template.ioctl, scsi_host_template.bios_param, scsi_host_template.show_info,
 * scsi_host_template.write_info, scsi_host_template.unlock_native_capacity): never called: there is no user
 * space to ask for that, and nobody wants a geometry of cylinders.
 */
struct scsi_host_template {
    unsigned int cmd_size; /* bytes of the driver's own behind each scsi_cmnd */
    /* Start a command; 0, or SCSI_MLQUEUE_*_BUSY for "later". Context: bottom halves off. */
    int (*queuecommand)(struct Scsi_Host *, struct scsi_cmnd *);
    void (*commit_rqs)(struct Scsi_Host *, u16);
    struct module *module;
    const char *name;
    const char *(*info)(struct Scsi_Host *);
    int (*ioctl)(struct scsi_device *dev, unsigned int cmd, void __user *arg);
    int (*init_cmd_priv)(struct Scsi_Host *shost, struct scsi_cmnd *cmd);
    int (*exit_cmd_priv)(struct Scsi_Host *shost, struct scsi_cmnd *cmd);
    /* The steps of error handling, each SUCCESS or FAILED. Context: may block. */
    int (*eh_abort_handler)(struct scsi_cmnd *);
    int (*eh_device_reset_handler)(struct scsi_cmnd *);
    int (*eh_target_reset_handler)(struct scsi_cmnd *);
    int (*eh_bus_reset_handler)(struct scsi_cmnd *);
    int (*eh_host_reset_handler)(struct scsi_cmnd *);
    int (*slave_alloc)(struct scsi_device *);
    int (*slave_configure)(struct scsi_device *);
    void (*slave_destroy)(struct scsi_device *);
    int (*target_alloc)(struct scsi_target *);
    void (*target_destroy)(struct scsi_target *);
    int (*scan_finished)(struct Scsi_Host *, unsigned long);
    void (*scan_start)(struct Scsi_Host *);
    int (*change_queue_depth)(struct scsi_device *, int);
    void (*map_queues)(struct Scsi_Host *shost);
    int (*mq_poll)(struct Scsi_Host *shost, unsigned int queue_num);
    bool (*dma_need_drain)(struct request *rq);
    int (*bios_param)(struct scsi_device *, struct block_device *, sector_t, int[]);
    void (*unlock_native_capacity)(struct scsi_device *);
    int (*show_info)(struct seq_file *, struct Scsi_Host *);
    int (*write_info)(struct Scsi_Host *, char *, int);
    enum blk_eh_timer_return (*eh_timed_out)(struct scsi_cmnd *);
    bool (*eh_should_retry_cmd)(struct scsi_cmnd *scmd);
    int (*host_reset)(struct Scsi_Host *shost, int reset_type);
#define SCSI_ADAPTER_RESET  1
#define SCSI_FIRMWARE_RESET 2
    const char *proc_name;
    int can_queue;
    int this_id;
    unsigned short sg_tablesize;
    unsigned short sg_prot_tablesize;
    unsigned int max_sectors;
    unsigned int max_segment_size;
    unsigned long dma_boundary;
    unsigned long virt_boundary_mask;
    short cmd_per_lun;
    int tag_alloc_policy;
    unsigned track_queue_depth : 1;
    unsigned supported_mode : 2;
    unsigned emulated : 1;
    unsigned skip_settle_delay : 1;
    unsigned no_write_same : 1;
    unsigned host_tagset : 1;
    unsigned int max_host_blocked;
    const struct attribute_group **shost_groups;
    const struct attribute_group **sdev_groups;
    u64 vendor_id;
    int rpm_autosuspend_delay;
};

enum scsi_host_state {
    SHOST_CREATED = 1,
    SHOST_RUNNING,
    SHOST_CANCEL,
    SHOST_DEL,
    SHOST_RECOVERY,
    SHOST_CANCEL_RECOVERY,
    SHOST_DEL_RECOVERY,
};

struct Scsi_Host {
    struct list_head __devices; /* scsi_device.siblings, under host_lock */
    struct list_head __targets; /* scsi_target.siblings, likewise */
    spinlock_t default_lock;
    spinlock_t *host_lock;
    struct mutex scan_mutex;        /* held by whoever adds or removes units */
    struct list_head eh_abort_list; /* commands whose abort is to be tried; under host_lock */
    struct list_head eh_cmd_q;      /* commands that error handling has to see to; under host_lock */
    struct task_struct *ehandler;
    struct completion *eh_action; /* a command of the error handler's has ended */
    wait_queue_head_t host_wait;  /* recovery has ended */
    struct scsi_host_template *hostt;
    struct scsi_transport_template *transportt;
    struct blk_mq_tag_set tag_set;
    atomic_t host_blocked;
    unsigned int host_failed;       /* commands in eh_cmd_q */
    unsigned int host_eh_scheduled; /* recovery asked for without a command */
    unsigned int host_no;
    int eh_deadline;
    unsigned long last_reset;
    unsigned int max_channel;
    unsigned int max_id;
    u64 max_lun;
    unsigned int unique_id;
    unsigned short max_cmd_len;
    int this_id;
    int can_queue;
    short cmd_per_lun;
    short unsigned int sg_tablesize;
    short unsigned int sg_prot_tablesize;
    unsigned int max_sectors;
    unsigned int opt_sectors;
    unsigned int max_segment_size;
    unsigned long dma_boundary;
    unsigned long virt_boundary_mask;
    unsigned nr_hw_queues;
    unsigned nr_maps;
    bool eh_noresume;
    unsigned active_mode : 2;
    unsigned host_self_blocked : 1;
    unsigned reverse_ordering : 1;
    unsigned tmf_in_progress : 1;
    unsigned async_scan : 1;
    unsigned no_write_same : 1;
    unsigned host_tagset : 1;
    unsigned no_scsi2_lun_in_cdb : 1;
    struct workqueue_struct *tmf_work_q; /* aborts */
    unsigned int max_host_blocked;
    unsigned int irq;
    unsigned long base;
    unsigned long io_port;
    unsigned char n_io_port;
    enum scsi_host_state shost_state;
    struct device shost_gendev, shost_dev;
    void *shost_data;
    struct device *dma_dev;

    /* vmklinux's own */
    atomic_t host_busy;        /* commands at the low-level driver */
    wait_queue_head_t eh_wait; /* the error handler sleeps here */
    unsigned int port;         /* which of its adapter's hosts this is */
    vmk_StorageAdapter adapter;
    struct list_head entry; /* among all hosts */
    unsigned long hostdata[] __attribute__((aligned(sizeof(unsigned long))));
};

#define class_to_shost(d)                      container_of(d, struct Scsi_Host, shost_dev)
#define shost_printk(prefix, shost, fmt, a...) dev_printk(prefix, &(shost)->shost_gendev, fmt, ##a)

static inline void *shost_priv(struct Scsi_Host *shost)
{
    return (void *)shost->hostdata;
}

int scsi_is_host_device(const struct device *);

static inline struct Scsi_Host *dev_to_shost(struct device *dev)
{
    while (dev && !scsi_is_host_device(dev))
        dev = dev->parent;
    return dev ? container_of(dev, struct Scsi_Host, shost_gendev) : NULL;
}

static inline int scsi_host_in_recovery(struct Scsi_Host *shost)
{
    return shost->shost_state == SHOST_RECOVERY || shost->shost_state == SHOST_CANCEL_RECOVERY ||
           shost->shost_state == SHOST_DEL_RECOVERY || shost->tmf_in_progress;
}

static inline int scsi_host_scan_allowed(struct Scsi_Host *shost)
{
    return shost->shost_state == SHOST_RUNNING || shost->shost_state == SHOST_RECOVERY;
}

/* A host with @privsize bytes of the driver's own in hostdata; NULL without memory. Context: may block. */
extern struct Scsi_Host *scsi_host_alloc(struct scsi_host_template *, int privsize);
/* Make its queues, start its error handler. 0 or a negative errno. Context: may block. */
extern int __must_check scsi_add_host_with_dma(struct Scsi_Host *, struct device *, struct device *);
/* Look for units, and return when they have been found. Context: may block. */
extern void scsi_scan_host(struct Scsi_Host *);
extern int scsi_resume_device(struct scsi_device *sdev);
/* Ask a unit again what it is. Context: may block. */
extern int scsi_rescan_device(struct scsi_device *sdev);
/* Remove all units; when it returns no command is at the driver. Context: may block. */
extern void scsi_remove_host(struct Scsi_Host *);
extern struct Scsi_Host *scsi_host_get(struct Scsi_Host *);
extern int scsi_host_busy(struct Scsi_Host *shost);
extern void scsi_host_put(struct Scsi_Host *t);
extern const char *scsi_host_state_name(enum scsi_host_state);
extern void scsi_host_complete_all_commands(struct Scsi_Host *shost, enum scsi_host_status status);
extern int scsi_host_set_state(struct Scsi_Host *, enum scsi_host_state);

static inline int __must_check scsi_add_host(struct Scsi_Host *host, struct device *dev)
{
    return scsi_add_host_with_dma(host, dev, dev);
}

static inline struct device *scsi_get_device(struct Scsi_Host *shost)
{
    return shost->shost_gendev.parent;
}

extern void scsi_unblock_requests(struct Scsi_Host *);
extern void scsi_block_requests(struct Scsi_Host *);
void scsi_host_busy_iter(struct Scsi_Host *, bool (*fn)(struct scsi_cmnd *, void *), void *priv);

#endif
