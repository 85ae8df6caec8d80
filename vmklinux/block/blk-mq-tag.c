/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-mq-tag.c - the requests of a hardware queue: made once, one for each tag, and handed out again and
 * again, the last one that came back first.
 */
#include "blk.h"

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>

#define CHUNK_BYTES 16384u

/* Requests are not one piece of memory, but pieces of some each. */
static size_t request_size(const struct blk_mq_tag_set *set)
{
    return ALIGN(sizeof(struct request) + set->cmd_size, VMK_L1_CACHELINE_SIZE);
}

static unsigned int requests_in_chunk(const struct blk_mq_tag_set *set)
{
    return max_t(unsigned int, CHUNK_BYTES / request_size(set), 1);
}

static void release(struct blk_mq_tags *tags, struct request *rq)
{
    struct request **list =
        (unsigned int)rq->tag < tags->nr_reserved_tags ? &tags->free_reserved : &tags->free;

    rq->q = NULL;
    rq->rq_next = *list;
    *list = rq;
}

static int make_request(struct blk_mq_tag_set *set, struct blk_mq_tags *tags, unsigned int hctx_idx,
                        struct request *rq, unsigned int tag) VMK_UNSHARED
{
    int err = 0;

    rq->tag = (int)tag;
    rq->internal_tag = -1;
    if (set->ops->init_request)
        err = set->ops->init_request(set, rq, hctx_idx, NUMA_NO_NODE);
    if (!err)
        tags->rqs[tag] = rq;
    return err;
}

static int make_requests(struct blk_mq_tag_set *set, struct blk_mq_tags *tags,
                         unsigned int hctx_idx) VMK_UNSHARED
{
    unsigned int together = requests_in_chunk(set);
    size_t size = request_size(set);
    char *chunk = NULL;

    for (unsigned int tag = 0; tag < tags->nr_tags; tag++) {
        int err;

        if (tag % together == 0) {
            chunk = vmklinux_kmalloc(set->module, together * size, GFP_KERNEL | __GFP_ZERO);
            if (!chunk)
                return -ENOMEM;
            tags->chunks[tag / together] = chunk;
        }
        err = make_request(set, tags, hctx_idx, (struct request *)(chunk + tag % together * size), tag);
        if (err)
            return err;
    }
    /* So that the lowest is taken first. */
    for (unsigned int tag = tags->nr_tags; tag-- > 0;)
        release(tags, tags->rqs[tag]);
    return 0;
}

struct blk_mq_tags *blk_mq_alloc_rqs(struct blk_mq_tag_set *set, unsigned int hctx_idx) VMK_UNSHARED
{
    unsigned int chunks = DIV_ROUND_UP(set->queue_depth, requests_in_chunk(set));
    struct blk_mq_tags *tags = vmklinux_kmalloc(
        set->module, sizeof(*tags) + set->queue_depth * sizeof(struct request *) + chunks * sizeof(void *),
        GFP_KERNEL | __GFP_ZERO);

    if (!tags)
        return NULL;
    tags->rqs = (struct request **)(tags + 1);
    tags->chunks = (void **)(tags->rqs + set->queue_depth);
    tags->nr_chunks = chunks;
    tags->nr_tags = set->queue_depth;
    tags->nr_reserved_tags = set->reserved_tags;
    tags->set = set;
    spin_lock_init(&tags->lock);
    INIT_LIST_HEAD(&tags->sleepers);
    INIT_LIST_HEAD(&tags->waiting);
    if (make_requests(set, tags, hctx_idx)) {
        blk_mq_free_rqs(set, tags, hctx_idx);
        return NULL;
    }
    return tags;
}

void blk_mq_free_rqs(struct blk_mq_tag_set *set, struct blk_mq_tags *tags, unsigned int hctx_idx)
{
    for (unsigned int tag = 0; tag < tags->nr_tags; tag++) {
        if (set->ops->exit_request && tags->rqs[tag])
            set->ops->exit_request(set, tags->rqs[tag], hctx_idx);
    }
    for (unsigned int i = 0; i < tags->nr_chunks; i++)
        kfree(tags->chunks[i]);
    kfree(tags);
}

/* Somebody who waits in blk_mq_alloc_request(). */
struct sleeper {
    struct list_head entry;
    struct blk_mq_hw_ctx *hctx;
    bool reserved;      /* one of the reserved tags it must be */
    struct request *rq; /* his, once it is set */
    wait_queue_head_t wait;
};

static struct sleeper *find_sleeper(struct blk_mq_tags *tags, const struct request *rq)
    VMK_REQUIRES(&tags->lock)
{
    struct sleeper *sleeper;

    list_for_each_entry (sleeper, &tags->sleepers, entry) {
        if (sleeper->reserved == ((unsigned int)rq->tag < tags->nr_reserved_tags))
            return sleeper;
    }
    return NULL;
}

/* Give a request to whoever waits for it. */
static void give(struct blk_mq_tags *tags, struct request *rq) VMK_REQUIRES(&tags->lock)
{
    struct sleeper *sleeper;

    if (rq->held) {
        rq->freed = true;
        return;
    }
    rq->q = NULL;
    sleeper = find_sleeper(tags, rq);
    if (sleeper) {
        list_del(&sleeper->entry);
        tags->attention--;
        WRITE_ONCE(sleeper->rq, rq);
        wake_up(&sleeper->wait);
        return;
    }
    release(tags, rq);
    blk_mq_kick_waiting(tags);
}

void blk_mq_put_tag(struct request *rq)
{
    struct blk_mq_hw_ctx *hctx = rq->mq_hctx;
    struct request_queue *q = rq->q;

    blk_lock_tags(hctx->tags);
    hctx->nr_active--;
    give(hctx->tags, rq);
    blk_unlock_tags(hctx->tags);
    if (READ_ONCE(q->gate))
        blk_mq_wake_freezer(q);
}

/* Take a free request, if there is one of the kind. */
static struct request *get_tag(struct blk_mq_tags *tags, struct blk_mq_hw_ctx *hctx, bool reserved)
    VMK_REQUIRES(&tags->lock)
{
    struct request *rq = tags->free_reserved;

    if (!reserved)
        return blk_mq_get_tag(tags, hctx);
    if (rq) {
        tags->free_reserved = rq->rq_next;
        hctx->nr_active++;
    }
    return rq;
}

/* Wait for a tag, in order. */
static void join_sleepers(struct blk_mq_tags *tags, struct sleeper *sleeper) VMK_REQUIRES(&tags->lock)
{
    /* Counted already: whoever freezes the queue waits for it, as for a request under way. */
    sleeper->hctx->nr_active++;
    list_add_tail(&sleeper->entry, &tags->sleepers);
    tags->attention++;
}

static struct request *sleep(struct sleeper *sleeper)
{
    wait_event(sleeper->wait, READ_ONCE(sleeper->rq) != NULL);
    /* Whoever woke us may still be about to let go of the queue's lock. */
    spin_lock_irq(&sleeper->wait.lock);
    spin_unlock_irq(&sleeper->wait.lock);
    return sleeper->rq;
}

static void prepare(struct request *rq, struct blk_mq_hw_ctx *hctx, blk_opf_t opf, blk_mq_req_flags_t flags)
{
    rq->q = hctx->queue;
    rq->mq_hctx = hctx;
    rq->cmd_flags = opf;
    rq->rq_flags = (flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_PM ? RQF_PM : 0) |
                   (flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_RESERVED ? RQF_RESV : 0);
    rq->__data_len = 0;
    rq->timeout = 0;
    rq->__sector = (sector_t)-1;
    rq->block_request = NULL;
    rq->elems = NULL;
    rq->elem_offset = 0;
    rq->nr_phys_segments = 0;
    rq->ioprio = 0;
    rq->bio = rq->biotail = NULL;
    rq->end_io = NULL;
    rq->end_io_data = NULL;
    INIT_LIST_HEAD(&rq->queuelist);
    WRITE_ONCE(rq->state, MQ_RQ_IDLE);
}

/* A request of @hctx's (NULL: of the one this CPU uses), at once or asleep, unless the queue is frozen or
 * dying. */
static struct request *try_alloc(struct request_queue *q, struct blk_mq_hw_ctx *hctx, blk_opf_t opf,
                                 blk_mq_req_flags_t flags)
{
    bool reserved = flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_RESERVED;
    struct sleeper sleeper = {.reserved = reserved};
    struct request *rq;

    init_waitqueue_head(&sleeper.wait);
    local_bh_disable();
    if (blk_queue_dying(q)) {
        local_bh_enable();
        return ERR_PTR(-ENODEV);
    }
    if (!hctx)
        hctx = blk_mq_map_queue(q, blk_mq_type_of(opf));
    sleeper.hctx = hctx;
    blk_lock_tags(hctx->tags);
    if (READ_ONCE(q->gate) & BLK_GATE_FROZEN)
        rq = ERR_PTR(-EAGAIN);
    else
        rq = get_tag(hctx->tags, hctx, reserved);
    if (!rq && flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_NOWAIT)
        rq = ERR_PTR(-EWOULDBLOCK);
    if (!rq)
        join_sleepers(hctx->tags, &sleeper);
    blk_unlock_tags(hctx->tags);
    local_bh_enable();
    if (!rq)
        rq = sleep(&sleeper);
    if (!IS_ERR(rq))
        prepare(rq, hctx, opf, flags);
    return rq;
}

static struct request *alloc(struct request_queue *q, struct blk_mq_hw_ctx *hctx, blk_opf_t opf,
                             blk_mq_req_flags_t flags)
{
    struct request *rq = try_alloc(q, hctx, opf, flags);

    while (PTR_ERR(rq) == -EAGAIN && !(flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_NOWAIT)) {
        wait_event(q->freeze_wait, !(READ_ONCE(q->gate) & BLK_GATE_FROZEN) || blk_queue_dying(q));
        rq = try_alloc(q, hctx, opf, flags);
    }
    return rq;
}

struct request *blk_mq_alloc_request(struct request_queue *q, blk_opf_t opf, blk_mq_req_flags_t flags)
{
    return alloc(q, NULL, opf, flags);
}
EXPORT_SYMBOL(blk_mq_alloc_request);

struct request *blk_mq_alloc_request_hctx(struct request_queue *q, blk_opf_t opf, blk_mq_req_flags_t flags,
                                          unsigned int hctx_idx)
{
    if (WARN_ON_ONCE(!(flags & (__force blk_mq_req_flags_t)BLK_MQ_REQ_NOWAIT)))
        return ERR_PTR(-EINVAL);
    if (hctx_idx >= q->nr_hw_queues)
        return ERR_PTR(-EIO);
    return alloc(q, q->hctxs[hctx_idx], opf, flags);
}
EXPORT_SYMBOL(blk_mq_alloc_request_hctx);

void blk_mq_free_request(struct request *rq)
{
    local_bh_disable();
    blk_rq_unmap(rq);
    blk_mq_put_tag(rq);
    local_bh_enable();
}
EXPORT_SYMBOL(blk_mq_free_request);

u32 blk_mq_unique_tag(struct request *rq)
{
    return rq->mq_hctx->queue_num << BLK_MQ_UNIQUE_TAG_BITS | ((u32)rq->tag & BLK_MQ_UNIQUE_TAG_MASK);
}
EXPORT_SYMBOL(blk_mq_unique_tag);

/* Keep a request from being used again, if the driver has it. What is done about one that is late may be to
 * look at all of them. */
static bool hold_started(struct blk_mq_tags *tags, struct request *rq)
{
    bool started;

    local_bh_disable();
    blk_lock_tags(tags);
    started = rq->q && blk_mq_request_started(rq) && !rq->freed;
    if (started) {
        rq->held++;
        tags->attention++;
    }
    blk_unlock_tags(tags);
    local_bh_enable();
    return started;
}

static void let_go(struct blk_mq_tags *tags, struct request *rq)
{
    local_bh_disable();
    blk_lock_tags(tags);
    rq->held--;
    tags->attention--;
    if (rq->freed && rq->held == 0) {
        rq->freed = false;
        give(tags, rq);
    }
    blk_unlock_tags(tags);
    local_bh_enable();
}

bool blk_mq_for_each_started(struct blk_mq_tags *tags, busy_tag_iter_fn *fn, void *priv)
{
    bool go_on = true;

    for (unsigned int tag = 0; tag < tags->nr_tags && go_on; tag++) {
        struct request *rq = tags->rqs[tag];

        if (hold_started(tags, rq)) {
            go_on = fn(rq, priv);
            let_go(tags, rq);
        }
    }
    return go_on;
}

/* Drivers ask for those of a set they could not have, too. */
void blk_mq_tagset_busy_iter(struct blk_mq_tag_set *tagset, busy_tag_iter_fn *fn, void *priv)
{
    for (unsigned int i = 0; i < tagset->nr_tags; i++) {
        if (!blk_mq_for_each_started(tagset->tags[i], fn, priv))
            break;
    }
}
EXPORT_SYMBOL(blk_mq_tagset_busy_iter);

static bool count_completed(struct request *rq, void *data)
{
    unsigned int *count = data;

    if (blk_mq_request_completed(rq))
        (*count)++;
    return true;
}

void blk_mq_tagset_wait_completed_request(struct blk_mq_tag_set *tagset)
{
    unsigned int count;

    /* They are on the lists of CPUs whose bottom halves are about to run. */
    for (;;) {
        count = 0;
        blk_mq_tagset_busy_iter(tagset, count_completed, &count);
        if (!count)
            return;
        msleep(1);
    }
}
EXPORT_SYMBOL(blk_mq_tagset_wait_completed_request);
