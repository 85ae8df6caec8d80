/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-core.c - request queues: their life, and holding their requests up.
 *
 * A gate is closed with its bit set under queue_lock, and seen to be closed by everybody once each of the
 * queue's tags was locked.
 */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <vmklinux/block.h>

static struct workqueue_struct *kblockd;

int kblockd_schedule_work(struct work_struct *work)
{
    return queue_work(kblockd, work);
}
EXPORT_SYMBOL(kblockd_schedule_work);

int kblockd_mod_delayed_work_on(int cpu, struct delayed_work *dwork, unsigned long delay)
{
    return mod_delayed_work_on(cpu, kblockd, dwork, delay);
}
EXPORT_SYMBOL(kblockd_mod_delayed_work_on);

int vmklinux_block_start(void)
{
    int err = blk_mq_done_start();

    if (err)
        return err;
    kblockd = alloc_workqueue("kblockd", WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
    if (kblockd)
        return 0;
    blk_mq_done_stop();
    return -ENOMEM;
}

void vmklinux_block_stop(void)
{
    destroy_workqueue(kblockd);
    blk_mq_done_stop();
}

/* The life of a queue. */

static void requeue_work(struct work_struct *work)
{
    struct request_queue *q = container_of(work, struct request_queue, requeue_work.work);
    struct request *rq, *next;
    LIST_HEAD(list);

    spin_lock_irq(&q->queue_lock);
    list_splice_init(&q->requeue_list, &list);
    spin_unlock_irq(&q->queue_lock);
    list_for_each_entry_safe (rq, next, &list, queuelist) {
        list_del_init(&rq->queuelist);
        if (!blk_mq_give_back(rq))
            blk_mq_insert_request(rq, false);
    }
}

struct request_queue *blk_alloc_queue(struct blk_mq_tag_set *set)
{
    struct request_queue *q = vmklinux_kmalloc(set->module, sizeof(*q), GFP_KERNEL | __GFP_ZERO);

    if (!q)
        return NULL;
    q->mq_ops = set->ops;
    q->tag_set = set;
    q->rq_timeout = set->timeout ? set->timeout : 30 * HZ;
    q->nr_requests = set->queue_depth;
    q->adapter = vmklinux_adapter_of_driver_data(set->driver_data);
    blk_set_default_limits(&q->limits);
    spin_lock_init(&q->queue_lock);
    init_waitqueue_head(&q->freeze_wait);
    INIT_LIST_HEAD(&q->requeue_list);
    INIT_DELAYED_WORK(&q->requeue_work, requeue_work);
    kref_init(&q->refs);
    return q;
}

static void release_queue(struct kref *kref)
{
    kfree(container_of(kref, struct request_queue, refs));
}

bool blk_get_queue(struct request_queue *q)
{
    return !blk_queue_dying(q) && kref_get_unless_zero(&q->refs);
}
EXPORT_SYMBOL(blk_get_queue);

void blk_put_queue(struct request_queue *q)
{
    kref_put(&q->refs, release_queue);
}
EXPORT_SYMBOL(blk_put_queue);

void blk_sync_queue(struct request_queue *q)
{
    flush_work(&q->tag_set->timeout_work);
    cancel_delayed_work_sync(&q->requeue_work);
    if (!list_empty(&q->requeue_list))
        blk_mq_kick_requeue_list(q);
}
EXPORT_SYMBOL(blk_sync_queue);

void blk_queue_flag_set(unsigned int flag, struct request_queue *q)
{
    set_bit(flag, &q->queue_flags);
}
EXPORT_SYMBOL(blk_queue_flag_set);

void blk_queue_flag_clear(unsigned int flag, struct request_queue *q)
{
    clear_bit(flag, &q->queue_flags);
}
EXPORT_SYMBOL(blk_queue_flag_clear);

bool blk_queue_flag_test_and_set(unsigned int flag, struct request_queue *q)
{
    return test_and_set_bit(flag, &q->queue_flags);
}
EXPORT_SYMBOL(blk_queue_flag_test_and_set);

/* Gates. */

void blk_gate_close(struct request_queue *q, enum blk_gate why)
{
    unsigned long flags;

    spin_lock_irqsave(&q->queue_lock, flags);
    WRITE_ONCE(q->gate, q->gate | why);
    spin_unlock_irqrestore(&q->queue_lock, flags);
}

/* What waited goes on: a gate was opened. */
static void go_on(struct request_queue *q)
{
    wake_up_all(&q->freeze_wait);
    blk_mq_run_hw_queues(q, true);
}

/* How many requests of the queue have a tag. */
static unsigned int count_active(struct request_queue *q)
{
    unsigned int count = 0;

    local_bh_disable();
    for (unsigned int i = 0; i < q->nr_hw_queues; i++) {
        blk_lock_tags(q->hctxs[i]->tags);
        count += q->hctxs[i]->nr_active;
        blk_unlock_tags(q->hctxs[i]->tags);
    }
    local_bh_enable();
    return count;
}

void blk_mq_wake_freezer(struct request_queue *q)
{
    wake_up_all(&q->freeze_wait);
}

static bool any_to_run(struct request_queue *q)
{
    for (unsigned int i = 0; i < q->nr_hw_queues; i++) {
        if (test_bit(BLK_MQ_S_RUN_PENDING, &q->hctxs[i]->state))
            return true;
    }
    return false;
}

void blk_mq_synchronize(struct request_queue *q)
{
    synchronize_rcu();
    wait_event(q->freeze_wait, !any_to_run(q));
    synchronize_rcu();
}

void blk_mq_quiesce_queue_nowait(struct request_queue *q)
{
    unsigned long flags;

    spin_lock_irqsave(&q->queue_lock, flags);
    q->quiesce_depth++;
    WRITE_ONCE(q->gate, q->gate | BLK_GATE_QUIESCED);
    set_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
    spin_unlock_irqrestore(&q->queue_lock, flags);
}
EXPORT_SYMBOL(blk_mq_quiesce_queue_nowait);

void blk_mq_wait_quiesce_done(struct request_queue *q)
{
    /* Every lock taken once: whoever found the gate open has a tag by now, and is in queue_rq() with bottom
     * halves off, or done. */
    (void)count_active(q);
    synchronize_rcu();
}
EXPORT_SYMBOL(blk_mq_wait_quiesce_done);

void blk_mq_quiesce_queue(struct request_queue *q)
{
    blk_mq_quiesce_queue_nowait(q);
    blk_mq_wait_quiesce_done(q);
}
EXPORT_SYMBOL(blk_mq_quiesce_queue);

void blk_mq_unquiesce_queue(struct request_queue *q)
{
    unsigned long flags;
    bool last = false;

    spin_lock_irqsave(&q->queue_lock, flags);
    if (!WARN_ON_ONCE(q->quiesce_depth == 0) && --q->quiesce_depth == 0) {
        clear_bit(QUEUE_FLAG_QUIESCED, &q->queue_flags);
        WRITE_ONCE(q->gate, q->gate & ~(unsigned int)BLK_GATE_QUIESCED);
        last = true;
    }
    spin_unlock_irqrestore(&q->queue_lock, flags);
    if (last)
        go_on(q);
}
EXPORT_SYMBOL(blk_mq_unquiesce_queue);

void blk_freeze_queue_start(struct request_queue *q)
{
    unsigned long flags;

    spin_lock_irqsave(&q->queue_lock, flags);
    q->freeze_depth++;
    WRITE_ONCE(q->gate, q->gate | BLK_GATE_FROZEN);
    spin_unlock_irqrestore(&q->queue_lock, flags);
}
EXPORT_SYMBOL(blk_freeze_queue_start);

void blk_mq_freeze_queue_wait(struct request_queue *q)
{
    wait_event(q->freeze_wait, count_active(q) == 0);
}
EXPORT_SYMBOL(blk_mq_freeze_queue_wait);

int blk_mq_freeze_queue_wait_timeout(struct request_queue *q, unsigned long timeout)
{
    return (int)wait_event_timeout(q->freeze_wait, count_active(q) == 0, (long)timeout);
}
EXPORT_SYMBOL(blk_mq_freeze_queue_wait_timeout);

void blk_mq_freeze_queue(struct request_queue *q)
{
    blk_freeze_queue_start(q);
    blk_mq_freeze_queue_wait(q);
}
EXPORT_SYMBOL(blk_mq_freeze_queue);

void blk_mq_unfreeze_queue(struct request_queue *q)
{
    unsigned long flags;
    bool last = false;

    spin_lock_irqsave(&q->queue_lock, flags);
    if (!WARN_ON_ONCE(q->freeze_depth == 0))
        last = --q->freeze_depth == 0;
    spin_unlock_irqrestore(&q->queue_lock, flags);
    if (!last)
        return;
    /* Limits are changed while a queue is frozen. */
    if (q->disk)
        blk_path_update(q->disk);
    /* That may have taken a while: who has begun to freeze the queue meanwhile opens it. */
    spin_lock_irqsave(&q->queue_lock, flags);
    last = q->freeze_depth == 0;
    if (last)
        WRITE_ONCE(q->gate, q->gate & ~(unsigned int)BLK_GATE_FROZEN);
    spin_unlock_irqrestore(&q->queue_lock, flags);
    if (last)
        go_on(q);
}
EXPORT_SYMBOL(blk_mq_unfreeze_queue);
