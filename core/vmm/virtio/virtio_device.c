/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_device.c - queues, slots, and the life of a device between two resets.
 */
#define VMK_LOG_MODULE "VM"

#include "virtio_device.h"

#include <vmkapi/base/logging.h>

#include "virtio_pci.h"

void virtio_device_init(struct virtio_device *device, const struct virtio_device_props *props) VMK_UNSHARED
{
    device->vm = props->vm;
    device->ops = props->ops;
    device->features_offered = props->features | VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC |
                               VIRTIO_F_EVENT_IDX | VIRTIO_F_RING_RESET;
    device->config = props->config;
    device->config_len = props->config_len;
    device->config_vector = VIRTIO_NO_VECTOR;
    vmk_SpinlockInit(&device->lock, "virtio device", VMK_RANK_VIRTIO);
}

void virtio_queue_init(struct virtio_queue *queue, struct virtio_device *device,
                       vmk_uint16 size_max) VMK_UNSHARED
{
    queue->device = device;
    queue->index = device->num_queues;
    queue->size_max = size_max;
    queue->budget = VIRTIO_KICK_CHAINS;
    queue->setup.size = size_max;
    queue->setup.vector = VIRTIO_NO_VECTOR;
    device->queues[device->num_queues++] = queue;
}

/* The configuration's changes. */

void virtio_config_change_begin(struct virtio_device *device)
{
    vmk_SpinlockLock(&device->lock);
}

void virtio_config_change_end(struct virtio_device *device)
{
    device->config_generation++;
    vmk_SpinlockUnlock(&device->lock);
    if (virtio_is_running(device)) {
        virtio_pci_signal_config(device);
    }
}

/* Reset. */

static bool is_idle(struct virtio_device *device)
{
    vmk_uint32 in_flight = 0;

    for (vmk_uint32 i = 0; i < device->num_queues; i++) {
        struct virtio_queue *queue = device->queues[i];

        virtio_queue_lock(queue);
        in_flight += queue->in_flight;
        virtio_queue_unlock(queue);
    }
    return in_flight == 0;
}

void virtio_queue_stop(struct virtio_queue *queue)
{
    virtio_queue_lock(queue);
    vring_stop(&queue->ring);
    queue->polled = false;
    virtio_limit_forget(queue);
    virtio_queue_unlock(queue);
}

static void stop(struct virtio_device *device) VMK_REQUIRES(&device->lock)
{
    for (vmk_uint32 i = 0; i < device->num_queues; i++) {
        virtio_queue_stop(device->queues[i]);
    }
    if (device->ops->stop) {
        device->ops->stop(device);
    }
}

/** All is as it was at power-on. */
static void forget(struct virtio_device *device) VMK_REQUIRES(&device->lock)
{
    device->features = 0;
    device->feature_select = device->driver_feature_select = 0;
    device->queue_select = 0;
    device->config_vector = VIRTIO_NO_VECTOR;
    for (vmk_uint32 i = 0; i < device->num_queues; i++) {
        struct virtio_queue *queue = device->queues[i];

        vmk_SpinlockAssertHeldByWorld(&queue->device->lock);
        queue->setup.size = queue->size_max;
        queue->setup.vector = VIRTIO_NO_VECTOR;
        queue->setup.enabled = queue->setup.resetting = false;
        queue->setup.desc = queue->setup.avail = queue->setup.used = 0;
    }
    virtio_pci_quiet(device);
    device->resetting = false;
    __atomic_store_n(&device->status, 0, __ATOMIC_RELEASE);
}

bool virtio_device_try_reset(struct virtio_device *device)
{
    bool done;

    vmk_SpinlockLock(&device->lock);
    if (!device->resetting) {
        device->resetting = true;
        stop(device);
    }
    done = is_idle(device);
    if (done) {
        forget(device);
    }
    vmk_SpinlockUnlock(&device->lock);
    return done;
}

/* Taking. */

void virtio_device_kick(struct virtio_device *device, vmk_uint32 index) VMK_NO_THREAD_SAFETY_ANALYSIS(
    "kicks are counted, and it is looked at how many are under way, without the lock")
{
    struct virtio_queue *queue;
    bool was_idle;

    if (index >= device->num_queues || !virtio_is_running(device)) {
        return;
    }
    queue = device->queues[index];
    __atomic_store_n(&queue->stats.kicks, queue->stats.kicks + 1, __ATOMIC_RELAXED);
    was_idle = __atomic_load_n(&queue->in_flight, __ATOMIC_RELAXED) == 0;
    device->ops->kick(queue);
    if (was_idle && device->ops->is_waited_for) {
        vdev_request_made(device->vm, &queue->in_flight);
    }
}

bool virtio_queue_take(struct virtio_queue *queue)
{
    enum vring_answer answer = queue->budget != 0 ? vring_take(&queue->ring, &queue->chain) : VRING_EMPTY;

    if (VMK_UNLIKELY(answer == VRING_BROKEN)) {
        virtio_queue_break(queue, queue->ring.why);
    }
    if (answer != VRING_TAKEN) {
        return false;
    }
    if (VMK_UNLIKELY(queue->limit != NULL) && virtio_limit_is_reached(queue)) {
        vring_untake(&queue->ring, 1);
        return false;
    }
    queue->budget--;
    queue->stats.chains++;
    return true;
}

void virtio_queue_drop(struct virtio_queue *queue, struct virtio_slot *slot)
{
    slot->busy = false;
    queue->in_flight--;
    if (queue->device->ops->released) {
        queue->device->ops->released(slot);
    }
}

void virtio_queue_hold_nudge(struct virtio_queue *queue)
{
    queue->nudge.busy = true;
    queue->nudge.queue = queue;
    queue->in_flight++;
}

bool virtio_queue_rest(struct virtio_queue *queue, bool polled)
{
    if (queue->budget == 0 && !queue->nudge.busy) {
        virtio_queue_hold_nudge(queue);
        virtio_slot_complete(&queue->nudge, 0);
    }
    queue->polled = (polled || queue->nudge.busy) && queue->in_flight != 0 && queue->ring.live;
    if (queue->polled) {
        vring_no_kick(&queue->ring);
    } else if (vring_want_kick(&queue->ring)) {
        return true;
    }
    queue->budget = VIRTIO_KICK_CHAINS;
    return false;
}

void virtio_queue_break(struct virtio_queue *queue, const char *why)
{
    struct virtio_device *device = queue->device;

    vring_stop(&queue->ring);
    queue->polled = false;
    vmk_WarningMessage(
        "%s: the guest's driver broke queue %u: %s; the queue is stopped until it resets the device",
        device->stat_group.path, queue->index, why);
    (void)__atomic_fetch_or(&device->status, VIRTIO_STATUS_NEEDS_RESET, __ATOMIC_RELEASE);
    virtio_pci_signal_config(device);
}

/* Putting back. */

void virtio_slot_complete(struct virtio_slot *slot, vmk_uint32 written)
{
    struct virtio_queue *queue = slot->queue;
    struct virtio_slot *before = __atomic_load_n(&queue->completed, __ATOMIC_RELAXED);

    slot->written = written;
    do {
        slot->next = before;
    } while (!__atomic_compare_exchange_n(&queue->completed, &before, slot, true, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    if (!before) {
        virtio_flush_later(queue);
    }
}

/** Those completed so far, the first one first. */
static struct virtio_slot *take_completed(struct virtio_queue *queue)
{
    struct virtio_slot *slot = __atomic_exchange_n(&queue->completed, NULL, __ATOMIC_ACQUIRE), *first = NULL;

    while (slot) {
        struct virtio_slot *next = slot->next;

        slot->next = first;
        first = slot;
        slot = next;
    }
    return first;
}

static void put_back(struct virtio_queue *queue, struct virtio_slot *slot) VMK_REQUIRES(&queue->lock)
{
    while (slot) {
        struct virtio_slot *next = slot->next;

        slot->busy = false;
        queue->in_flight--;
        if (slot != &queue->nudge) {
            vring_put(&queue->ring, slot->head, slot->written);
            if (queue->device->ops->released) {
                queue->device->ops->released(slot);
            }
        }
        slot = next;
    }
}

void virtio_queue_flush(struct virtio_queue *queue)
{
    struct virtio_device *device = queue->device;
    bool signal, poll, idle;

    virtio_queue_lock(queue);
    put_back(queue, take_completed(queue));
    signal = virtio_queue_publish(queue);
    poll = queue->polled;
    queue->stats.flushes++;
    queue->stats.polls += poll;
    idle = queue->in_flight == 0 && !queue->ring.live;
    virtio_queue_unlock(queue);
    if (signal) {
        virtio_pci_signal(queue);
    }
    if (poll) {
        device->ops->kick(queue);
    }
    if (VMK_UNLIKELY(idle)) {
        virtio_idle_wake(device);
    }
}
