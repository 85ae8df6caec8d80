/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_limit.h - how many requests, and how many bytes, a second a device does for its guest.
 *
 * What is more stays in the ring, and the driver is asked not to kick: a timer of the VM's clock has the
 * queue looked at again when its turn has come. Nothing is dropped, and nobody spins. A queue without limit
 * (queue->limit is NULL, as it is unless virtio_limit_set() says otherwise) pays one comparison a chain.
 *
 * The wait is the queue's nudge, which ends when the timer fires, or when the queue is stopped.
 *
 * Locks: limit->lock (rank VM_LIMIT), shared by a device's queues, inside of queue->lock.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_LIMIT_H
#define CORE_VMM_VIRTIO_VIRTIO_LIMIT_H

#include <core/vmm/virtio.h>
#include <vmkapi/core/spinlock.h>

#include <core/vmm/token_bucket.h>

struct virtio_queue;

struct virtio_limit {
    vmk_SpinlockObject lock;
    struct token_bucket requests VMK_GUARDED_BY(lock), bytes VMK_GUARDED_BY(lock);
    vmk_uint64 waits; /**< Times that a queue has come to wait; atomic. */
};

/** Make @p limit one of @p rates. @return it; NULL: they are no limit. */
struct virtio_limit *virtio_limit_init(struct virtio_limit *limit, const struct virtio_rates *rates);

/*
 * For a queue that has a limit. Context: queue->lock.
 */

/** @return whether nothing more is to be taken now; the queue's nudge will come then. */
bool virtio_limit_is_reached(struct virtio_queue *queue);

/** Count what was taken. */
void virtio_limit_charge(struct virtio_limit *limit, vmk_uint32 requests, vmk_uint64 bytes);

/** The queue is stopped: end its wait, if there is one. */
void virtio_limit_forget(struct virtio_queue *queue);

#endif
