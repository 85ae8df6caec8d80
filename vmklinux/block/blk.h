/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * blk.h - what the files of the block layer are to each other.
 *
 * Requests belong to tags (blk-mq-tag.c), are bound to the storage core's and issued to the driver
 * (blk-mq-dispatch.c), completed and ended (blk-mq-done.c). `tags->lock`, taken with bottom halves off,
 * guards who has a tag and who waits for one; whether requests are held up (`queue->gate`) is read under it,
 * so that whoever closes the gate and then takes each of these locks once knows that everybody has seen it.
 */
#ifndef VMKLINUX_BLOCK_BLK_H
#define VMKLINUX_BLOCK_BLK_H

#include <linux/blk-mq.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/base/pcpu_storage.h>

/* Why requests of a queue are held up. */
enum blk_gate {
    BLK_GATE_QUIESCED = 1u << 0, /* none is given to the driver */
    BLK_GATE_FROZEN = 1u << 1,   /* none gets a tag */
    BLK_GATE_DEAD = 1u << 2,     /* those without a tag fail */
};

/* What one CPU is about; touched by it with bottom halves off, `done` with interrupts off. */
struct blk_cpu {
    struct request *done; /* completed, by rq_next, the oldest first */
    struct request **done_tail;
    vmk_BlockRequest *failed;          /* by next */
    struct blk_mq_hw_ctx *uncommitted; /* has requests the device was not told of */
    struct blk_mq_hw_ctx *run;         /* hardware contexts to be run, by run_next */
    bool draining; /* the bottom half runs, or somebody polls: both lists are looked at before it ends */
};

extern vmk_PCPUStorage blk_cpu_storage;
extern vmk_BottomHalf blk_bottom_half;

static __always_inline struct blk_cpu *blk_this_cpu(void)
{
    return (struct blk_cpu *)((vmk_VA)VMK_THIS_PCPU->self + blk_cpu_storage);
}

/* The lock is taken with bottom halves off, so that the CPU is kept already. */
static __always_inline void blk_lock_tags(struct blk_mq_tags *tags) VMK_ACQUIRE(&tags->lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    vmk_SpinlockAcquire(&tags->lock.object);
    __acquire(&tags->lock);
}

static __always_inline void blk_unlock_tags(struct blk_mq_tags *tags) VMK_RELEASE(&tags->lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("wraps the VMKernel's")
{
    __release(&tags->lock);
    vmk_SpinlockRelease(&tags->lock.object);
}

/* blk-mq-tag.c */

struct blk_mq_tags *blk_mq_alloc_rqs(struct blk_mq_tag_set *set, unsigned int hctx_idx);
void blk_mq_free_rqs(struct blk_mq_tag_set *set, struct blk_mq_tags *tags, unsigned int hctx_idx);

/* Somebody waits for the queue to be frozen, and this was its last request with these tags. */
void blk_mq_wake_freezer(struct request_queue *q);

/* Take a free request, for @hctx; NULL: there is none. */
static __always_inline struct request *blk_mq_get_tag(struct blk_mq_tags *tags, struct blk_mq_hw_ctx *hctx)
    VMK_REQUIRES(&tags->lock)
{
    struct request *rq = tags->free;

    if (likely(rq)) {
        tags->free = rq->rq_next;
        hctx->nr_active++;
    }
    return rq;
}

/* Give a request back. Context: bottom halves off. */
void blk_mq_put_tag(struct request *rq);

/* As blk_mq_put_tag(), if nobody is in the way and nobody waits. @return whether it was done. */
static __always_inline bool blk_mq_put_tag_quickly(struct request *rq)
    VMK_NO_THREAD_SAFETY_ANALYSIS("may fail")
{
    struct blk_mq_hw_ctx *hctx = rq->mq_hctx;
    struct blk_mq_tags *tags = hctx->tags;
    bool quiet;

    if (unlikely(!vmk_SpinlockTryWord(&tags->lock.object)))
        return false;
    VMK_SPINLOCK_NOTE(TryAcquire, &tags->lock.object);
    quiet = !(tags->attention | READ_ONCE(rq->q->gate));
    if (likely(quiet)) {
        hctx->nr_active--;
        rq->q = NULL;
        rq->rq_next = tags->free;
        tags->free = rq;
    }
    vmk_SpinlockRelease(&tags->lock.object);
    return quiet;
}

/* Call @fn for each request of @tags that the driver was given, none of which is used again meanwhile.
 * Context: may block. @return false when @fn did. */
bool blk_mq_for_each_started(struct blk_mq_tags *tags, busy_tag_iter_fn *fn, void *priv);

/* blk-mq-map.c */

/* Have each CPU use the hardware contexts that the set's maps say. Context: may block. 0 or -ENOMEM. */
int blk_mq_map_swqueue(struct request_queue *q);
void blk_mq_unmap_swqueue(struct request_queue *q);

static __always_inline struct blk_mq_hw_ctx *blk_mq_map_queue(struct request_queue *q, enum hctx_type type)
{
    return READ_ONCE(q->cpu_hctx[type])[vmk_GetPCPUNum()];
}

/* The map for a request with these flags. */
static inline enum hctx_type blk_mq_type_of(blk_opf_t opf)
{
    if (opf & REQ_POLLED)
        return HCTX_TYPE_POLL;
    return (opf & REQ_OP_MASK) == (__force blk_opf_t)REQ_OP_READ ? HCTX_TYPE_READ : HCTX_TYPE_DEFAULT;
}

/* blk-mq-dispatch.c */

/* Take a list of the storage core's. Context: bottom halves off. */
void blk_mq_submit(struct request_queue *q, vmk_BlockRequest *requests);

void blk_mq_hctx_init_dispatch(struct blk_mq_hw_ctx *hctx);

/* Have a request with a tag issued as soon as may be. Context: any but a hard interrupt. */
void blk_mq_insert_request(struct request *rq, bool at_head);

/*
 * Of a request that the driver put back: if the queue is frozen and it is the storage core's, have it wait
 * until the queue is opened, without whoever freezes it waiting for it. It waits without its tag, as if it
 * had never been issued; one that was late keeps it, for the driver counts its tries there. Context: any but
 * a hard interrupt. @return whether it was done.
 */
bool blk_mq_give_back(struct request *rq);

/* Issue what waits in a hardware context, as much as may be now. Context: bottom halves off. */
void blk_mq_run_hctx(struct blk_mq_hw_ctx *hctx);

/* Put @hctx on this CPU's list and have the bottom half run. Context: any but a hard interrupt. */
void blk_mq_kick_hctx(struct blk_mq_hw_ctx *hctx);

/* Have the first hardware context that waits run. */
void blk_mq_kick_waiting(struct blk_mq_tags *tags) VMK_REQUIRES(&tags->lock);

/* Move what waits in @from until the queue is opened to @to: no CPU uses @from any more. */
void blk_mq_move_waiting(struct blk_mq_hw_ctx *from, struct blk_mq_hw_ctx *to);

/* blk-mq-done.c */

/* Reap what this CPU has completed, having set `draining`. Context: bottom halves off. */
void blk_mq_drain(struct blk_cpu *cpu);

/* End a request of the storage core's with a failure: in the bottom half, for who is told may ask again at
 * once. Context: bottom halves off. */
void blk_mq_fail(vmk_BlockRequest *request, vmk_StatusValue status);

int blk_mq_done_start(void);
void blk_mq_done_stop(void);

/* blk-timeout.c */

void blk_timeout_start(struct blk_mq_tag_set *set);
void blk_timeout_stop(struct blk_mq_tag_set *set);

/* blk-core.c */

struct request_queue *blk_alloc_queue(struct blk_mq_tag_set *set);
void blk_gate_close(struct request_queue *q, enum blk_gate why);
/* Wait until each CPU that was in submit() has left it, and each that has the queue on its list has run it.
 */
void blk_mq_synchronize(struct request_queue *q);

/* blk-settings.c */

void blk_set_default_limits(struct queue_limits *lim);

/* blk-map.c */

/* Take off the memory of a driver's own request. */
void blk_rq_unmap(struct request *rq);

/* status.c */

extern const vmk_StatusValue blk_status_to_vmk[];
vmk_StatusValue blk_vmk_status(blk_status_t status, bool write);

/* path.c */

/* Show a disk to the storage core, or take it away. Context: may block. 0 or a negative errno. */
int blk_path_register(struct gendisk *disk);
void blk_path_unregister(struct gendisk *disk);
/* Tell it what has changed of the disk, if anything has. */
void blk_path_update(struct gendisk *disk);
/* Count an event of @q's, of its adapter's if there is no disk. Context: any. */
void blk_report(struct request_queue *q, vmk_StorageEvent event);

/* ioctl.c */

/* Whether the disk is an NVMe namespace. */
bool blk_is_nvme(struct gendisk *disk);
vmk_StatusValue blk_nvme_command(struct gendisk *disk, vmk_NvmeCommand *command);

#endif
