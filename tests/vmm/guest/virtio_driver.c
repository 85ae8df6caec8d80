/* SPDX-License-Identifier: GPL-2.0-only */
#include "virtio_driver.h"

#include "mark.h"
#include "pci.h"

#define LAPIC             0xfee00000u
#define LAPIC_EOI         0x0b0
#define LAPIC_SVR         0x0f0
#define LAPIC_SVR_ENABLE  0x100
#define VECTOR            0x40

#define PCI_COMMAND       0x04
#define PCI_COMMAND_ALL   0x0007 /* Ports, memory, bus master. */
#define PCI_BAR0          0x10
#define PCI_CAPABILITIES  0x34
#define CAPABILITY_VENDOR 0x09
#define CAPABILITY_MSIX   0x11
#define MSIX_ENABLE       0x80000000u

/* Of the common configuration (4.1.4.3). */
#define COMMON_FEATURE_SELECT 0x08
#define COMMON_FEATURE        0x0c
#define COMMON_QUEUE_SELECT   0x16
#define COMMON_QUEUE_SIZE     0x18
#define COMMON_QUEUE_VECTOR   0x1a
#define COMMON_QUEUE_ENABLE   0x1c
#define COMMON_QUEUE_PARTS    0x20

#define STATUS_DRIVER         3 /* And ACKNOWLEDGE. */
#define STATUS_FEATURES_OK    8
#define STATUS_ALL            15
#define FEATURE_EVENT_IDX     (1u << 29)

static volatile uint32_t *lapic(unsigned offset)
{
    return (volatile uint32_t *)(uintptr_t)(LAPIC + offset);
}

/** Where a BAR is; put it somewhere if no firmware has. */
static uint32_t bar_base(unsigned slot, unsigned bar)
{
    static uint32_t next_port = 0x2000, next_memory = 0xd0000000;
    unsigned offset = PCI_BAR0 + 4 * bar;
    uint32_t value = pci_read(slot, offset), size;
    uint32_t *next = value & 1 ? &next_port : &next_memory;

    if ((value & ~0xfu) == 0) {
        pci_write(slot, offset, ~0u);
        size = ~(pci_read(slot, offset) & (value & 1 ? ~3u : ~0xfu)) + 1;
        size = value & 1 ? size & 0xffff : size;
        *next = (*next + size - 1) & ~(size - 1);
        pci_write(slot, offset, *next);
        *next += size;
    }
    return pci_read(slot, offset) & (value & 1 ? ~3u : ~0xfu);
}

/** 4.1.4: one of the parts of its registers. */
static void take_capability(struct virtio_device *device, unsigned at)
{
    unsigned type = pci_read8(device->slot, at + 3), bar = pci_read8(device->slot, at + 4);
    uint32_t base = bar_base(device->slot, bar) + pci_read(device->slot, at + 8);

    if (type == 1) {
        device->common = (volatile uint8_t *)(uintptr_t)base;
    } else if (type == 2) {
        device->notify = base;
        device->notify_multiplier = pci_read(device->slot, at + 16);
        device->notify_by_port = (pci_read(device->slot, PCI_BAR0 + 4 * bar) & 1) != 0;
    } else if (type == 4) {
        device->config = (volatile uint8_t *)(uintptr_t)base;
    }
}

extern const char virtio_hlt[];

/** Halt until there is an interrupt. */
static __attribute__((noinline, noclone)) void halt(void)
{
    __asm__ volatile("sti\n"
                     "virtio_hlt: hlt\n\t"
                     "cli" ::
                         : "memory");
}

/*
 * An interrupt behind STI comes before HLT if QEMU 7.2 emulates the processor and the host takes one of its
 * own just there: it enters the guest again without the shadow, and halting would be for ever. KVM can't
 * know.
 */
static void on_interrupt(struct frame *frame)
{
    *lapic(LAPIC_EOI) = 0;
    if (frame->ip == (uintptr_t)virtio_hlt) {
        frame->ip++;
    }
}

void virtio_take_interrupts(void)
{
    guest_handle(VECTOR, on_interrupt);
    *lapic(LAPIC_SVR) |= LAPIC_SVR_ENABLE;
}

/** Have vector 0 of its MSI-X table sent to us as VECTOR. */
static void take_msix(const struct virtio_device *device, unsigned at)
{
    uint32_t table = pci_read(device->slot, at + 4);
    volatile uint32_t *entry =
        (volatile uint32_t *)(uintptr_t)(bar_base(device->slot, table & 7) + (table & ~7u));

    pci_write(device->slot, PCI_COMMAND, PCI_COMMAND_ALL);
    pci_write(device->slot, at, pci_read(device->slot, at) | MSIX_ENABLE);
    entry[0] = LAPIC;
    entry[1] = 0;
    entry[2] = VECTOR;
    entry[3] = 0;
}

bool virtio_find(struct virtio_device *device, unsigned type)
{
    unsigned msix = 0;

    for (unsigned slot = 1; slot < 32; slot++) {
        if (pci_read(slot, 0) != ((0x1040 + type) << 16 | 0x1af4)) {
            continue;
        }
        device->slot = slot;
        for (unsigned at = pci_read8(slot, PCI_CAPABILITIES); at != 0; at = pci_read8(slot, at + 1)) {
            if (pci_read8(slot, at) == CAPABILITY_VENDOR) {
                take_capability(device, at);
            } else if (pci_read8(slot, at) == CAPABILITY_MSIX) {
                msix = at;
            }
        }
        take_msix(device, msix);
        return device->common != 0;
    }
    return false;
}

static void set_status(const struct virtio_device *device, uint8_t status)
{
    device->common[VIRTIO_COMMON_STATUS] = status;
}

static void write16(const struct virtio_device *device, unsigned offset, uint16_t value)
{
    *(volatile uint16_t *)(device->common + offset) = value;
}

static void write32(const struct virtio_device *device, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(device->common + offset) = value;
}

bool virtio_negotiate(const struct virtio_device *device, uint32_t features)
{
    set_status(device, 0);
    while (virtio_status(device) != 0) {
    }
    set_status(device, STATUS_DRIVER);
    write32(device, COMMON_FEATURE_SELECT, 0);
    write32(device, COMMON_FEATURE, FEATURE_EVENT_IDX | features);
    write32(device, COMMON_FEATURE_SELECT, 1);
    write32(device, COMMON_FEATURE, 1); /* VERSION_1 */
    set_status(device, STATUS_DRIVER | STATUS_FEATURES_OK);
    return (virtio_status(device) & STATUS_FEATURES_OK) != 0;
}

void virtio_set_queue(const struct virtio_device *device, unsigned number, struct virtio_queue *queue)
{
    *queue = (struct virtio_queue){.device = device, .number = number};
    uintptr_t parts[] = {(uintptr_t)queue->desc, (uintptr_t)&queue->avail, (uintptr_t)&queue->used};

    write16(device, COMMON_QUEUE_SELECT, (uint16_t)number);
    write16(device, COMMON_QUEUE_SIZE, VIRTIO_QUEUE_SIZE);
    write16(device, COMMON_QUEUE_VECTOR, 0);
    for (unsigned i = 0; i < 3; i++) {
        write32(device, COMMON_QUEUE_PARTS + 8 * i, (uint32_t)parts[i]);
        write32(device, COMMON_QUEUE_PARTS + 8 * i + 4, 0);
    }
    write16(device, COMMON_QUEUE_ENABLE, 1);
}

bool virtio_go(const struct virtio_device *device)
{
    set_status(device, STATUS_ALL);
    return virtio_status(device) == STATUS_ALL;
}

void virtio_kick(const struct virtio_queue *queue)
{
    uint32_t at = queue->device->notify + queue->number * queue->device->notify_multiplier;

    vmk_Mark(VMK_MARK_KICK);
    if (queue->device->notify_by_port) {
        __asm__ volatile("outw %0, %1" ::"a"((uint16_t)queue->number), "d"((uint16_t)at) : "memory");
    } else {
        *(volatile uint16_t *)(uintptr_t)at = (uint16_t)queue->number;
    }
}

void virtio_publish(struct virtio_queue *queue)
{
    uint16_t before = queue->avail.index, wanted;

    __sync_synchronize();
    queue->avail.index = queue->put;
    __sync_synchronize();
    wanted = *(volatile uint16_t *)&queue->used.avail_event;
    if ((uint16_t)(queue->put - wanted - 1) < (uint16_t)(queue->put - before)) {
        virtio_kick(queue);
    }
}

void virtio_wait_used(struct virtio_queue *queue, uint16_t more)
{
    queue->avail.used_event = (uint16_t)(queue->taken + more - 1);
    __sync_synchronize();
    while ((uint16_t)(*(volatile uint16_t *)&queue->used.index - queue->taken) < more) {
        halt();
    }
}
