/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_limit.c - queues that wait for their turn.
 */
#include "virtio_limit.h"

#include <vmkapi/lib/bits.h>

#include "virtio_device.h"

struct virtio_limit *virtio_limit_init(struct virtio_limit *limit,
                                       const struct virtio_rates *rates) VMK_UNSHARED
{
    vmk_SpinlockInit(&limit->lock, "virtio limit", VMK_RANK_VM_LIMIT);
    token_bucket_init(&limit->requests, rates->requests);
    token_bucket_init(&limit->bytes, rates->bytes);
    return rates->requests != 0 || rates->bytes != 0 ? limit : NULL;
}

static vmk_uint64 wait_ns(struct virtio_limit *limit, vmk_uint64 now_ns)
{
    vmk_uint64 requests, bytes;

    vmk_SpinlockLock(&limit->lock);
    requests = token_bucket_wait_ns(&limit->requests, now_ns);
    bytes = token_bucket_wait_ns(&limit->bytes, now_ns);
    vmk_SpinlockUnlock(&limit->lock);
    return VMK_MAX(requests, bytes);
}

/* End the wait. Whoever comes first does: the timer, without the queue's lock, or who stops the queue. */
static void end_wait(struct virtio_queue *queue)
    VMK_NO_THREAD_SAFETY_ANALYSIS("who has cleared nudge_waits has the nudge")
{
    if (__atomic_exchange_n(&queue->nudge_waits, false, __ATOMIC_ACQ_REL)) {
        virtio_slot_complete(&queue->nudge, 0);
    }
}

static void fire(void *queue, vmk_uint64 now_ns)
{
    end_wait(queue);
}

bool virtio_limit_is_reached(struct virtio_queue *queue)
{
    struct vm *vm = queue->device->vm;
    vmk_uint64 now = vdev_now_ns(vm), wait;

    vmk_SpinlockAssertHeldByWorld(&queue->lock);
    wait = wait_ns(queue->limit, now);
    if (wait == 0) {
        return false;
    }
    /* A nudge that is on its way already brings us here again. */
    if (!queue->nudge.busy) {
        (void)__atomic_fetch_add(&queue->limit->waits, 1, __ATOMIC_RELAXED);
        virtio_queue_hold_nudge(queue);
        __atomic_store_n(&queue->nudge_waits, true, __ATOMIC_RELEASE);
        queue->limit_timer.fire = fire;
        queue->limit_timer.device = queue;
        vdev_timer_arm(vm, &queue->limit_timer, now + wait);
    }
    return true;
}

void virtio_limit_charge(struct virtio_limit *limit, vmk_uint32 requests, vmk_uint64 bytes)
{
    vmk_SpinlockLock(&limit->lock);
    token_bucket_take(&limit->requests, requests);
    token_bucket_take(&limit->bytes, bytes);
    vmk_SpinlockUnlock(&limit->lock);
}

void virtio_limit_forget(struct virtio_queue *queue)
{
    end_wait(queue);
}
