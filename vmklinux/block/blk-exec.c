/* SPDX-License-Identifier: GPL-2.0-only */
/* blk-exec.c - a driver's own requests, carried out and waited for. */
#include "blk.h"

#include <linux/export.h>
#include <linux/sched.h>

struct wait {
    struct completion done;
    blk_status_t status;
};

static enum rq_end_io_ret end_sync(struct request *rq, blk_status_t status)
{
    struct wait *wait = rq->end_io_data;

    wait->status = status;
    complete(&wait->done);
    return RQ_END_IO_NONE;
}

void blk_execute_rq_nowait(struct request *rq, bool at_head)
{
    blk_mq_insert_request(rq, at_head);
}
EXPORT_SYMBOL(blk_execute_rq_nowait);

bool blk_rq_is_poll(struct request *rq)
{
    return rq->mq_hctx && rq->mq_hctx->type == HCTX_TYPE_POLL;
}
EXPORT_SYMBOL(blk_rq_is_poll);

/* Nothing interrupts for it. */
static void poll_completion(struct request *rq, struct wait *wait)
{
    while (!completion_done(&wait->done)) {
        struct blk_cpu *cpu;

        local_bh_disable();
        cpu = blk_this_cpu();
        cpu->draining = true;
        rq->q->mq_ops->poll(rq->mq_hctx, NULL);
        blk_mq_drain(cpu);
        local_bh_enable();
        cond_resched();
    }
}

blk_status_t blk_execute_rq(struct request *rq, bool at_head)
{
    struct wait wait = {.status = BLK_STS_OK};

    might_sleep();
    init_completion(&wait.done);
    rq->end_io_data = &wait;
    rq->end_io = end_sync;
    blk_mq_insert_request(rq, at_head);
    if (unlikely(blk_rq_is_poll(rq)))
        poll_completion(rq, &wait);
    wait_for_completion(&wait.done);
    return wait.status;
}
EXPORT_SYMBOL(blk_execute_rq);
