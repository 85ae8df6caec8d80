/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scsi_device.h - targets, and the logical units behind them.
 *
 * A unit is found by a scan (scsi_scan.c), which asks what it is; sd or sr then make it a disk. It is
 * counted: whoever uses it holds a reference (scsi_device_get()).
 */
#ifndef VMKLINUX_SCSI_SCSI_DEVICE_H
#define VMKLINUX_SCSI_SCSI_DEVICE_H

#include <linux/atomic.h>
#include <linux/blk-mq.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <scsi/scsi.h>

struct Scsi_Host;
struct request_queue;
struct scsi_cmnd;
struct scsi_lun;
struct scsi_sense_hdr;

typedef __u64 __bitwise blist_flags_t;

#define SCSI_SENSE_BUFFERSIZE       96
#define SCSI_DEFAULT_VPD_LEN        255
#define SCSI_DEFAULT_DEVICE_BLOCKED 3
#define SCSI_DEFAULT_TARGET_BLOCKED 3

struct scsi_mode_data {
    __u32 length;
    __u16 block_descriptor_length;
    __u8 medium_type;
    __u8 device_specific;
    __u8 header_length;
    __u8 longlba : 1;
};

enum scsi_device_state {
    SDEV_CREATED = 1,
    SDEV_RUNNING,
    SDEV_CANCEL,  /* being removed: its own upper driver may still use it */
    SDEV_DEL,     /* nothing reaches it */
    SDEV_QUIESCE, /* only passthrough commands */
    SDEV_OFFLINE, /* given up by error handling */
    SDEV_TRANSPORT_OFFLINE,
    SDEV_BLOCK, /* commands wait */
    SDEV_CREATED_BLOCK,
};

enum scsi_scan_mode {
    SCSI_SCAN_INITIAL = 0,
    SCSI_SCAN_RESCAN,
    SCSI_SCAN_MANUAL,
};

enum scsi_device_event {
    SDEV_EVT_MEDIA_CHANGE = 1,
    SDEV_EVT_INQUIRY_CHANGE_REPORTED,
    SDEV_EVT_CAPACITY_CHANGE_REPORTED,
    SDEV_EVT_SOFT_THRESHOLD_REACHED_REPORTED,
    SDEV_EVT_MODE_PARAMETER_CHANGE_REPORTED,
    SDEV_EVT_LUN_CHANGE_REPORTED,
    SDEV_EVT_ALUA_STATE_CHANGE_REPORTED,
    SDEV_EVT_POWER_ON_RESET_OCCURRED,
    SDEV_EVT_FIRST = SDEV_EVT_MEDIA_CHANGE,
    SDEV_EVT_LAST = SDEV_EVT_POWER_ON_RESET_OCCURRED,
    SDEV_EVT_MAXBITS = SDEV_EVT_LAST + 1,
};

/* A page of vital product data, as the unit sent it. */
struct scsi_vpd {
    int len;
    unsigned char data[];
};

/* What sd and sr do with a unit; see scsi/scsi_driver.h. */
struct scsi_driver;

struct scsi_device {
    struct Scsi_Host *host;
    struct request_queue *request_queue;
    struct list_head siblings;             /* Scsi_Host.__devices, under its host_lock */
    struct list_head same_target_siblings; /* scsi_target.devices, likewise */
    atomic_t device_busy;                  /* commands at the host: queue_depth at most */
    atomic_t device_blocked;               /* completions to come before the next command is tried */
    unsigned short queue_depth;
    unsigned short max_queue_depth;
    unsigned int id, channel;
    u64 lun;
    unsigned sector_size; /* bytes; set by sd and sr */
    void *hostdata;       /* the low-level driver's */
    unsigned char type;
    char scsi_level;
    char inq_periph_qual;
    struct mutex inquiry_mutex;
    unsigned char inquiry_len; /* valid bytes */
    unsigned char *inquiry;
    const char *vendor; /* into `inquiry`: 8, 16 and 4 characters */
    const char *model;
    const char *rev;
    struct scsi_vpd *vpd_pg80;
    struct scsi_vpd *vpd_pg83;
    struct scsi_vpd *vpd_pgb0;
    struct scsi_vpd *vpd_pgb1;
    struct scsi_vpd *vpd_pgb2;
    struct scsi_target *sdev_target;
    blist_flags_t sdev_bflags;
    unsigned int eh_timeout;

    unsigned manage_system_start_stop : 1;
    unsigned manage_runtime_start_stop : 1;
    unsigned manage_shutdown : 1;
    unsigned force_runtime_start_on_system_start : 1;
    unsigned removable : 1;
    unsigned changed : 1; /* the medium */
    unsigned lockable : 1;
    unsigned locked : 1;
    unsigned tagged_supported : 1;
    unsigned simple_tags : 1;
    unsigned was_reset : 1;
    unsigned expecting_cc_ua : 1; /* a unit attention for a reset of ours is no news */
    unsigned use_10_for_rw : 1;
    unsigned use_10_for_ms : 1;
    unsigned set_dbd_for_ms : 1;
    unsigned read_before_ms : 1;
    unsigned no_report_opcodes : 1;
    unsigned no_write_same : 1;
    unsigned use_16_for_rw : 1;
    unsigned skip_ms_page_8 : 1;
    unsigned skip_ms_page_3f : 1;
    unsigned skip_vpd_pages : 1;
    unsigned try_vpd_pages : 1;
    unsigned no_start_on_add : 1;
    unsigned allow_restart : 1;
    unsigned start_stop_pwr_cond : 1;
    unsigned no_uld_attach : 1;
    unsigned fix_capacity : 1;
    unsigned retry_hwerror : 1;
    unsigned no_read_capacity_16 : 1;
    unsigned try_rc_10_first : 1;
    unsigned security_supported : 1;
    unsigned is_visible : 1; /* added: to be removed */
    unsigned wce_default_on : 1;
    unsigned no_dif : 1;
    unsigned broken_fua : 1;
    unsigned no_vpd_size : 1;

    bool offline_already; /* it was said */

    atomic_t disk_events_disable_depth;
    DECLARE_BITMAP(supported_events, SDEV_EVT_MAXBITS);
    DECLARE_BITMAP(pending_events, SDEV_EVT_MAXBITS);
    struct work_struct event_work;

    unsigned int max_device_blocked;
    atomic_t iorequest_cnt;
    atomic_t iodone_cnt;
    atomic_t ioerr_cnt;
    atomic_t iotmo_cnt;
    struct device sdev_gendev;
    size_t dma_drain_len;
    void *dma_drain_buf;
    struct mutex state_mutex;
    enum scsi_device_state sdev_state;

    /* vmklinux's own */
    const struct scsi_driver *ulpd; /* sd, sr or nobody */
    void *uldata;                   /* its data */
    unsigned long sdev_data[];
} __attribute__((aligned(sizeof(unsigned long))));

#define to_scsi_device(d)               container_of(d, struct scsi_device, sdev_gendev)
#define sdev_dbg(sdev, fmt, a...)       dev_dbg(&(sdev)->sdev_gendev, fmt, ##a)
#define sdev_printk(l, sdev, fmt, a...) dev_printk(l, &(sdev)->sdev_gendev, fmt, ##a)
#define scmd_printk(l, scmd, fmt, a...) sdev_printk(l, (scmd)->device, fmt, ##a)

enum scsi_target_state {
    STARGET_CREATED = 1,
    STARGET_RUNNING,
    STARGET_REMOVE,
    STARGET_CREATED_REMOVE,
    STARGET_DEL,
};

struct scsi_target {
    struct list_head siblings; /* Scsi_Host.__targets, under its host_lock */
    struct list_head devices;  /* scsi_device.same_target_siblings */
    struct device dev;
    unsigned int channel;
    unsigned int id;
    unsigned int single_lun : 1;
    unsigned int pdt_1f_for_no_lun : 1;
    unsigned int no_report_luns : 1;
    atomic_t target_busy; /* counted if can_queue is set */
    atomic_t target_blocked;
    unsigned int can_queue; /* set by slave_alloc; 0: no limit */
    unsigned int max_target_blocked;
    char scsi_level;
    enum scsi_target_state state;
    void *hostdata;
    unsigned long starget_data[];
} __attribute__((aligned(sizeof(unsigned long))));

#define to_scsi_target(d) container_of(d, struct scsi_target, dev)
static inline struct scsi_target *scsi_target(struct scsi_device *sdev)
{
    return sdev->sdev_target;
}
#define starget_printk(prefix, starget, fmt, a...) dev_printk(prefix, &(starget)->dev, fmt, ##a)

/* Find or make the unit, held for the caller; an error pointer when there is none. Context: may block. */
extern struct scsi_device *__scsi_add_device(struct Scsi_Host *, uint, uint, u64, void *hostdata);
extern int scsi_add_device(struct Scsi_Host *host, uint channel, uint target, u64 lun);
extern void scsi_remove_device(struct scsi_device *);
extern void scsi_remove_target(struct device *);
void scsi_attach_vpd(struct scsi_device *sdev);

/* Hold a unit and its low-level driver; -ENXIO once it is being deleted. */
extern int __must_check scsi_device_get(struct scsi_device *);
extern void scsi_device_put(struct scsi_device *);
extern struct scsi_device *scsi_device_lookup(struct Scsi_Host *, uint, uint, u64);
extern struct scsi_device *__scsi_device_lookup(struct Scsi_Host *, uint, uint, u64);
extern void starget_for_each_device(struct scsi_target *, void *, void (*fn)(struct scsi_device *, void *));
extern struct scsi_device *__scsi_iterate_devices(struct Scsi_Host *, struct scsi_device *);

/* Every unit of a host, held while its turn lasts; whoever leaves the loop early puts it. */
#define shost_for_each_device(sdev, shost)                                                                   \
    for ((sdev) = __scsi_iterate_devices((shost), NULL); (sdev);                                             \
         (sdev) = __scsi_iterate_devices((shost), (sdev)))
/* The same under host_lock, without holding. */
#define __shost_for_each_device(sdev, shost) list_for_each_entry ((sdev), &((shost)->__devices), siblings)

/* Returns the depth that was set. */
extern int scsi_change_queue_depth(struct scsi_device *, int);

/* MODE SENSE; @data is filled in. Returns 0, a negative errno, or the command's result. Context: may block.
 */
extern int scsi_mode_sense(struct scsi_device *sdev, int dbd, int modepage, unsigned char *buffer, int len,
                           int timeout, int retries, struct scsi_mode_data *data, struct scsi_sense_hdr *);
extern int scsi_test_unit_ready(struct scsi_device *sdev, int timeout, int retries,
                                struct scsi_sense_hdr *sshdr);
/* Vital product data page into @buf; -EINVAL when the unit has none, or says nonsense. */
extern int scsi_get_vpd_page(struct scsi_device *, u8 page, unsigned char *buf, int buf_len);
/* -EINVAL for a change that makes no sense. */
extern int scsi_device_set_state(struct scsi_device *sdev, enum scsi_device_state state);
extern void sdev_evt_send_simple(struct scsi_device *sdev, enum scsi_device_event evt_type, gfp_t gfpflags);
extern int scsi_device_quiesce(struct scsi_device *sdev);
extern void scsi_device_resume(struct scsi_device *sdev);
extern void scsi_scan_target(struct device *parent, unsigned int channel, unsigned int id, u64 lun,
                             enum scsi_scan_mode rescan);
extern const char *scsi_device_state_name(enum scsi_device_state);
extern int scsi_is_sdev_device(const struct device *);
extern int scsi_is_target_device(const struct device *);
extern void scsi_sanitize_inquiry_string(unsigned char *s, int len);
extern void sdev_disable_disk_events(struct scsi_device *sdev);
extern void sdev_enable_disk_events(struct scsi_device *sdev);

/*
 * Carry out a command and wait for its end.
 *
 * Returns its result (0 is good), or a negative errno when it could not be sent. @sense gets
 * SCSI_SENSE_BUFFERSIZE bytes, @sshdr what they say; each may be NULL. Context: may block.
 */
extern int __scsi_execute(struct scsi_device *sdev, const unsigned char *cmd, int data_direction,
                          void *buffer, unsigned bufflen, unsigned char *sense, struct scsi_sense_hdr *sshdr,
                          int timeout, int retries, blk_opf_t flags, req_flags_t rq_flags, int *resid);
#define scsi_execute(sdev, cmd, data_direction, buffer, bufflen, sense, sshdr, timeout, retries, flags,      \
                     rq_flags, resid)                                                                        \
    ({                                                                                                       \
        BUILD_BUG_ON((sense) != NULL && sizeof(sense) != SCSI_SENSE_BUFFERSIZE);                             \
        __scsi_execute(sdev, cmd, data_direction, buffer, bufflen, sense, sshdr, timeout, retries, flags,    \
                       rq_flags, resid);                                                                     \
    })
static inline int scsi_execute_req(struct scsi_device *sdev, const unsigned char *cmd, int data_direction,
                                   void *buffer, unsigned bufflen, struct scsi_sense_hdr *sshdr, int timeout,
                                   int retries, int *resid)
{
    return scsi_execute(sdev, cmd, data_direction, buffer, bufflen, NULL, sshdr, timeout, retries, 0, 0,
                        resid);
}

/* Nothing is suspended while the system runs. */
static inline int scsi_autopm_get_device(struct scsi_device *sdev)
{
    return 0;
}

static inline void scsi_autopm_put_device(struct scsi_device *sdev)
{
}

static inline unsigned int sdev_channel(struct scsi_device *sdev)
{
    return sdev->channel;
}

static inline unsigned int sdev_id(struct scsi_device *sdev)
{
    return sdev->id;
}
#define scmd_id(scmd)      sdev_id((scmd)->device)
#define scmd_channel(scmd) sdev_channel((scmd)->device)

static inline int scsi_device_online(struct scsi_device *sdev)
{
    return sdev->sdev_state != SDEV_OFFLINE && sdev->sdev_state != SDEV_TRANSPORT_OFFLINE &&
           sdev->sdev_state != SDEV_DEL;
}

static inline int scsi_device_blocked(struct scsi_device *sdev)
{
    return sdev->sdev_state == SDEV_BLOCK || sdev->sdev_state == SDEV_CREATED_BLOCK;
}

static inline int scsi_device_created(struct scsi_device *sdev)
{
    return sdev->sdev_state == SDEV_CREATED || sdev->sdev_state == SDEV_CREATED_BLOCK;
}

static inline int scsi_device_supports_vpd(struct scsi_device *sdev)
{
    return sdev->try_vpd_pages || (sdev->scsi_level >= SCSI_SPC_2 && !sdev->skip_vpd_pages);
}

static inline int scsi_device_busy(struct scsi_device *sdev)
{
    return atomic_read(&sdev->device_busy);
}

#define MODULE_ALIAS_SCSI_DEVICE(type) MODULE_ALIAS("scsi:t-" __stringify(type) "*")

#endif
