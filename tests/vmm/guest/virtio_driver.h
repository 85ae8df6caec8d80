/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_driver.h - a test kernel's side of a virtio device (virtio 1.2 over PCI): found, started, its queues
 * filled and emptied.
 *
 * Split rings with event indices, used as Linux uses them: a kick only if the device asks for one, an
 * interrupt, by MSI-X, only if the kernel does, which halts until it comes. Descriptors are the caller's.
 */
#ifndef TESTS_VMM_VIRTIO_DRIVER_H
#define TESTS_VMM_VIRTIO_DRIVER_H

#include "guest.h"

#define VIRTIO_NET        1
#define VIRTIO_BLOCK      2

#define VIRTIO_QUEUE_SIZE 256
#define VIRTIO_NEXT       1 /* Of a descriptor's flags. */
#define VIRTIO_WRITE      2

struct virtio_desc {
    uint64_t address;
    uint32_t len;
    uint16_t flags, next;
};

struct virtio_device {
    unsigned slot;
    volatile uint8_t *common, *config;
    uint32_t notify, notify_multiplier;
    bool notify_by_port;
};

struct virtio_queue {
    struct virtio_desc desc[VIRTIO_QUEUE_SIZE];
    struct {
        uint16_t flags, index, ring[VIRTIO_QUEUE_SIZE], used_event;
    } avail;
    struct {
        uint16_t flags, index;
        struct {
            uint32_t id, len;
        } ring[VIRTIO_QUEUE_SIZE];
        uint16_t avail_event;
    } used __attribute__((aligned(4)));
    const struct virtio_device *device;
    unsigned number;
    uint16_t put;   /**< What the next chain to be made available is numbered. */
    uint16_t taken; /**< What the next used one is numbered. */
} __attribute__((aligned(4096)));

#define VIRTIO_COMMON_STATUS 0x14      /* Of the common configuration (4.1.4.3). */
#define VIRTIO_NET_MAC       (1u << 5) /* A feature (5.1.3). */

/** Take the devices' interrupts for as long as the running test lasts. */
void virtio_take_interrupts(void);

/** Find the first device of type @p type, and have its interrupts sent. @return whether there is one. */
bool virtio_find(struct virtio_device *device, unsigned type);

/** Reset it, agree on event indices, VERSION_1 and @p features (3.1.1). @return whether it agrees. */
bool virtio_negotiate(const struct virtio_device *device, uint32_t features);

/** Give it an empty queue; between virtio_negotiate() and virtio_go(). */
void virtio_set_queue(const struct virtio_device *device, unsigned number, struct virtio_queue *queue);

/** Let it work. @return whether it does. */
bool virtio_go(const struct virtio_device *device);

/** Its status register (2.1). */
static inline uint8_t virtio_status(const struct virtio_device *device)
{
    return device->common[VIRTIO_COMMON_STATUS];
}

/** Put the chain that begins at descriptor @p head into the ring; it is not available yet. */
static inline void virtio_put(struct virtio_queue *queue, unsigned head)
{
    queue->avail.ring[queue->put++ % VIRTIO_QUEUE_SIZE] = (uint16_t)head;
}

/** Make what was put into the ring available, and kick if that is asked for. */
void virtio_publish(struct virtio_queue *queue);

/** Kick, asked or not. */
void virtio_kick(const struct virtio_queue *queue);

static inline bool virtio_has_used(const struct virtio_queue *queue)
{
    return *(volatile const uint16_t *)&queue->used.index != queue->taken;
}

/** Take the next used chain. @return its head. Only if there is one. */
static inline unsigned virtio_take(struct virtio_queue *queue)
{
    return queue->used.ring[queue->taken++ % VIRTIO_QUEUE_SIZE].id;
}

/** Halt until @p more chains beyond those taken have been used. */
void virtio_wait_used(struct virtio_queue *queue, uint16_t more);

#endif
