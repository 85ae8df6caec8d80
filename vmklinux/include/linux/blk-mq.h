/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-mq.h - requests to block devices, and the hardware queues that take them.
 *
 * A tag set owns a number of hardware queues, and for each of them as many requests as it takes, each with
 * its tag and room for the driver's own data (blk_mq_rq_to_pdu()): they are made once. A request is bound to
 * one of the storage core's (vmk_BlockRequest), whose memory list it reads in place; or it is the driver's
 * own (blk_mq_alloc_request()). Queues - a namespace's, a unit's, the controller's - share the set.
 *
 *     storage core -> path.c -> queue_rq()                bottom halves off
 *     interrupt    -> blk_mq_complete_request()           on a list of this CPU's
 *     bottom half  -> complete() -> blk_mq_end_request()  -> storage core
 *
 * What is issued within that bottom half reaches the device as one batch: queue_rq() is called with
 * last = false, and commit_rqs() when it ends.
 */
#ifndef VMKLINUX_LINUX_BLK_MQ_H
#define VMKLINUX_LINUX_BLK_MQ_H

#include <linux/blkdev.h>
#include <linux/cpumask.h>
#include <linux/ioprio.h>
#include <linux/prefetch.h>
#include <linux/scatterlist.h>
#include <vmkapi/storage/block_request.h>

struct blk_mq_tags;

#define BLKDEV_MIN_RQ     4
#define BLKDEV_DEFAULT_RQ 128

enum rq_end_io_ret {
    RQ_END_IO_NONE,
    RQ_END_IO_FREE,
};

typedef enum rq_end_io_ret(rq_end_io_fn)(struct request *, blk_status_t);

typedef __u32 __bitwise req_flags_t;
#define RQF_STARTED         ((__force req_flags_t)(1 << 1))
#define RQF_DONTPREP        ((__force req_flags_t)(1 << 7))
#define RQF_FAILED          ((__force req_flags_t)(1 << 10))
#define RQF_QUIET           ((__force req_flags_t)(1 << 11))
#define RQF_ELVPRIV         ((__force req_flags_t)(1 << 12))
#define RQF_IO_STAT         ((__force req_flags_t)(1 << 13))
#define RQF_PM              ((__force req_flags_t)(1 << 15))
#define RQF_SPECIAL_PAYLOAD ((__force req_flags_t)(1 << 18))
#define RQF_TIMED_OUT       ((__force req_flags_t)(1 << 21))
#define RQF_RESV            ((__force req_flags_t)(1 << 23))

/* Where a request of a queue is: with the driver, or ended by the device. */
enum mq_rq_state {
    MQ_RQ_IDLE = 0,
    MQ_RQ_IN_FLIGHT = 1,
    MQ_RQ_COMPLETE = 2,
};

/*
 * DEVIATION-021 (request.bio, request.biotail): a read, a write or a flush of the storage core's has no bio:
 * its memory is what req_bvec(), rq_for_each_bvec(), rq_for_each_segment() and blk_rq_map_sg() yield. A
 * discard has one, and so has a driver's own request with memory.
 */
struct request {
    struct request_queue *q; /* NULL while the tag is free */
    struct blk_mq_hw_ctx *mq_hctx;
    blk_opf_t cmd_flags;
    req_flags_t rq_flags;
    unsigned short nr_phys_segments;
    unsigned short ioprio;
    unsigned int __data_len; /* bytes; drivers use blk_rq_bytes() */
    sector_t __sector;       /* of 512 bytes; drivers use blk_rq_pos() */

    /* vmklinux's own: where the data are */
    vmk_BlockRequest *block_request; /* whose request this is; NULL: the driver's own */
    const vmk_SgElem *elems;
    unsigned int elem_offset; /* bytes of the first one to leave out */

    unsigned int timeout; /* jiffies */
    enum mq_rq_state state;
    int tag;
    u8 held;    /* how often looked at by others than its driver: its tag must not be used again, */
    bool freed; /* and is to be given back by the last of them */
    unsigned long deadline; /* jiffies */
    struct bio *bio;
    struct bio *biotail;
    union {
        struct list_head queuelist;
        struct request *rq_next;
    };
    rq_end_io_fn *end_io;
    void *end_io_data;
    struct bio_vec special_vec;
    void *completion_data;
    int internal_tag;
    struct bio own_bio; /* what bio points to, if anything */
};

static inline enum req_op req_op(const struct request *req)
{
    return (__force enum req_op)(req->cmd_flags & REQ_OP_MASK);
}

static inline bool blk_rq_is_passthrough(struct request *rq)
{
    return blk_op_is_passthrough(rq->cmd_flags);
}

#define rq_data_dir(rq) (op_is_write(req_op(rq)) ? WRITE : READ)
#define rq_dma_dir(rq)  (op_is_write(req_op(rq)) ? DMA_TO_DEVICE : DMA_FROM_DEVICE)

/* Lists of requests, linked by rq_next. */
#define rq_list_empty(list) ((list) == (struct request *)NULL)
#define rq_list_next(rq)    (rq)->rq_next
#define rq_list_peek(listptr)                                                                                \
    ({                                                                                                       \
        struct request **__head = (listptr);                                                                 \
        __head ? *__head : NULL;                                                                             \
    })
#define rq_list_add(listptr, rq)                                                                             \
    do {                                                                                                     \
        (rq)->rq_next = *(listptr);                                                                          \
        *(listptr) = (rq);                                                                                   \
    } while (0)
#define rq_list_add_tail(lastpptr, rq)                                                                       \
    do {                                                                                                     \
        (rq)->rq_next = NULL;                                                                                \
        **(lastpptr) = (rq);                                                                                 \
        *(lastpptr) = &(rq)->rq_next;                                                                        \
    } while (0)
#define rq_list_pop(listptr)                                                                                 \
    ({                                                                                                       \
        struct request *__req = rq_list_peek(listptr);                                                       \
        if (__req)                                                                                           \
            *(listptr) = __req->rq_next;                                                                     \
        __req;                                                                                               \
    })
#define rq_list_for_each(listptr, pos) for (pos = rq_list_peek((listptr)); pos; pos = rq_list_next(pos))

enum blk_eh_timer_return {
    BLK_EH_DONE,        /* the driver has ended the request, or will */
    BLK_EH_RESET_TIMER, /* it shall have as much time again */
};

enum hctx_type {
    HCTX_TYPE_DEFAULT,
    HCTX_TYPE_READ,
    HCTX_TYPE_POLL,
    HCTX_MAX_TYPES,
};

/* One hardware queue as one request queue sees it. */
struct blk_mq_hw_ctx {
    struct request_queue *queue;
    void *driver_data;
    struct blk_mq_tags *tags; /* the set's, shared with the other request queues */
    unsigned int queue_num;
    unsigned short type; /* enum hctx_type */
    unsigned short nr_ctx;
    unsigned int numa_node;
    unsigned long state; /* BLK_MQ_S_* */
    unsigned long flags; /* BLK_MQ_F_* */
    cpumask_var_t cpumask;
    struct delayed_work run_work;

    /* vmklinux's own: what waits to be issued (block/blk-mq-dispatch.c); guarded by tags->lock */
    unsigned int nr_active;    /* requests of this queue's that have a tag, but for the parked ones */
    struct list_head dispatch; /* requests, by queuelist */
    struct list_head parked;   /* late ones that were put back while the queue was frozen, by queuelist */
    vmk_BlockRequest *waiting; /* the storage core's that have no tag yet, by next */
    vmk_BlockRequest **waiting_tail;
    struct list_head waiting_entry; /* among the hardware contexts that want tags, the oldest first */
    struct blk_mq_hw_ctx *run_next; /* on the list of a CPU's that will run it; see `state` */
};

/* Which hardware queue each CPU uses, for one type of request. */
struct blk_mq_queue_map {
    unsigned int *mq_map; /* by CPU */
    unsigned int nr_queues;
    unsigned int queue_offset;
};

/* What a driver says of its hardware queues, and their tags. */
struct blk_mq_tag_set {
    struct blk_mq_queue_map map[HCTX_MAX_TYPES];
    unsigned int nr_maps;
    const struct blk_mq_ops *ops;
    unsigned int nr_hw_queues;
    unsigned int queue_depth; /* tags of each hardware queue, the reserved ones included */
    unsigned int reserved_tags;
    unsigned int cmd_size; /* bytes of the driver's in each request */
    int numa_node;
    unsigned int timeout; /* jiffies */
    unsigned int flags;   /* BLK_MQ_F_* */
    void *driver_data;
    struct blk_mq_tags **tags;
    struct mutex tag_list_lock;
    struct list_head tag_list; /* the request queues */

    /* vmklinux's own */
    struct module *module;
    unsigned int nr_tags; /* of `tags`: at least nr_hw_queues */
    struct timer_list timeout_timer;
    struct work_struct timeout_work;
};

struct blk_mq_queue_data {
    struct request *rq;
    bool last; /* no other follows at once */
};

typedef bool(busy_tag_iter_fn)(struct request *, void *);

/*
 * DEVIATION-022 (blk_mq_ops.queue_rqs, blk_mq_ops.put_budget, blk_mq_ops.get_rq_budget_token): never called:
 * a list is given to queue_rq() request by request, with `last` set for the last one; a budget once got is
 * the driver's to give back.
 */

/* What a driver does. Context: queue_rq, commit_rqs, poll, complete: bottom halves off; the others may block.
 */
struct blk_mq_ops {
    blk_status_t (*queue_rq)(struct blk_mq_hw_ctx *, const struct blk_mq_queue_data *);
    void (*commit_rqs)(struct blk_mq_hw_ctx *);
    void (*queue_rqs)(struct request **rqlist);
    int (*get_budget)(struct request_queue *);
    void (*put_budget)(struct request_queue *, int);
    void (*set_rq_budget_token)(struct request *, int);
    int (*get_rq_budget_token)(struct request *);
    enum blk_eh_timer_return (*timeout)(struct request *);
    int (*poll)(struct blk_mq_hw_ctx *, struct io_comp_batch *);
    void (*complete)(struct request *);
    int (*init_hctx)(struct blk_mq_hw_ctx *, void *, unsigned int);
    void (*exit_hctx)(struct blk_mq_hw_ctx *, unsigned int);
    int (*init_request)(struct blk_mq_tag_set *set, struct request *, unsigned int, unsigned int);
    void (*exit_request)(struct blk_mq_tag_set *set, struct request *, unsigned int);
    void (*cleanup_rq)(struct request *);
    bool (*busy)(struct request_queue *);
    void (*map_queues)(struct blk_mq_tag_set *set);
};

enum {
    BLK_MQ_F_SHOULD_MERGE = 1 << 0,
    BLK_MQ_F_TAG_QUEUE_SHARED = 1 << 1,
    BLK_MQ_F_STACKING = 1 << 2,
    BLK_MQ_F_TAG_HCTX_SHARED = 1 << 3,
    BLK_MQ_F_BLOCKING = 1 << 5,
    BLK_MQ_F_NO_SCHED = 1 << 6,
    BLK_MQ_F_NO_SCHED_BY_DEFAULT = 1 << 7,
    BLK_MQ_F_ALLOC_POLICY_START_BIT = 8,
    BLK_MQ_F_ALLOC_POLICY_BITS = 1,

    BLK_MQ_S_STOPPED = 0,
    BLK_MQ_S_RUN_PENDING = 8, /* vmklinux's own: it is about to be run */

    BLK_MQ_MAX_DEPTH = 10240,
};

#define BLK_TAG_ALLOC_FIFO 0
#define BLK_TAG_ALLOC_RR   1
#define BLK_ALLOC_POLICY_TO_MQ_FLAG(policy)                                                                  \
    ((policy & ((1 << BLK_MQ_F_ALLOC_POLICY_BITS) - 1)) << BLK_MQ_F_ALLOC_POLICY_START_BIT)

#define BLK_MQ_NO_HCTX_IDX (-1U)

enum {
    BLK_MQ_REQ_NOWAIT = (__force blk_mq_req_flags_t)(1 << 0),
    BLK_MQ_REQ_RESERVED = (__force blk_mq_req_flags_t)(1 << 1),
    BLK_MQ_REQ_PM = (__force blk_mq_req_flags_t)(1 << 2),
};

/* The requests of one hardware queue. */
struct blk_mq_tags {
    unsigned int nr_tags;
    unsigned int nr_reserved_tags; /* the first ones */
    struct request **rqs;          /* by tag */

    /* vmklinux's own (block/blk-mq-tag.c) */
    spinlock_t lock;      /* taken with bottom halves off */
    struct request *free; /* by rq_next */
    struct request *free_reserved;
    unsigned int attention; /* who wants to know of a tag that comes back: sleepers, waiting, holds, stalls */
    struct list_head sleepers; /* blk_mq_alloc_request() that waits, the oldest first */
    struct list_head waiting;  /* hardware contexts with something to issue, the oldest first */
    struct blk_mq_tag_set *set;
    void **chunks; /* what the requests lie in */
    unsigned int nr_chunks;
};

static inline struct request *blk_mq_tag_to_rq(struct blk_mq_tags *tags, unsigned int tag)
{
    return tag < tags->nr_tags ? tags->rqs[tag] : NULL;
}

enum {
    BLK_MQ_UNIQUE_TAG_BITS = 16,
    BLK_MQ_UNIQUE_TAG_MASK = (1 << BLK_MQ_UNIQUE_TAG_BITS) - 1,
};

u32 blk_mq_unique_tag(struct request *rq);

static inline u16 blk_mq_unique_tag_to_hwq(u32 unique_tag)
{
    return unique_tag >> BLK_MQ_UNIQUE_TAG_BITS;
}

static inline u16 blk_mq_unique_tag_to_tag(u32 unique_tag)
{
    return unique_tag & BLK_MQ_UNIQUE_TAG_MASK;
}

static inline enum mq_rq_state blk_mq_rq_state(struct request *rq)
{
    return READ_ONCE(rq->state);
}

static inline int blk_mq_request_started(struct request *rq)
{
    return blk_mq_rq_state(rq) != MQ_RQ_IDLE;
}

static inline int blk_mq_request_completed(struct request *rq)
{
    return blk_mq_rq_state(rq) == MQ_RQ_COMPLETE;
}

static inline void blk_mq_set_request_complete(struct request *rq)
{
    WRITE_ONCE(rq->state, MQ_RQ_COMPLETE);
}

static inline bool blk_mq_is_reserved_rq(struct request *rq)
{
    return rq->rq_flags & RQF_RESV;
}

static inline struct request *blk_mq_rq_from_pdu(void *pdu)
{
    return (struct request *)pdu - 1;
}

static inline void *blk_mq_rq_to_pdu(struct request *rq)
{
    return rq + 1;
}

static inline unsigned short req_get_ioprio(struct request *req)
{
    return req->ioprio;
}

static inline bool blk_should_fake_timeout(struct request_queue *q)
{
    return false;
}

/* Tag sets. The structure is the caller's. Context: may block. Return 0 or a negative errno. */
int vmklinux_blk_mq_alloc_tag_set(struct module *module, struct blk_mq_tag_set *set);

static inline int blk_mq_alloc_tag_set(struct blk_mq_tag_set *set)
{
    return vmklinux_blk_mq_alloc_tag_set(THIS_MODULE, set);
}

void blk_mq_free_tag_set(struct blk_mq_tag_set *set);
void blk_mq_update_nr_hw_queues(struct blk_mq_tag_set *set, int nr_hw_queues);
void blk_mq_map_queues(struct blk_mq_queue_map *qmap);

/* Queues. ERR_PTR() when that fails. Context: may block. */
struct request_queue *blk_mq_init_queue(struct blk_mq_tag_set *);
void blk_mq_destroy_queue(struct request_queue *);
struct gendisk *__blk_mq_alloc_disk(struct blk_mq_tag_set *set, void *queuedata,
                                    struct lock_class_key *lkclass);
#define blk_mq_alloc_disk(set, queuedata) __blk_mq_alloc_disk(set, queuedata, NULL)
struct gendisk *blk_mq_alloc_disk_for_queue(struct request_queue *q, struct lock_class_key *lkclass);

/* A driver's own requests. ERR_PTR() when that fails. Context: may block, without BLK_MQ_REQ_NOWAIT. */
struct request *blk_mq_alloc_request(struct request_queue *q, blk_opf_t opf, blk_mq_req_flags_t flags);
struct request *blk_mq_alloc_request_hctx(struct request_queue *q, blk_opf_t opf, blk_mq_req_flags_t flags,
                                          unsigned int hctx_idx);
void blk_mq_free_request(struct request *rq);
void blk_execute_rq_nowait(struct request *rq, bool at_head);
blk_status_t blk_execute_rq(struct request *rq, bool at_head);

/* Life of a request with its driver. Context: any, if not said otherwise. */
void blk_mq_start_request(struct request *rq);
/* The device has ended the request: complete() is called for it, in a bottom half of this CPU. */
void blk_mq_complete_request(struct request *rq);
/* As blk_mq_complete_request(). @return true: it is seen to. */
bool blk_mq_complete_request_remote(struct request *rq);
/* Give the request back to whom it is from. Context: bottom half, or bottom halves off. */
void blk_mq_end_request(struct request *rq, blk_status_t error);
void __blk_mq_end_request(struct request *rq, blk_status_t error);
void blk_mq_end_request_batch(struct io_comp_batch *ib);
/* @nr_bytes from the front are done. @return whether any are left. Context: bottom halves off. */
bool blk_update_request(struct request *rq, blk_status_t error, unsigned int nr_bytes);
/* Put it back, to be issued again when the list is kicked. */
void blk_mq_requeue_request(struct request *rq, bool kick_requeue_list);
void blk_mq_kick_requeue_list(struct request_queue *q);
void blk_mq_delay_kick_requeue_list(struct request_queue *q, unsigned long msecs);
/* Have the request time out now. */
void blk_abort_request(struct request *);

/* Completions are ended in a bottom half anyway: nothing is gained by another list. */
static inline bool blk_mq_add_to_batch(struct request *req, struct io_comp_batch *iob, int ioerror,
                                       void (*end)(struct io_comp_batch *))
{
    return false;
}

/* Holding requests up. quiesce: none reaches queue_rq(); freeze: none is under way. Context: may block, but
 * for the _nowait form, un- and start. */
void blk_mq_quiesce_queue(struct request_queue *q);
void blk_mq_quiesce_queue_nowait(struct request_queue *q);
void blk_mq_wait_quiesce_done(struct request_queue *q);
void blk_mq_unquiesce_queue(struct request_queue *q);
/*
 * DEVIATION-035 (blk_mq_freeze_queue, blk_freeze_queue_start): what the driver puts back while the queue is
 * frozen is not waited for, but waits until the queue is opened, and begins anew then; only what was late
 * stays what it was to the driver. nvme, being reset, would have it done before it is done with the
 * controller.
 */
void blk_mq_freeze_queue(struct request_queue *q);
void blk_mq_unfreeze_queue(struct request_queue *q);
void blk_freeze_queue_start(struct request_queue *q);
void blk_mq_freeze_queue_wait(struct request_queue *q);
int blk_mq_freeze_queue_wait_timeout(struct request_queue *q, unsigned long timeout);
void blk_mq_stop_hw_queue(struct blk_mq_hw_ctx *hctx);
void blk_mq_stop_hw_queues(struct request_queue *q);
void blk_mq_start_hw_queues(struct request_queue *q);
void blk_mq_start_stopped_hw_queues(struct request_queue *q, bool async);
void blk_mq_run_hw_queue(struct blk_mq_hw_ctx *hctx, bool async);
void blk_mq_run_hw_queues(struct request_queue *q, bool async);
void blk_mq_delay_run_hw_queue(struct blk_mq_hw_ctx *hctx, unsigned long msecs);
void blk_mq_delay_run_hw_queues(struct request_queue *q, unsigned long msecs);

/* Call @fn for each request of the set that a driver was given. Context: may block. */
void blk_mq_tagset_busy_iter(struct blk_mq_tag_set *tagset, busy_tag_iter_fn *fn, void *priv);
/* Wait until each that was completed has been ended. Context: may block. */
void blk_mq_tagset_wait_completed_request(struct blk_mq_tag_set *tagset);

static inline void blk_mq_cleanup_rq(struct request *rq)
{
    if (rq->q->mq_ops->cleanup_rq)
        rq->q->mq_ops->cleanup_rq(rq);
}

/* Memory of a driver's own request; "user" memory is the kernel's here. Context: may block. */
struct rq_map_data {
    struct page **pages;
    unsigned long offset;
    unsigned short page_order;
    unsigned short nr_entries;
    bool null_mapped;
    bool from_user;
};
int blk_rq_map_kern(struct request_queue *, struct request *, void *, unsigned int, gfp_t);
int blk_rq_map_user(struct request_queue *, struct request *, struct rq_map_data *, void __user *,
                    unsigned long, gfp_t);
int blk_rq_map_user_io(struct request *, struct rq_map_data *, void __user *, unsigned long, gfp_t, bool, int,
                       bool, int);
int blk_rq_map_user_iov(struct request_queue *, struct request *, struct rq_map_data *,
                        const struct iov_iter *, gfp_t);
int blk_rq_unmap_user(struct bio *);
bool blk_rq_is_poll(struct request *rq);

static inline sector_t blk_rq_pos(const struct request *rq)
{
    return rq->__sector;
}

static inline unsigned int blk_rq_bytes(const struct request *rq)
{
    return rq->__data_len;
}

static inline unsigned int blk_rq_sectors(const struct request *rq)
{
    return blk_rq_bytes(rq) >> SECTOR_SHIFT;
}

static inline unsigned int blk_rq_payload_bytes(struct request *rq)
{
    return unlikely(rq->rq_flags & RQF_SPECIAL_PAYLOAD) ? rq->special_vec.bv_len : blk_rq_bytes(rq);
}

static inline unsigned short blk_rq_nr_phys_segments(struct request *rq)
{
    return unlikely(rq->rq_flags & RQF_SPECIAL_PAYLOAD) ? 1 : rq->nr_phys_segments;
}

static inline unsigned short blk_rq_nr_discard_segments(struct request *rq)
{
    return max_t(unsigned short, rq->nr_phys_segments, 1);
}

#define __rq_for_each_bio(_bio, rq) for (_bio = (rq)->bio; _bio; _bio = _bio->bi_next)

/* A walk over a request's memory. */
struct req_iterator {
    const vmk_SgElem *elem;
    unsigned int offset; /* bytes of it that are done */
    unsigned int left;   /* bytes of the request */
};

static inline struct req_iterator vmklinux_rq_iter(const struct request *rq)
{
    return (struct req_iterator){.elem = rq->elems, .offset = rq->elem_offset, .left = rq->__data_len};
}

/* The piece one has come to: within one element, and @single within one page. */
static inline struct bio_vec vmklinux_rq_iter_bvec(const struct req_iterator *iter, bool single)
{
    vmk_MA at = iter->elem->addr + iter->offset;
    unsigned int offset = (unsigned int)(at & ~PAGE_MASK);
    unsigned int len = min(iter->elem->length - iter->offset, iter->left);

    if (single && len > PAGE_SIZE - offset)
        len = PAGE_SIZE - offset;
    return (struct bio_vec){.bv_page = pfn_to_page(at >> PAGE_SHIFT), .bv_offset = offset, .bv_len = len};
}

static inline void vmklinux_rq_iter_advance(struct req_iterator *iter, unsigned int bytes)
{
    iter->left -= bytes;
    iter->offset += bytes;
    if (iter->offset == iter->elem->length) {
        iter->elem++;
        iter->offset = 0;
    }
}

#define vmklinux_rq_for_each(bvl, _rq, _iter, single)                                                        \
    for (_iter = vmklinux_rq_iter(_rq);                                                                      \
         (_iter).left && ((bvl = vmklinux_rq_iter_bvec(&(_iter), (single))), 1);                             \
         vmklinux_rq_iter_advance(&(_iter), (bvl).bv_len))
#define rq_for_each_segment(bvl, _rq, _iter) vmklinux_rq_for_each(bvl, _rq, _iter, true)
#define rq_for_each_bvec(bvl, _rq, _iter)    vmklinux_rq_for_each(bvl, _rq, _iter, false)
#define rq_iter_last(bvec, _iter)            ((_iter).left == (bvec).bv_len)

/* The first piece; of a request that is one range all of it, be it several elements that touch. */
static __always_inline struct bio_vec req_bvec(struct request *rq)
{
    struct req_iterator iter;
    struct bio_vec first;

    if (unlikely(rq->rq_flags & RQF_SPECIAL_PAYLOAD))
        return rq->special_vec;
    iter = vmklinux_rq_iter(rq);
    first = vmklinux_rq_iter_bvec(&iter, false);
    if (likely(rq->nr_phys_segments == 1))
        first.bv_len = rq->__data_len;
    return first;
}

/* Fill in a list with the request's memory, as the queue's limits want it. @return how many entries; at most
 * blk_rq_nr_phys_segments(). Context: any. */
int __blk_rq_map_sg(struct request_queue *q, struct request *rq, struct scatterlist *sglist,
                    struct scatterlist **last_sg);

static inline int blk_rq_map_sg(struct request_queue *q, struct request *rq, struct scatterlist *sglist)
{
    struct scatterlist *last_sg = NULL;

    return __blk_rq_map_sg(q, rq, sglist, &last_sg);
}

#endif
