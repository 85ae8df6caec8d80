/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blkdev.h - request queues with their limits, and the disks on them.
 *
 * A disk that was added is a path of the storage core's (block/path.c); its queue takes the storage core's
 * requests, and the driver's own.
 */
#ifndef VMKLINUX_LINUX_BLKDEV_H
#define VMKLINUX_LINUX_BLKDEV_H

#include <linux/bio.h>
#include <linux/completion.h>
#include <linux/blk_types.h>
#include <linux/blkzoned.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kdev_t.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/uuid.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <vmkapi/storage/block_path.h>

struct blk_mq_hw_ctx;
struct blk_mq_ops;
struct blk_mq_tag_set;

struct pr_ops;
struct request;

extern struct class block_class;

/* What the hardware can do with one command. */
struct queue_limits {
    unsigned long seg_boundary_mask;
    unsigned long virt_boundary_mask;
    unsigned int max_hw_sectors;
    unsigned int max_dev_sectors;
    unsigned int chunk_sectors;
    unsigned int max_sectors;
    unsigned int max_segment_size;
    unsigned int physical_block_size;
    unsigned int logical_block_size;
    unsigned int alignment_offset;
    unsigned int io_min;
    unsigned int io_opt;
    unsigned int max_discard_sectors;
    unsigned int max_hw_discard_sectors;
    unsigned int max_secure_erase_sectors;
    unsigned int max_write_zeroes_sectors;
    unsigned int max_zone_append_sectors;
    unsigned int discard_granularity;
    unsigned int discard_alignment;
    unsigned short max_segments;
    unsigned short max_discard_segments;
    unsigned int dma_alignment;
};

enum blk_default_limits {
    BLK_MAX_SEGMENTS = 128,
    BLK_SAFE_MAX_SECTORS = 255,
    BLK_MAX_SEGMENT_SIZE = 65536,
    BLK_SEG_BOUNDARY_MASK = 0xFFFFFFFFUL,
};

/*
 * A queue of requests to one device, or to a controller.
 *
 * Life: counted; from blk_mq_init_queue() or blk_mq_alloc_disk() to the last blk_put_queue().
 */
struct request_queue {
    const struct blk_mq_ops *mq_ops;
    struct blk_mq_tag_set *tag_set;
    void *queuedata;
    unsigned long queue_flags;
    struct gendisk *disk;
    unsigned int rq_timeout;  /* jiffies */
    unsigned int queue_depth; /* requests under way at a time, where that is less than the tags */
    unsigned long nr_requests;
    struct queue_limits limits;
    unsigned int dma_pad_mask; /* lengths of passthrough commands are padded to a multiple of one more */
    spinlock_t queue_lock;
    atomic_t pm_only;

    /* Hardware contexts: all of them, and for each map the one of each CPU; see block/blk-mq-map.c. */
    unsigned int nr_hw_queues;
    struct blk_mq_hw_ctx **hctxs;
    struct blk_mq_hw_ctx *
        *cpu_hctx[3]; /* by enum hctx_type; a map that the set lacks is the default one; by RCU */

    /* vmklinux's own */
    bool has_maps;            /* for reads or polling, beside the default one */
    unsigned int block_shift; /* log2 of 512-byte sectors in a logical block */
    unsigned int gate; /* enum blk_gate (block/blk.h): why requests are held up; read under tags->lock */
    unsigned int quiesce_depth; /* these two are guarded by queue_lock */
    unsigned int freeze_depth;
    wait_queue_head_t freeze_wait; /* for the last request to end, and for the gate to open */
    struct list_head requeue_list; /* requests, by queuelist; guarded by queue_lock */
    struct delayed_work requeue_work;
    struct list_head tag_set_list; /* among the set's queues */
    struct kref refs;
    vmk_StorageAdapter adapter; /* that events are reported of, where there is no disk; may be NULL */
};

#define QUEUE_FLAG_STOPPED       0
#define QUEUE_FLAG_DYING         1
#define QUEUE_FLAG_HAS_SRCU      2
#define QUEUE_FLAG_NOMERGES      3
#define QUEUE_FLAG_SAME_COMP     4
#define QUEUE_FLAG_FAIL_IO       5
#define QUEUE_FLAG_NONROT        6
#define QUEUE_FLAG_VIRT          QUEUE_FLAG_NONROT
#define QUEUE_FLAG_IO_STAT       7
#define QUEUE_FLAG_NOXMERGES     9
#define QUEUE_FLAG_ADD_RANDOM    10
#define QUEUE_FLAG_SAME_FORCE    12
#define QUEUE_FLAG_HW_WC         13
#define QUEUE_FLAG_INIT_DONE     14
#define QUEUE_FLAG_STABLE_WRITES 15
#define QUEUE_FLAG_POLL          16
#define QUEUE_FLAG_WC            17
#define QUEUE_FLAG_FUA           18
#define QUEUE_FLAG_DAX           19
#define QUEUE_FLAG_STATS         20
#define QUEUE_FLAG_REGISTERED    22
#define QUEUE_FLAG_QUIESCED      24
#define QUEUE_FLAG_PCI_P2PDMA    25
#define QUEUE_FLAG_ZONE_RESETALL 26
#define QUEUE_FLAG_NOWAIT        29

void blk_queue_flag_set(unsigned int flag, struct request_queue *q);
void blk_queue_flag_clear(unsigned int flag, struct request_queue *q);
bool blk_queue_flag_test_and_set(unsigned int flag, struct request_queue *q);

#define blk_queue_stopped(q)       test_bit(QUEUE_FLAG_STOPPED, &(q)->queue_flags)
#define blk_queue_dying(q)         test_bit(QUEUE_FLAG_DYING, &(q)->queue_flags)
#define blk_queue_nonrot(q)        test_bit(QUEUE_FLAG_NONROT, &(q)->queue_flags)
#define blk_queue_stable_writes(q) test_bit(QUEUE_FLAG_STABLE_WRITES, &(q)->queue_flags)
#define blk_queue_quiesced(q)      test_bit(QUEUE_FLAG_QUIESCED, &(q)->queue_flags)
#define blk_queue_pm_only(q)       atomic_read(&(q)->pm_only)
#define blk_noretry_request(rq)                                                                              \
    ((rq)->cmd_flags & (REQ_FAILFAST_DEV | REQ_FAILFAST_TRANSPORT | REQ_FAILFAST_DRIVER))

static inline bool blk_op_is_passthrough(blk_opf_t op)
{
    op &= REQ_OP_MASK;
    return op == (__force blk_opf_t)REQ_OP_DRV_IN || op == (__force blk_opf_t)REQ_OP_DRV_OUT;
}

/* Zoned devices are not supported: CONFIG_BLK_DEV_ZONED is not set. */
enum blk_zoned_model {
    BLK_ZONED_NONE = 0,
    BLK_ZONED_HA,
    BLK_ZONED_HM,
};
typedef int (*report_zones_cb)(struct blk_zone *zone, unsigned int idx, void *data);

static inline bool blk_queue_is_zoned(struct request_queue *q)
{
    return false;
}

/* Limits; sizes in bytes, sectors of 512 bytes. Called before the disk is added, or while it is frozen. */
extern void blk_queue_max_hw_sectors(struct request_queue *, unsigned int);
extern void blk_queue_chunk_sectors(struct request_queue *, unsigned int);
extern void blk_queue_max_segments(struct request_queue *, unsigned short);
extern void blk_queue_max_discard_segments(struct request_queue *, unsigned short);
extern void blk_queue_max_segment_size(struct request_queue *, unsigned int);
extern void blk_queue_max_discard_sectors(struct request_queue *q, unsigned int max_discard_sectors);
extern void blk_queue_max_write_zeroes_sectors(struct request_queue *q, unsigned int max_write_same_sectors);
extern void blk_queue_logical_block_size(struct request_queue *, unsigned int);
extern void blk_queue_physical_block_size(struct request_queue *, unsigned int);
extern void blk_queue_io_min(struct request_queue *q, unsigned int min);
extern void blk_queue_io_opt(struct request_queue *q, unsigned int opt);
extern void blk_queue_segment_boundary(struct request_queue *, unsigned long);
extern void blk_queue_virt_boundary(struct request_queue *, unsigned long);
extern void blk_queue_dma_alignment(struct request_queue *, int);
extern void blk_queue_update_dma_alignment(struct request_queue *, int);
extern void blk_queue_update_dma_pad(struct request_queue *, unsigned int);
extern void blk_queue_rq_timeout(struct request_queue *, unsigned int);
extern void blk_queue_write_cache(struct request_queue *q, bool enabled, bool fua);
extern int blk_stack_limits(struct queue_limits *t, struct queue_limits *b, sector_t offset);
extern void blk_set_queue_depth(struct request_queue *q, unsigned int depth);

static inline unsigned int queue_max_sectors(const struct request_queue *q)
{
    return q->limits.max_sectors;
}

static inline unsigned int queue_max_hw_sectors(const struct request_queue *q)
{
    return q->limits.max_hw_sectors;
}

static inline unsigned short queue_max_segments(const struct request_queue *q)
{
    return q->limits.max_segments;
}

static inline unsigned short queue_max_discard_segments(const struct request_queue *q)
{
    return q->limits.max_discard_segments;
}

static inline unsigned int queue_max_segment_size(const struct request_queue *q)
{
    return q->limits.max_segment_size;
}

static inline unsigned long queue_segment_boundary(const struct request_queue *q)
{
    return q->limits.seg_boundary_mask;
}

static inline unsigned long queue_virt_boundary(const struct request_queue *q)
{
    return q->limits.virt_boundary_mask;
}

static inline unsigned queue_logical_block_size(const struct request_queue *q)
{
    return q && q->limits.logical_block_size ? q->limits.logical_block_size : 512;
}

static inline unsigned int queue_physical_block_size(const struct request_queue *q)
{
    return q->limits.physical_block_size;
}

static inline int queue_dma_alignment(const struct request_queue *q)
{
    return q ? (int)q->limits.dma_alignment : 511;
}

bool __must_check blk_get_queue(struct request_queue *);
extern void blk_put_queue(struct request_queue *);
extern void blk_sync_queue(struct request_queue *q);

int blk_status_to_errno(blk_status_t status);
blk_status_t errno_to_blk_status(int errno);

/* Requests that ended at one interrupt, to be ended at once. */
struct io_comp_batch {
    struct request *req_list;
    bool need_ts;
    void (*complete)(struct io_comp_batch *);
};
#define DEFINE_IO_COMP_BATCH(name) struct io_comp_batch name = {}

int bio_poll(struct bio *bio, struct io_comp_batch *iob, unsigned int flags);

/* Run later, in a world of the block layer's. */
int kblockd_schedule_work(struct work_struct *work);
int kblockd_mod_delayed_work_on(int cpu, struct delayed_work *dwork, unsigned long delay);

#define DISK_NAME_LEN 32

enum {
    GENHD_FL_REMOVABLE = 1 << 0,
    GENHD_FL_HIDDEN = 1 << 1, /* added, but nobody shall use it: not shown to the storage core */
    GENHD_FL_NO_PART = 1 << 2,
};

enum {
    DISK_EVENT_MEDIA_CHANGE = 1 << 0,
    DISK_EVENT_EJECT_REQUEST = 1 << 1,
};

enum {
    DISK_EVENT_FLAG_POLL = 1 << 0,
    DISK_EVENT_FLAG_UEVENT = 1 << 1,
    DISK_EVENT_FLAG_BLOCK_ON_EXCL_WRITE = 1 << 2,
};

/*
 * A disk.
 *
 * Life: counted through its device (disk_to_dev()); from blk_mq_alloc_disk() to the last put_disk().
 */
struct gendisk {
    int major;
    int first_minor;
    int minors;
    char disk_name[DISK_NAME_LEN];
    unsigned short events;
    unsigned short event_flags;
    struct block_device *part0;
    const struct block_device_operations *fops;
    struct request_queue *queue;
    void *private_data;
    int flags;
    unsigned long state;
    struct mutex open_mutex;
    int node_id;
#define GD_NEED_PART_SCAN     0
#define GD_READ_ONLY          1
#define GD_DEAD               2
#define GD_NATIVE_CAPACITY    3
#define GD_ADDED              4
#define GD_SUPPRESS_PART_SCAN 5
#define GD_OWNS_QUEUE         6
#define GD_ADDED_ONCE         16 /* vmklinux's own */

    /* vmklinux's own (block/path.c) */
    vmk_BlockPath path; /* while added and not hidden */
    vmk_StorageAdapter adapter;
    vmk_BlockProps props; /* as the storage core knows them */
    struct block_device bdev;
};

#define disk_to_dev(disk)   (&((disk)->part0->bd_device))
#define dev_to_disk(device) (dev_to_bdev(device)->bd_disk)

/*
 * DEVIATION-024 (block_device_operations.compat_ioctl, block_device_operations.check_events,
 * block_device_operations.unlock_native_capacity, block_device_operations.getgeo,
 * block_device_operations.set_read_only, block_device_operations.report_zones): never called: there is no
 * 32-bit user space and nobody who wants cylinders; a change of medium the driver tells by itself.
 */
struct block_device_operations {
    int (*open)(struct block_device *, fmode_t);
    void (*release)(struct gendisk *, fmode_t);
    int (*ioctl)(struct block_device *, fmode_t, unsigned, unsigned long);
    int (*compat_ioctl)(struct block_device *, fmode_t, unsigned, unsigned long);
    unsigned int (*check_events)(struct gendisk *disk, unsigned int clearing);
    void (*unlock_native_capacity)(struct gendisk *);
    int (*getgeo)(struct block_device *, struct hd_geometry *);
    int (*set_read_only)(struct block_device *bdev, bool ro);
    void (*free_disk)(struct gendisk *disk);
    int (*report_zones)(struct gendisk *, sector_t sector, unsigned int nr_zones, report_zones_cb cb,
                        void *data);
    struct module *owner;
    const struct pr_ops *pr_ops;

    /* vmklinux's own, for drivers of its own (sd, sr): what the unit is. Unset: the driver's attributes tell.
     */
    void (*identify)(struct gendisk *disk, vmk_BlockPathRegData *data);
    /* Pass a SCSI command through. Context: may block. */
    vmk_StatusValue (*scsi_command)(struct gendisk *disk, vmk_ScsiCommand *command);
};

extern int blkdev_compat_ptr_ioctl(struct block_device *, fmode_t, unsigned int, unsigned long);

static inline sector_t get_capacity(struct gendisk *disk)
{
    return disk->part0->bd_nr_sectors;
}

static inline int get_disk_ro(struct gendisk *disk)
{
    return disk->part0->bd_read_only || test_bit(GD_READ_ONLY, &disk->state);
}

static inline bool disk_live(struct gendisk *disk)
{
    return test_bit(GD_ADDED, &disk->state);
}

static inline dev_t disk_devt(struct gendisk *disk)
{
    return MKDEV(disk->major, disk->first_minor);
}

/* Show the disk to the storage core: it may be used before this returns. Context: may block. */
int __must_check device_add_disk(struct device *parent, struct gendisk *disk,
                                 const struct attribute_group **groups);

static inline int __must_check add_disk(struct gendisk *disk)
{
    return device_add_disk(NULL, disk, NULL);
}

/* Take the disk from the storage core; its requests have ended on return. Context: may block. */
void del_gendisk(struct gendisk *gp);
void put_disk(struct gendisk *disk);
void blk_mark_disk_dead(struct gendisk *disk);
void set_disk_ro(struct gendisk *disk, bool read_only);
void set_capacity(struct gendisk *disk, sector_t size);
bool set_capacity_and_notify(struct gendisk *disk, sector_t size);
bool disk_force_media_change(struct gendisk *disk, unsigned int events);
void disk_update_readahead(struct gendisk *disk);

#define dma_map_bvec(dev, bv, dir, attrs)                                                                    \
    dma_map_page_attrs(dev, (bv)->bv_page, (bv)->bv_offset, (bv)->bv_len, (dir), (attrs))

#endif
