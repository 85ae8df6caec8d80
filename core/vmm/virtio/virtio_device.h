/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_device.h - what all virtio devices are made of: queues, the driver's view on PCI, and the way of a
 * chain from the driver's kick to the interrupt that says it is done.
 *
 * A kick calls the device's `kick` in the vCPU's world, which takes all chains there are. One whose work is
 * not done at once occupies a slot; whoever ends the work completes the slot, from anywhere, without a lock.
 * The first slot to be completed has the queue flushed in a bottom half of that CPU; the flush puts back all
 * that have ended till then, and interrupts the driver once.
 *
 * A queue under load need not be kicked: `polled`, set by a device while enough is under way, has each flush
 * look for new chains instead.
 *
 * Locks: device->lock (rank VIRTIO), what the driver configures; then queue->lock, bottom halves off, the
 * ring. A queue is stopped by a reset at once, but its chains may be under way: the device's status reads 0
 * only when none is (2.4.1).
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_DEVICE_H
#define CORE_VMM_VIRTIO_VIRTIO_DEVICE_H

#include <core/vmm/virtio.h>
#include <core/vmm/vpci.h>
#include <vmkapi/base/bottom_half.h>
#include <vmkapi/core/spinlock.h>
#include <vmkapi/core/stats.h>

#include "virtio_limit.h"
#include "vring.h"

#define VIRTIO_DEVICE_QUEUES_MAX 17  /**< A NIC: 8 pairs, and the control queue. */
#define VIRTIO_KICK_CHAINS       256 /**< Taken at a time, before others have their turn. */
#define VIRTIO_NO_VECTOR         0xffffu

/* 2.1: device status. */
enum virtio_status {
    VIRTIO_STATUS_ACKNOWLEDGE = 1u << 0,
    VIRTIO_STATUS_DRIVER = 1u << 1,
    VIRTIO_STATUS_DRIVER_OK = 1u << 2,
    VIRTIO_STATUS_FEATURES_OK = 1u << 3,
    VIRTIO_STATUS_NEEDS_RESET = 1u << 6,
    VIRTIO_STATUS_FAILED = 1u << 7,
};

/* 6: features of all devices, as bits of 64. */
#define VIRTIO_F_INDIRECT_DESC (1ul << 28)
#define VIRTIO_F_EVENT_IDX     (1ul << 29)
#define VIRTIO_F_VERSION_1     (1ul << 32)
#define VIRTIO_F_RING_RESET    (1ul << 40)

/* 5: device IDs. */
enum virtio_id {
    VIRTIO_ID_NET = 1,
    VIRTIO_ID_BLOCK = 2,
    VIRTIO_ID_CONSOLE = 3,
    VIRTIO_ID_ENTROPY = 4,
};

struct virtio_device;
struct virtio_queue;

/** A chain whose work is under way; part of the device's own record of it. */
struct virtio_slot {
    struct virtio_slot *next; /**< Among those completed, until they are flushed. */
    struct virtio_queue *queue;
    vmk_uint32 written; /**< Bytes of the chain that were written, once it is completed. */
    vmk_uint16 head;
    bool busy; /**< By queue->lock. */
};

struct virtio_queue_stats {
    vmk_uint64 kicks;   /**< Exits of the guest for this queue. */
    vmk_uint64 polls;   /**< Looks for chains without a kick. */
    vmk_uint64 chains;  /**< Taken. */
    vmk_uint64 flushes; /**< Times that chains were put back, some at a time. */
    vmk_uint64 signals; /**< Interrupts. */
};

struct virtio_queue {
    struct virtio_device *device;
    vmk_uint32 index;
    vmk_SpinlockObject lock;
    struct vring ring VMK_GUARDED_BY(lock);
    struct vring_chain chain VMK_GUARDED_BY(lock); /**< The one taken last. */
    vmk_uint32 in_flight VMK_GUARDED_BY(lock);     /**< Busy slots. */
    bool polled VMK_GUARDED_BY(lock);              /**< Flushes look for chains; kicks are not wanted. */
    vmk_uint32 budget VMK_GUARDED_BY(lock);        /**< Chains that may still be taken this time. */
    struct virtio_slot
        nudge VMK_GUARDED_BY(lock); /**< Completed to have the queue flushed, without a chain. */
    bool nudge_waits;               /**< It is completed when limit_timer fires; atomic. */
    struct vdev_timer limit_timer;
    struct virtio_limit *limit; /**< NULL: none. Set before the driver comes. */
    struct virtio_queue_stats stats VMK_GUARDED_BY(lock);

    struct virtio_slot *completed;      /**< The last one first; atomic. */
    struct virtio_queue *next_to_flush; /**< virtio_flush_later()'s. */

    vmk_uint16 size_max; /**< What the device offers. */
    struct {
        vmk_uint16 size, vector;
        bool enabled;
        bool resetting; /**< The driver has asked for it (2.6.1), and chains were under way. */
        vmk_uint64 desc, avail, used;
    } setup VMK_GUARDED_BY(device->lock);
};

struct virtio_device_ops {
    const char *kind; /**< For people, as in `disk`. */
    enum virtio_id id;
    vmk_uint32 class_code; /**< PCI's. */
    /** There may be chains. Context: world or bottom half, no lock held; one and the same queue's calls may
     * come at once. */
    void (*kick)(struct virtio_queue *queue);
    bool is_waited_for; /**< Its driver makes requests that mostly somebody waits for. */
    /** The slot's chain has been put back. Context: queue->lock. NULL: nothing to do. */
    void (*released)(struct virtio_slot *slot);
    /** The driver is ready, features are settled. Context: device->lock. NULL: nothing to do. */
    void (*start)(struct virtio_device *device);
    /** The driver has gone; all queues are stopped. Context: device->lock. NULL: nothing to do. */
    void (*stop)(struct virtio_device *device);
};

struct virtio_device {
    struct vm *vm;
    const struct virtio_device_ops *ops;
    struct vpci_function function;
    /** Free what this is part of and holds open: it is out of its slot and idle. Context: may block. */
    void (*destroy)(struct virtio_device *device);
    vmk_uint64 features_offered;
    const void *config; /**< 4.1.4.6: as the driver reads it; little-endian. */
    vmk_uint32 config_len;

    vmk_SpinlockObject lock;
    vmk_uint64 features VMK_GUARDED_BY(lock); /**< What the driver took. */
    vmk_uint32 feature_select VMK_GUARDED_BY(lock), driver_feature_select VMK_GUARDED_BY(lock);
    vmk_uint16 queue_select VMK_GUARDED_BY(lock);
    vmk_uint16 config_vector VMK_GUARDED_BY(lock);
    vmk_uint8 config_generation VMK_GUARDED_BY(lock);
    bool resetting VMK_GUARDED_BY(lock);
    vmk_uint8 status; /**< enum virtio_status; atomic. */
    vmk_uint8 isr;    /**< 4.1.4.5; atomic. */

    vmk_uint32 num_queues;
    struct virtio_queue *queues[VIRTIO_DEVICE_QUEUES_MAX];
    struct virtio_limit limit; /**< Of those of its queues that have one. */
    vmk_StatGroup stat_group;
    vmk_uint64 idle_events; /**< Times that nothing was under way any more; atomic. */
};

/** What a new device is. */
struct virtio_device_props {
    struct vm *vm;
    const struct virtio_device_ops *ops;
    vmk_uint64 features; /**< Its own; those of all devices are added. */
    const void *config;
    vmk_uint32 config_len;
};

/** Make @p device, zeroed, one without queues. Context: world. */
void virtio_device_init(struct virtio_device *device, const struct virtio_device_props *props);

/** Add a queue, the caller's zeroed memory but for its lock. */
void virtio_queue_init(struct virtio_queue *queue, struct virtio_device *device, vmk_uint16 size_max);

/** Begin a reset. @return whether it is complete, nothing being under way. */
bool virtio_device_try_reset(struct virtio_device *device) VMK_EXCLUDES(&device->lock);

/** Whether the driver is at work. Context: any. */
VMK_ALWAYS_INLINE bool virtio_is_running(const struct virtio_device *device)
{
    return (__atomic_load_n(&device->status, __ATOMIC_ACQUIRE) & VIRTIO_STATUS_DRIVER_OK) != 0;
}

/** The driver has notified of queue @p index. Context: a vCPU's world. */
void virtio_device_kick(struct virtio_device *device, vmk_uint32 index);

/** The device's configuration is changed in between these two; the driver is told. */
void virtio_config_change_begin(struct virtio_device *device) VMK_ACQUIRE(&device->lock);
void virtio_config_change_end(struct virtio_device *device) VMK_RELEASE(&device->lock);

/* Queues. */

VMK_ALWAYS_INLINE void virtio_queue_lock(struct virtio_queue *queue) VMK_ACQUIRE(&queue->lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("takes bottom halves and lock together")
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&queue->lock);
}

VMK_ALWAYS_INLINE void virtio_queue_unlock(struct virtio_queue *queue) VMK_RELEASE(&queue->lock)
    VMK_NO_THREAD_SAFETY_ANALYSIS("takes bottom halves and lock together")
{
    vmk_SpinlockUnlock(&queue->lock);
    vmk_BottomHalfEnable();
}

/** Stop a queue whose driver does not keep to the rules, and say so. */
void virtio_queue_break(struct virtio_queue *queue, const char *why)
    VMK_REQUIRES(&queue->lock) VMK_ATTRIBUTE_COLD;

/** Take the next chain, to queue->chain. @return false: there is none, it is others' turn, the limit is
 *  reached, or the driver has broken the queue. */
bool virtio_queue_take(struct virtio_queue *queue) VMK_REQUIRES(&queue->lock);

/** Occupy @p slot with the chain taken last. @return false: the driver has made a head available that is
 *  busy, and broken the queue by that. */
VMK_ALWAYS_INLINE bool virtio_queue_hold(struct virtio_queue *queue, struct virtio_slot *slot)
    VMK_REQUIRES(&queue->lock)
{
    if (VMK_UNLIKELY(slot->busy)) {
        virtio_queue_break(queue, "a head that is in use");
        return false;
    }
    slot->busy = true;
    slot->queue = queue;
    slot->head = queue->chain.head;
    queue->in_flight++;
    return true;
}

/** The slot's chain needs no work after all: it is put, or was untaken. */
void virtio_queue_drop(struct virtio_queue *queue, struct virtio_slot *slot) VMK_REQUIRES(&queue->lock);

/**
 * No chain could be taken: ask for a kick.
 *
 * @param polled  enough is under way that the flushes' looks will do. Ignored when nothing is; set when a
 *                nudge is to come.
 * @return whether there are more already: take them.
 */
bool virtio_queue_rest(struct virtio_queue *queue, bool polled) VMK_REQUIRES(&queue->lock);

/** Occupy the nudge, which is free: whoever completes it has the queue flushed, and looked at again. */
void virtio_queue_hold_nudge(struct virtio_queue *queue) VMK_REQUIRES(&queue->lock);

/** Stop a queue: nothing is taken from it any more, and what is put back is forgotten. */
void virtio_queue_stop(struct virtio_queue *queue) VMK_EXCLUDES(&queue->lock);

/** Let the driver see what was put. @return whether it wants virtio_pci_signal() for that. */
VMK_ALWAYS_INLINE bool virtio_queue_publish(struct virtio_queue *queue) VMK_REQUIRES(&queue->lock)
{
    bool signal = vring_publish(&queue->ring);

    queue->stats.signals += signal;
    return signal;
}

/** The work on a slot's chain is done. Context: bottom halves off, any locks held. */
void virtio_slot_complete(struct virtio_slot *slot, vmk_uint32 written);

/** Put back all completed slots' chains, and interrupt the driver if it wants
 * that. Context: bottom halves off or world, no lock held. */
void virtio_queue_flush(struct virtio_queue *queue) VMK_EXCLUDES(&queue->lock);

/** Have virtio_queue_flush() called in a bottom half of this CPU. The machine's; in tests whatever answers.
 *  Context: bottom halves off, any locks held; for one queue again only after it was called. */
void virtio_flush_later(struct virtio_queue *queue);

/** Something waits in virtio_device_reset(), perhaps, for the last chain. The machine's. Context: any. */
void virtio_idle_wake(struct virtio_device *device);

#endif
