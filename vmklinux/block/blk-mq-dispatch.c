/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-mq-dispatch.c - from the storage core to the driver.
 *
 * A request that finds a tag, the gate open and nobody before it goes straight to queue_rq(). Otherwise it
 * waits: without a tag on its hardware context's list `waiting`, with one on `dispatch`, which goes first, or
 * on `parked` until the queue is no longer frozen. A hardware context with something to issue is on the list
 * of its tags, from which one is run whenever a tag comes back; opening a gate runs all.
 */
#include "blk.h"

#include <linux/export.h>

#define RESOURCE_DELAY_MS 3 /* as in Linux: when a driver that ran out of something is asked again */

static const blk_opf_t operations[VMK_BLOCK_OP_COUNT] = {
    [VMK_BLOCK_READ] = (__force blk_opf_t)REQ_OP_READ,
    [VMK_BLOCK_WRITE] = (__force blk_opf_t)REQ_OP_WRITE,
    [VMK_BLOCK_FLUSH] = (__force blk_opf_t)REQ_OP_FLUSH,
    [VMK_BLOCK_DISCARD] = (__force blk_opf_t)REQ_OP_DISCARD,
    [VMK_BLOCK_WRITE_ZEROES] = (__force blk_opf_t)REQ_OP_WRITE_ZEROES,
};

static noinline blk_opf_t uncommon_flags(const vmk_BlockRequest *request)
{
    blk_opf_t opf = 0;

    if (request->flags & VMK_BLOCK_FUA && request->op == VMK_BLOCK_WRITE)
        opf |= REQ_FUA;
    if (request->flags & VMK_BLOCK_POLLED)
        opf |= REQ_POLLED;
    if (request->flags & VMK_BLOCK_NO_RETRY)
        opf |= REQ_FAILFAST_MASK;
    if (request->flags & VMK_BLOCK_NO_UNMAP && request->op == VMK_BLOCK_WRITE_ZEROES)
        opf |= REQ_NOUNMAP;
    return opf;
}

static __always_inline blk_opf_t flags_of(const vmk_BlockRequest *request)
{
    blk_opf_t opf = operations[request->op];

    return unlikely(request->flags) ? opf | uncommon_flags(request) : opf;
}

/* What has a range, but no data. */
static noinline void bind_range(struct request_queue *q, struct request *rq, const vmk_BlockRequest *request)
{
    if (request->op == VMK_BLOCK_FLUSH)
        return;
    rq->__data_len = request->numBlocks << (q->block_shift + SECTOR_SHIFT);
    if (request->op != VMK_BLOCK_DISCARD)
        return;
    rq->nr_phys_segments = 1;
    rq->own_bio = (struct bio){.bi_bdev = q->disk->part0,
                               .bi_opf = rq->cmd_flags,
                               .bi_iter.bi_sector = rq->__sector,
                               .bi_iter.bi_size = rq->__data_len};
    rq->bio = rq->biotail = &rq->own_bio;
}

/* Two fields that lie side by side, for one store: the first is the low half. */
#define PAIR(type, object, first, second)                                                                    \
    ({                                                                                                       \
        static_assert(offsetof(typeof(*(object)), first) % sizeof(type) == 0 &&                              \
                      offsetof(typeof(*(object)), second) ==                                                 \
                          offsetof(typeof(*(object)), first) + sizeof(type) / 2);                            \
        (type *)&(object)->first;                                                                            \
    })

/* Make @rq stand for @request. */
static __always_inline void bind(struct blk_mq_hw_ctx *hctx, struct request *rq, vmk_BlockRequest *request)
{
    struct request_queue *q = hctx->queue;

    rq->q = q;
    rq->mq_hctx = hctx;
    *PAIR(u64, rq, cmd_flags, rq_flags) = (__force u32)flags_of(request);
    /* It has less than 2^16 segments. */
    *PAIR(u32, rq, nr_phys_segments, ioprio) = request->numSegments;
    rq->__data_len = request->lengthBytes;
    rq->__sector = request->block << q->block_shift;
    rq->block_request = request;
    rq->elems = request->elems;
    rq->elem_offset = request->elemOffset;
    rq->timeout = q->rq_timeout;
    WRITE_ONCE(rq->state, MQ_RQ_IDLE);
    rq->bio = NULL;
    request->driverData = rq;
    if (unlikely(request->op > VMK_BLOCK_WRITE))
        bind_range(q, rq, request);
}

/* Waiting. */

/* Have @hctx run when a tag comes back. */
static void note_hungry(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    if (list_empty(&hctx->waiting_entry)) {
        list_add_tail(&hctx->waiting_entry, &hctx->tags->waiting);
        hctx->tags->attention++;
    }
}

static void note_fed(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    if (!list_empty(&hctx->waiting_entry)) {
        list_del_init(&hctx->waiting_entry);
        hctx->tags->attention--;
    }
}

void blk_mq_kick_waiting(struct blk_mq_tags *tags)
    VMK_NO_THREAD_SAFETY_ANALYSIS("the lock goes by its other name, hctx->tags->lock")
{
    struct blk_mq_hw_ctx *hctx =
        list_first_entry_or_null(&tags->waiting, struct blk_mq_hw_ctx, waiting_entry);

    if (hctx) {
        note_fed(hctx);
        blk_mq_kick_hctx(hctx);
    }
}

void blk_mq_kick_hctx(struct blk_mq_hw_ctx *hctx)
{
    struct blk_cpu *cpu;

    local_bh_disable();
    if (!test_and_set_bit(BLK_MQ_S_RUN_PENDING, &hctx->state)) {
        cpu = blk_this_cpu();
        hctx->run_next = cpu->run;
        cpu->run = hctx;
        if (!cpu->draining)
            vmk_BottomHalfSchedule(blk_bottom_half, VMK_PCPU_THIS);
    }
    local_bh_enable();
}

/* Have a request of the storage core's wait for a tag, or the gate to open. Context: bottom halves off. */
static noinline void wait_for_tag(struct blk_mq_hw_ctx *hctx, vmk_BlockRequest *request)
{
    request->next = NULL;
    blk_lock_tags(hctx->tags);
    *hctx->waiting_tail = request;
    hctx->waiting_tail = &request->next;
    blk_unlock_tags(hctx->tags);
    /* A tag may have come back, or the gate have opened, just before. If not, the run notes that it waits. */
    blk_mq_kick_hctx(hctx);
}

/* Count a parked request again; NULL: there is none. */
static struct request *take_parked(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    struct request *rq = list_first_entry_or_null(&hctx->parked, struct request, queuelist);

    if (rq) {
        list_del_init(&rq->queuelist);
        hctx->nr_active++;
    }
    return rq;
}

/* Have a request that was put back wait without its tag, as if it had never been issued. Context: bottom
 * halves off. */
static void let_go(struct request *rq)
{
    wait_for_tag(rq->mq_hctx, rq->block_request);
    /* Only now: without a request, the hardware context may go. */
    blk_mq_put_tag(rq);
}

static noinline void let_go_of_parked(struct blk_mq_hw_ctx *hctx)
{
    struct request *rq;

    do {
        blk_lock_tags(hctx->tags);
        rq = take_parked(hctx);
        blk_unlock_tags(hctx->tags);
        if (rq)
            let_go(rq);
    } while (rq);
}

void blk_mq_move_waiting(struct blk_mq_hw_ctx *from, struct blk_mq_hw_ctx *to)
{
    vmk_BlockRequest *first, **tail;

    local_bh_disable();
    let_go_of_parked(from);
    blk_lock_tags(from->tags);
    first = from->waiting;
    tail = from->waiting_tail;
    from->waiting = NULL;
    from->waiting_tail = &from->waiting;
    note_fed(from);
    blk_unlock_tags(from->tags);
    if (first) {
        blk_lock_tags(to->tags);
        *to->waiting_tail = first;
        to->waiting_tail = tail;
        note_hungry(to);
        blk_unlock_tags(to->tags);
    }
    local_bh_enable();
}

/* Issuing. */

static void commit(struct blk_mq_hw_ctx *hctx)
{
    if (hctx->queue->mq_ops->commit_rqs)
        hctx->queue->mq_ops->commit_rqs(hctx);
}

/* The driver did not take @rq. Context: bottom halves off. */
static noinline void not_taken(struct blk_mq_hw_ctx *hctx, struct request *rq, blk_status_t status)
{
    /* Those before it were to be followed by it. */
    commit(hctx);
    if (status != BLK_STS_RESOURCE && status != BLK_STS_DEV_RESOURCE && status != BLK_STS_ZONE_RESOURCE) {
        blk_mq_end_request(rq, status);
        return;
    }
    WRITE_ONCE(rq->state, MQ_RQ_IDLE);
    blk_lock_tags(hctx->tags);
    list_add(&rq->queuelist, &hctx->dispatch);
    note_hungry(hctx);
    blk_unlock_tags(hctx->tags);
    blk_mq_delay_run_hw_queue(hctx, RESOURCE_DELAY_MS);
}

/* Give @rq to the driver. Context: bottom halves off. @return whether it has taken it, or it has ended. */
static __always_inline bool issue(struct blk_mq_hw_ctx *hctx, struct request *rq, bool last)
{
    const struct blk_mq_ops *ops = hctx->queue->mq_ops;
    struct blk_mq_queue_data bd = {.rq = rq, .last = last};
    blk_status_t status;

    if (unlikely(ops->get_budget)) {
        int token = ops->get_budget(hctx->queue);

        if (token < 0) {
            not_taken(hctx, rq, BLK_STS_DEV_RESOURCE);
            return false;
        }
        if (ops->set_rq_budget_token)
            ops->set_rq_budget_token(rq, token);
    }
    status = ops->queue_rq(hctx, &bd);
    if (likely(status == BLK_STS_OK))
        return true;
    not_taken(hctx, rq, status);
    return status != BLK_STS_RESOURCE && status != BLK_STS_DEV_RESOURCE && status != BLK_STS_ZONE_RESOURCE;
}

/* The device is told of what @hctx was given when the bottom half ends. */
static __always_inline void commit_later(struct blk_cpu *cpu, struct blk_mq_hw_ctx *hctx)
{
    if (likely(cpu->uncommitted == hctx))
        return;
    if (cpu->uncommitted)
        commit(cpu->uncommitted);
    cpu->uncommitted = hctx;
}

/* Give a list of requests to the driver, or have them wait. */
static __always_inline void submit(struct request_queue *q, vmk_BlockRequest *requests, struct blk_cpu *cpu,
                                   bool draining)
{
    vmk_BlockRequest *next;

    do {
        struct blk_mq_hw_ctx *hctx = blk_mq_map_queue(q, HCTX_TYPE_DEFAULT);
        struct blk_mq_tags *tags;
        struct request *rq = NULL;

        next = requests->next;
        if (unlikely(q->has_maps))
            hctx = blk_mq_map_queue(q, blk_mq_type_of(flags_of(requests)));
        tags = hctx->tags;
        blk_lock_tags(tags);
        /* Nobody passes those that the driver has refused: they might never have their turn. */
        if (likely(!READ_ONCE(q->gate) && list_empty(&hctx->dispatch)))
            rq = blk_mq_get_tag(tags, hctx);
        blk_unlock_tags(tags);
        if (unlikely(!rq)) {
            if (!next && !draining)
                commit(hctx);
            wait_for_tag(hctx, requests);
            continue;
        }
        bind(hctx, rq, requests);
        if (draining)
            commit_later(cpu, hctx);
        /* With maps, the next may be of another hardware context. */
        issue(hctx, rq, !draining && (!next || q->has_maps));
    } while ((requests = next) != NULL);
}

void blk_mq_submit(struct request_queue *q, vmk_BlockRequest *requests)
{
    struct blk_cpu *cpu = blk_this_cpu();

    if (cpu->draining)
        submit(q, requests, cpu, true);
    else
        submit(q, requests, cpu, false);
}

static vmk_BlockRequest *pop_waiting(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    vmk_BlockRequest *request = hctx->waiting;

    hctx->waiting = request->next;
    if (!hctx->waiting)
        hctx->waiting_tail = &hctx->waiting;
    return request;
}

/* Bind the request that has waited longest, if there is a tag. */
static struct request *take_waiting(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    struct request *rq = blk_mq_get_tag(hctx->tags, hctx);

    if (rq)
        bind(hctx, rq, pop_waiting(hctx));
    return rq;
}

/*
 * The first request that has a tag. Linux issues no request in a softirq, and what drivers take locks for is
 * their own requests: these are left to a world.
 */
static struct request *take_dispatched(struct blk_mq_hw_ctx *hctx) VMK_REQUIRES(&hctx->tags->lock)
{
    struct request *rq = list_first_entry(&hctx->dispatch, struct request, queuelist);

    if (!rq->block_request && vmk_RunningBottomHalf()) {
        blk_mq_delay_run_hw_queue(hctx, 0);
        return NULL;
    }
    list_del_init(&rq->queuelist);
    return rq;
}

/* What is to be done next with what waits in a hardware context: @rq is to be issued, or @failed has failed.
 */
static bool next_to_do(struct blk_mq_hw_ctx *hctx, struct request **rq, vmk_BlockRequest **failed)
{
    unsigned int gate;

    *rq = NULL;
    *failed = NULL;
    blk_lock_tags(hctx->tags);
    gate = READ_ONCE(hctx->queue->gate);
    if (gate & BLK_GATE_QUIESCED || test_bit(BLK_MQ_S_STOPPED, &hctx->state))
        *rq = NULL;
    else if (!list_empty(&hctx->dispatch))
        *rq = take_dispatched(hctx);
    else if (!list_empty(&hctx->parked) && !gate)
        *rq = take_parked(hctx);
    else if (hctx->waiting && !gate)
        *rq = take_waiting(hctx);
    if (!*rq && hctx->waiting && gate & BLK_GATE_DEAD)
        *failed = pop_waiting(hctx);
    if (!*rq && !*failed) {
        if (!list_empty(&hctx->dispatch) || hctx->waiting)
            note_hungry(hctx);
        else
            note_fed(hctx);
    }
    blk_unlock_tags(hctx->tags);
    return *rq || *failed;
}

void blk_mq_run_hctx(struct blk_mq_hw_ctx *hctx)
{
    struct request_queue *q = hctx->queue;
    struct blk_cpu *cpu = blk_this_cpu();
    vmk_BlockRequest *failed;
    struct request *rq;

    if (unlikely(READ_ONCE(q->gate) & BLK_GATE_DEAD))
        let_go_of_parked(hctx);
    while (next_to_do(hctx, &rq, &failed)) {
        if (failed) {
            blk_mq_fail(failed, VMK_NO_CONNECT);
            continue;
        }
        if (cpu->draining)
            commit_later(cpu, hctx);
        if (!issue(hctx, rq, false))
            break;
    }
    if (!cpu->draining)
        commit(hctx);
    if (unlikely(READ_ONCE(q->gate)))
        wake_up_all(&q->freeze_wait);
}

void blk_mq_insert_request(struct request *rq, bool at_head)
{
    struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

    local_bh_disable();
    blk_lock_tags(hctx->tags);
    if (at_head)
        list_add(&rq->queuelist, &hctx->dispatch);
    else
        list_add_tail(&rq->queuelist, &hctx->dispatch);
    blk_unlock_tags(hctx->tags);
    if (vmk_RunningBottomHalf())
        blk_mq_kick_hctx(hctx);
    else
        blk_mq_run_hctx(hctx);
    local_bh_enable();
}

/* A request that is parked is not waited for by whoever freezes the queue. Context: bottom halves off. */
static void park(struct request *rq)
{
    struct blk_mq_hw_ctx *hctx = rq->mq_hctx;

    blk_lock_tags(hctx->tags);
    list_add_tail(&rq->queuelist, &hctx->parked);
    hctx->nr_active--;
    blk_unlock_tags(hctx->tags);
    blk_mq_wake_freezer(hctx->queue);
    /* The gate may have opened just before. */
    blk_mq_kick_hctx(hctx);
}

/*
 * nvme issues what was put back before it tells the controller of doorbells in memory, but uses these
 * already. On a queue that has had commands by then, QEMU 7.2's controller asks for no event, and is told of
 * nothing any more. So the queue has to be empty then.
 */
bool blk_mq_give_back(struct request *rq)
{
    if (!rq->block_request || !(READ_ONCE(rq->q->gate) & BLK_GATE_FROZEN))
        return false;
    local_bh_disable();
    if (rq->rq_flags & RQF_TIMED_OUT)
        park(rq);
    else
        let_go(rq);
    local_bh_enable();
    return true;
}

/* Running what waits. */

static void run_work(struct work_struct *work)
{
    local_bh_disable();
    blk_mq_run_hctx(container_of(work, struct blk_mq_hw_ctx, run_work.work));
    local_bh_enable();
}

void blk_mq_hctx_init_dispatch(struct blk_mq_hw_ctx *hctx)
{
    INIT_LIST_HEAD(&hctx->dispatch);
    INIT_LIST_HEAD(&hctx->parked);
    INIT_LIST_HEAD(&hctx->waiting_entry);
    hctx->waiting_tail = &hctx->waiting;
    INIT_DELAYED_WORK(&hctx->run_work, run_work);
}

void blk_mq_delay_run_hw_queue(struct blk_mq_hw_ctx *hctx, unsigned long msecs)
{
    kblockd_mod_delayed_work_on(WORK_CPU_UNBOUND, &hctx->run_work, msecs_to_jiffies((unsigned int)msecs));
}
EXPORT_SYMBOL(blk_mq_delay_run_hw_queue);

void blk_mq_run_hw_queue(struct blk_mq_hw_ctx *hctx, bool async)
{
    if (in_hardirq())
        blk_mq_delay_run_hw_queue(hctx, 0);
    else
        blk_mq_kick_hctx(hctx);
}
EXPORT_SYMBOL(blk_mq_run_hw_queue);

void blk_mq_run_hw_queues(struct request_queue *q, bool async)
{
    for (unsigned int i = 0; i < q->nr_hw_queues; i++)
        blk_mq_run_hw_queue(q->hctxs[i], async);
}
EXPORT_SYMBOL(blk_mq_run_hw_queues);

void blk_mq_delay_run_hw_queues(struct request_queue *q, unsigned long msecs)
{
    for (unsigned int i = 0; i < q->nr_hw_queues; i++)
        blk_mq_delay_run_hw_queue(q->hctxs[i], msecs);
}
EXPORT_SYMBOL(blk_mq_delay_run_hw_queues);

void blk_mq_stop_hw_queue(struct blk_mq_hw_ctx *hctx)
{
    set_bit(BLK_MQ_S_STOPPED, &hctx->state);
}
EXPORT_SYMBOL(blk_mq_stop_hw_queue);

void blk_mq_stop_hw_queues(struct request_queue *q)
{
    for (unsigned int i = 0; i < q->nr_hw_queues; i++)
        blk_mq_stop_hw_queue(q->hctxs[i]);
}
EXPORT_SYMBOL(blk_mq_stop_hw_queues);

void blk_mq_start_stopped_hw_queues(struct request_queue *q, bool async)
{
    for (unsigned int i = 0; i < q->nr_hw_queues; i++) {
        if (test_and_clear_bit(BLK_MQ_S_STOPPED, &q->hctxs[i]->state))
            blk_mq_run_hw_queue(q->hctxs[i], async);
    }
}
EXPORT_SYMBOL(blk_mq_start_stopped_hw_queues);

void blk_mq_start_hw_queues(struct request_queue *q)
{
    blk_mq_start_stopped_hw_queues(q, false);
}
EXPORT_SYMBOL(blk_mq_start_hw_queues);
