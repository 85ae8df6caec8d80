/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_driver.h - the guest's side of a virtio device under test: a driver's model of PCI registers and of
 * split rings, which plays by the rules, and memory which a test may change under the device's hands.
 *
 * The PCI function is a fake one: BARs are called directly, messages and INTA# are noted. What the device
 * wants flushed is flushed when the test says so. Asserts come from Check or, in fuzz targets, abort.
 */
#ifndef TESTS_UNIT_SUPPORT_VIRTIO_DRIVER_H
#define TESTS_UNIT_SUPPORT_VIRTIO_DRIVER_H

#include "vm_host.h"

#include "virtio/virtio_pci.h"

#define DRIVER_VECTORS 32

/** What the fake PCI function saw. */
struct virtio_function_log {
    bool msix; /**< The guest has switched MSI-X on. The test's. */
    unsigned messages[DRIVER_VECTORS];
    unsigned intx_rises;
    bool intx;
    unsigned idle_wakes;
};

extern struct virtio_function_log virtio_function;

/** Called before each read the device makes of guest memory in place. NULL: nothing. */
extern void (*virtio_fetch)(const void *at, uint32_t bytes);

/** Flush what was put off, and what that puts off. @return how many queues. */
unsigned virtio_flush_all(void);

/* Registers. */

uint64_t virtio_reg_read(struct virtio_device *device, unsigned offset, unsigned size);
void virtio_reg_write(struct virtio_device *device, unsigned offset, unsigned size, uint64_t value);
void virtio_notify(struct virtio_device *device, unsigned queue);
/** 4.1.4: of the device's own configuration. */
uint64_t virtio_config_read(struct virtio_device *device, unsigned offset, unsigned size);

#define REG_DEVICE_FEATURE_SELECT 0x00
#define REG_DEVICE_FEATURE        0x04
#define REG_DRIVER_FEATURE_SELECT 0x08
#define REG_DRIVER_FEATURE        0x0c
#define REG_CONFIG_VECTOR         0x10
#define REG_NUM_QUEUES            0x12
#define REG_STATUS                0x14
#define REG_GENERATION            0x15
#define REG_QUEUE_SELECT          0x16
#define REG_QUEUE_SIZE            0x18
#define REG_QUEUE_VECTOR          0x1a
#define REG_QUEUE_ENABLE          0x1c
#define REG_QUEUE_NOTIFY_OFF      0x1e
#define REG_QUEUE_DESC            0x20
#define REG_QUEUE_DRIVER          0x28
#define REG_QUEUE_DEVICE          0x30
#define REG_QUEUE_RESET           0x3a
#define REG_ISR                   0x100
#define REG_CONFIG                0x200

/* A ring, 2.7. */

struct driver_segment {
    uint64_t at;
    uint32_t len;
    bool write;
};

struct driver_ring {
    struct vm *vm;
    unsigned size;
    uint64_t desc, avail, used; /**< Guest-physical. */
    bool event_index;
    uint16_t avail_index, seen_used;
    uint16_t free_head, num_free;
    uint16_t next[256];    /**< Of free descriptors. */
    uint16_t chained[256]; /**< How many descriptors a head has. */
};

/** Lay out a ring of @p size at @p at, aligned to 16; all free. @return where it ends. */
uint64_t driver_ring_init(struct driver_ring *ring, struct vm *vm, uint64_t at, unsigned size);

/** Add a chain; in an indirect table at @p table unless that is 0. @return its head, or -1: no room. Not
 *  available yet. */
int driver_add(struct driver_ring *ring, const struct driver_segment *segments, unsigned count,
               uint64_t table);

/** Make the chain available; the device sees it with driver_publish(). */
void driver_make_available(struct driver_ring *ring, unsigned head);

/** Let the device see what was made available. @return whether it wants a kick for that. */
bool driver_publish(struct driver_ring *ring, uint16_t before);

/** Take a used entry. @return false: none. */
bool driver_reap(struct driver_ring *ring, uint32_t *head, uint32_t *written);

/** Ask for an interrupt as soon as anything is used, or for none. */
void driver_want_interrupt(struct driver_ring *ring, bool on);

/** Bring the device up with these features (VERSION_1 is added): @p rings, queue by queue, with vector n + 1
 *  for queue n and 0 for the configuration. @return its status in the end. */
uint8_t driver_start(struct virtio_device *device, uint64_t features, struct driver_ring *rings,
                     unsigned num_rings);

/** Fields of guest memory. */
uint16_t driver_get16(struct vm *vm, uint64_t at);
void driver_put16(struct vm *vm, uint64_t at, uint16_t value);
void driver_put_desc(struct vm *vm, uint64_t at, uint64_t address, uint32_t len, uint16_t flags,
                     uint16_t next);

#endif
