/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk-mq-done.c - from the device back to whoever asked.
 *
 * An interrupt handler puts what the device completed on its CPU's list; the bottom half has the driver look
 * at each, which ends it, runs the hardware contexts that tags came back for, and tells devices of all that
 * was issued meanwhile, at once.
 */
#include "blk.h"

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <vmklinux/status.h>

#define ROUNDS_MAX 16 /* of one bottom half: then others have their turn */

vmk_PCPUStorage blk_cpu_storage;
vmk_BottomHalf blk_bottom_half = VMK_INVALID_BOTTOM_HALF;

void blk_mq_start_request(struct request *rq)
{
    if (unlikely(!rq->timeout))
        rq->timeout = rq->q->rq_timeout;
    rq->deadline = jiffies + rq->timeout;
    WRITE_ONCE(rq->state, MQ_RQ_IN_FLIGHT);
}
EXPORT_SYMBOL(blk_mq_start_request);

/* The device completed what it was not given: with a wrong tag, or for the second time. */
static noinline void bad_completion(struct request *rq)
{
    struct request_queue *q = READ_ONCE(rq->q);

    pr_warn_ratelimited("tag %d was completed, but is %s\n", rq->tag, q ? "not under way" : "free");
    if (q)
        blk_report(q, VMK_STORAGE_EVENT_BAD_COMPLETION);
}

/* Note that @rq is completed. Context: interrupts off. @return whether somebody has to be told to look. */
static __always_inline bool note_done(struct request *rq)
{
    struct blk_cpu *cpu = blk_this_cpu();

    WRITE_ONCE(rq->state, MQ_RQ_COMPLETE);
    rq->rq_next = NULL;
    *cpu->done_tail = rq;
    cpu->done_tail = &rq->rq_next;
    return cpu->done == rq && !cpu->draining;
}

/* What is not the device's completion, told by its interrupt, of a request under way. */
static noinline void complete_otherwise(struct request *rq)
{
    unsigned long flags;

    if (READ_ONCE(rq->state) != MQ_RQ_IN_FLIGHT) {
        bad_completion(rq);
        return;
    }
    local_irq_save(flags);
    if (note_done(rq))
        vmk_BottomHalfSchedule(blk_bottom_half, VMK_PCPU_THIS);
    local_irq_restore(flags);
}

bool blk_mq_complete_request_remote(struct request *rq)
{
    if (unlikely(READ_ONCE(rq->state) != MQ_RQ_IN_FLIGHT || !in_hardirq()))
        complete_otherwise(rq);
    else if (note_done(rq))
        vmk_BottomHalfSchedule(blk_bottom_half, VMK_PCPU_THIS);
    return true;
}
EXPORT_SYMBOL(blk_mq_complete_request_remote);

void blk_mq_complete_request(struct request *rq)
{
    (void)blk_mq_complete_request_remote(rq);
}
EXPORT_SYMBOL(blk_mq_complete_request);

/* Everything completed so far; having found nothing, and nothing to run, `draining` ends. */
static struct request *take_done(struct blk_cpu *cpu)
{
    struct request *done;

    local_irq_disable();
    done = cpu->done;
    cpu->done = NULL;
    cpu->done_tail = &cpu->done;
    cpu->draining = done || cpu->run || cpu->failed;
    local_irq_enable();
    return done;
}

static void complete_all_of(struct request *rq)
{
    while (rq) {
        struct request *next = rq->rq_next;

        rq->q->mq_ops->complete(rq);
        rq = next;
    }
}

void blk_mq_fail(vmk_BlockRequest *request, vmk_StatusValue status)
{
    struct blk_cpu *cpu = blk_this_cpu();

    request->status = status;
    request->next = cpu->failed;
    cpu->failed = request;
    if (!cpu->draining)
        vmk_BottomHalfSchedule(blk_bottom_half, VMK_PCPU_THIS);
}

static void end_failed(struct blk_cpu *cpu)
{
    vmk_BlockRequest *request = cpu->failed;

    cpu->failed = NULL;
    while (request) {
        vmk_BlockRequest *next = request->next;

        vmk_BlockRequestDone(request, request->status);
        request = next;
    }
}

static void run_all(struct blk_cpu *cpu)
{
    while (cpu->run) {
        struct blk_mq_hw_ctx *hctx = cpu->run;

        cpu->run = hctx->run_next;
        clear_bit(BLK_MQ_S_RUN_PENDING, &hctx->state);
        smp_mb__after_atomic();
        blk_mq_run_hctx(hctx);
    }
}

static void commit_all(struct blk_cpu *cpu)
{
    struct blk_mq_hw_ctx *hctx = cpu->uncommitted;

    cpu->uncommitted = NULL;
    if (hctx && hctx->queue->mq_ops->commit_rqs)
        hctx->queue->mq_ops->commit_rqs(hctx);
}

void blk_mq_drain(struct blk_cpu *cpu)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct request *done = take_done(cpu);

        if (!cpu->draining)
            return;
        complete_all_of(done);
        if (unlikely(cpu->failed))
            end_failed(cpu);
        run_all(cpu);
        commit_all(cpu);
    }
    cpu->draining = false;
    vmk_BottomHalfSchedule(blk_bottom_half, VMK_PCPU_THIS);
}

static void blk_done_softirq(vmk_AddrCookie data)
{
    struct blk_cpu *cpu = blk_this_cpu();

    cpu->draining = true;
    blk_mq_drain(cpu);
}

int blk_mq_done_start(void)
{
    vmk_BottomHalfProps props = {
        .moduleID = THIS_MODULE->id, .name = {"linux-block"}, .callback = blk_done_softirq};
    int err = vmklinux_errno(vmk_PCPUStorageAlloc(THIS_MODULE->id, sizeof(struct blk_cpu), &blk_cpu_storage));

    if (err)
        return err;
    for (unsigned int i = 0; i < num_possible_cpus(); i++) {
        struct blk_cpu *cpu = vmk_PCPUStorageOf(blk_cpu_storage, i);

        cpu->done_tail = &cpu->done;
    }
    err = vmklinux_errno(vmk_BottomHalfRegister(&props, &blk_bottom_half));
    if (err)
        vmk_PCPUStorageFree(THIS_MODULE->id, sizeof(struct blk_cpu), blk_cpu_storage);
    return err;
}

void blk_mq_done_stop(void)
{
    vmk_BottomHalfUnregister(blk_bottom_half);
    vmk_PCPUStorageFree(THIS_MODULE->id, sizeof(struct blk_cpu), blk_cpu_storage);
}

/* The end of a request. */

/* One of the driver's own. */
static noinline void end_own(struct request *rq, blk_status_t error)
{
    if (!rq->end_io || rq->end_io(rq, error) == RQ_END_IO_FREE)
        blk_mq_free_request(rq);
}

/* One whose end is no common one. */
static noinline void end_otherwise(struct request *rq, blk_status_t error)
{
    vmk_BlockRequest *request = rq->block_request;

    if (!request) {
        end_own(rq, error);
        return;
    }
    blk_mq_put_tag(rq);
    if (error)
        blk_mq_fail(request, blk_vmk_status(error, request->op != VMK_BLOCK_READ));
    else
        vmk_BlockRequestDone(request, VMK_OK);
}

/* Each call is the last thing done, so that nothing has to be saved for after it. */
static __always_inline void end(struct request *rq, blk_status_t error)
{
    vmk_BlockRequest *request = rq->block_request;

    if (likely(request && !error && blk_mq_put_tag_quickly(rq)))
        vmk_BlockRequestDone(request, VMK_OK);
    else
        end_otherwise(rq, error);
}

void __blk_mq_end_request(struct request *rq, blk_status_t error)
{
    end(rq, error);
}
EXPORT_SYMBOL(__blk_mq_end_request);

void blk_mq_end_request(struct request *rq, blk_status_t error)
{
    end(rq, error);
}
EXPORT_SYMBOL(blk_mq_end_request);

void blk_mq_end_request_batch(struct io_comp_batch *iob)
{
    struct request *rq;

    while ((rq = rq_list_pop(&iob->req_list)) != NULL)
        blk_mq_end_request(rq, BLK_STS_OK);
}
EXPORT_SYMBOL(blk_mq_end_request_batch);

bool blk_update_request(struct request *rq, blk_status_t error, unsigned int nr_bytes)
{
    if (nr_bytes >= rq->__data_len) {
        rq->__data_len = 0;
        return false;
    }
    rq->__data_len -= nr_bytes;
    rq->__sector += nr_bytes >> SECTOR_SHIFT;
    rq->elem_offset += nr_bytes;
    while (rq->elems && rq->elem_offset >= rq->elems->length) {
        rq->elem_offset -= rq->elems->length;
        rq->elems++;
    }
    return true;
}
EXPORT_SYMBOL(blk_update_request);

/* Again, later. */

void blk_mq_requeue_request(struct request *rq, bool kick_requeue_list)
{
    struct request_queue *q = rq->q;
    unsigned long flags;

    blk_report(q, VMK_STORAGE_EVENT_REQUEUE);
    WRITE_ONCE(rq->state, MQ_RQ_IDLE);
    spin_lock_irqsave(&q->queue_lock, flags);
    list_add_tail(&rq->queuelist, &q->requeue_list);
    spin_unlock_irqrestore(&q->queue_lock, flags);
    if (kick_requeue_list)
        blk_mq_kick_requeue_list(q);
}
EXPORT_SYMBOL(blk_mq_requeue_request);

void blk_mq_delay_kick_requeue_list(struct request_queue *q, unsigned long msecs)
{
    kblockd_mod_delayed_work_on(WORK_CPU_UNBOUND, &q->requeue_work, msecs_to_jiffies((unsigned int)msecs));
}
EXPORT_SYMBOL(blk_mq_delay_kick_requeue_list);

void blk_mq_kick_requeue_list(struct request_queue *q)
{
    blk_mq_delay_kick_requeue_list(q, 0);
}
EXPORT_SYMBOL(blk_mq_kick_requeue_list);
