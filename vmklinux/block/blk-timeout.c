/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-timeout.c - requests that a device does not complete in time.
 *
 * Once a second a timer looks whether any is late, which costs starting and ending one nothing. If so, the
 * driver is asked what to do about each, in a world, for it may have to wait.
 */
#include "blk.h"

#include <linux/export.h>

#define LOOK_EVERY HZ

static bool is_late(struct request *rq)
{
    return blk_mq_rq_state(rq) == MQ_RQ_IN_FLIGHT && time_after_eq(jiffies, READ_ONCE(rq->deadline));
}

static bool any_late(const struct blk_mq_tags *tags)
{
    for (unsigned int tag = 0; tag < tags->nr_tags; tag++) {
        if (is_late(tags->rqs[tag]))
            return true;
    }
    return false;
}

/* A driver has ended its time early, to be asked what to do: such a deadline lies a whole time-out back. */
static bool is_aborted(struct request *rq)
{
    return time_after_eq(jiffies, READ_ONCE(rq->deadline) + rq->timeout);
}

static bool time_out(struct request *rq, void *unused)
{
    const struct blk_mq_ops *ops = rq->q->mq_ops;

    if (!is_late(rq))
        return true;
    if (!is_aborted(rq))
        blk_report(rq->q, VMK_STORAGE_EVENT_TIMEOUT);
    rq->rq_flags |= RQF_TIMED_OUT;
    if (!ops->timeout || ops->timeout(rq) == BLK_EH_RESET_TIMER) {
        /* nvme has sent an abort, and waits for what comes of it. The SCSI layer counts by itself. */
        if (rq->q->disk && blk_is_nvme(rq->q->disk))
            blk_report(rq->q, VMK_STORAGE_EVENT_ABORT);
        rq->rq_flags &= ~RQF_TIMED_OUT;
        WRITE_ONCE(rq->deadline, jiffies + rq->timeout);
    }
    return true;
}

static void timeout_work(struct work_struct *work)
{
    struct blk_mq_tag_set *set = container_of(work, struct blk_mq_tag_set, timeout_work);

    for (unsigned int i = 0; i < set->nr_hw_queues; i++)
        blk_mq_for_each_started(set->tags[i], time_out, NULL);
}

static void timeout_timer(struct timer_list *timer)
{
    struct blk_mq_tag_set *set = from_timer(set, timer, timeout_timer);

    for (unsigned int i = 0; i < set->nr_hw_queues; i++) {
        if (any_late(set->tags[i])) {
            kblockd_schedule_work(&set->timeout_work);
            break;
        }
    }
    mod_timer(timer, jiffies + LOOK_EVERY);
}

void blk_timeout_start(struct blk_mq_tag_set *set)
{
    INIT_WORK(&set->timeout_work, timeout_work);
    timer_setup(&set->timeout_timer, timeout_timer, 0);
    mod_timer(&set->timeout_timer, jiffies + LOOK_EVERY);
}

void blk_timeout_stop(struct blk_mq_tag_set *set)
{
    /* It arms itself again: once disarmed with it not running, it stays so. */
    while (del_timer_sync(&set->timeout_timer) || timer_pending(&set->timeout_timer))
        ;
    cancel_work_sync(&set->timeout_work);
}

void blk_abort_request(struct request *rq)
{
    WRITE_ONCE(rq->deadline, jiffies - rq->timeout);
    kblockd_schedule_work(&rq->mq_hctx->tags->set->timeout_work);
}
EXPORT_SYMBOL(blk_abort_request);
