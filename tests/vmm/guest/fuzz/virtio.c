/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.c - virtio devices with a driver that is right in much and wrong in something: configuration
 * space, set-up, rings, descriptors, messages, resets while requests are under way (virtio 1.2, 2.7 and 4.1).
 */
#include "fuzz.h"

#define CONFIG_ADDRESS  0xcf8
#define CONFIG_DATA     0xcfc
#define ECAM            0xe0000000u

#define FEATURE_SELECT  0x00
#define FEATURES        0x04
#define DRIVER_SELECT   0x08
#define DRIVER_FEATURES 0x0c
#define CONFIG_VECTOR   0x10
#define STATUS          0x14
#define QUEUE_SELECT    0x16
#define QUEUE_SIZE      0x18
#define QUEUE_VECTOR    0x1a
#define QUEUE_ENABLE    0x1c
#define QUEUE_PARTS     0x20
#define QUEUE_RESET     0x3a

#define STATUS_DRIVER   3
#define STATUS_FEATURES 8
#define STATUS_OK       4

#define RINGS           0x1000000u /* A ring a queue of a slot, 64 KiB apart. */
#define BUFFERS         0x2000000u
#define RING_SIZE       64u
#define QUEUES          4u

#define TYPE_NIC        1
#define TYPE_BLOCK      2

#define DESC_NEXT       1u
#define DESC_WRITE      2u
#define DESC_INDIRECT   4u

struct desc {
    uint64_t address;
    uint32_t len;
    uint16_t flags, next;
};

struct ring {
    struct desc desc[256];
    struct {
        uint16_t flags, index, ring[256], used_event;
    } avail;
    uint8_t padding[0x2000 - 0x1000 - 6 - 512];
    uint8_t used[0x1000];
    struct desc indirect[256];
};

static volatile uint8_t *registers(unsigned slot)
{
    return (volatile uint8_t *)(uintptr_t)fuzz_devices[slot].registers;
}

static struct ring *ring_of(unsigned slot, unsigned queue)
{
    return (struct ring *)(uintptr_t)(RINGS + (slot * QUEUES + queue) * 0x10000);
}

static unsigned any_slot(void)
{
    unsigned slot = 1 + fuzz_below(FUZZ_SLOTS - 1);

    while (fuzz_devices[slot].registers == 0) {
        slot = slot == FUZZ_SLOTS - 1 ? 1 : slot + 1;
    }
    return slot;
}

/* Configuration space. */

static void config_by_ports(void)
{
    uint32_t at =
        fuzz_below(FUZZ_SLOTS) << 11 | fuzz_below(256) | (fuzz_one_in(8) ? (uint32_t)fuzz_random() : 0);
    uint16_t data = (uint16_t)(CONFIG_DATA + fuzz_below(4));
    uint32_t value = (uint32_t)fuzz_value();

    out32(CONFIG_ADDRESS, 0x80000000u | at);
    switch (fuzz_below(4)) {
    case 0:
        (void)in8(data);
        break;
    case 1:
        out8(data, (uint8_t)value);
        break;
    case 2:
        (void)in32(data);
        break;
    default:
        out32(data, value);
    }
}

/* BARs that move, also onto each other and onto what is not for them; the command register; messages. */
static void config_registers(void)
{
    static const uint16_t offsets[] = {0x04, 0x10, 0x14, 0x20, 0x24, 0x30, 0x3c};
    unsigned slot = any_slot();
    uint32_t offset =
        fuzz_one_in(3) && fuzz_devices[slot].msix != 0 ? fuzz_devices[slot].msix : FUZZ_PICK(offsets);
    volatile uint32_t *at = (volatile uint32_t *)(uintptr_t)(ECAM + (slot << 15) + offset);

    switch (fuzz_below(4)) {
    case 0:
        *at ^= 1u << fuzz_below(32);
        break;
    case 1:
        *at = (uint32_t)fuzz_device_address();
        break;
    case 2:
        *at = (uint32_t)fuzz_address();
        break;
    default:
        *at = (uint32_t)fuzz_value();
    }
    (void)*at;
}

/* Set-up. */

static void put8(unsigned slot, unsigned at, uint8_t value)
{
    registers(slot)[at] = value;
}

static void put16(unsigned slot, unsigned at, uint16_t value)
{
    *(volatile uint16_t *)(registers(slot) + at) = value;
}

static void put64(unsigned slot, unsigned at, uint64_t value)
{
    *(volatile uint32_t *)(registers(slot) + at) = (uint32_t)value;
    *(volatile uint32_t *)(registers(slot) + at + 4) = (uint32_t)(value >> 32);
}

/** Agree on VERSION_1 and some of what is offered. */
static void put_features(unsigned slot)
{
    for (uint32_t word = 0; word < 2; word++) {
        uint32_t offered;

        *(volatile uint32_t *)(registers(slot) + FEATURE_SELECT) = word;
        offered = *(volatile uint32_t *)(registers(slot) + FEATURES);
        *(volatile uint32_t *)(registers(slot) + DRIVER_SELECT) = word;
        *(volatile uint32_t *)(registers(slot) + DRIVER_FEATURES) =
            (offered & (uint32_t)fuzz_random() & (uint32_t)fuzz_random()) | word;
    }
}

static uint64_t ring_part(unsigned slot, unsigned queue, unsigned part)
{
    struct ring *ring = ring_of(slot, queue);
    const uintptr_t parts[] = {(uintptr_t)ring->desc, (uintptr_t)&ring->avail, (uintptr_t)ring->used};

    return fuzz_one_in(24) ? fuzz_address() : parts[part];
}

static void put_queue(unsigned slot, unsigned queue)
{
    static const uint16_t sizes[] = {0, 1, 2, 3, 8, 128, 256, 512, 32768, 65535};

    put16(slot, QUEUE_SELECT, (uint16_t)(fuzz_one_in(32) ? fuzz_value() : queue));
    put16(slot, QUEUE_SIZE, fuzz_one_in(16) ? FUZZ_PICK(sizes) : RING_SIZE);
    put16(slot, QUEUE_VECTOR, (uint16_t)(fuzz_one_in(8) ? fuzz_value() : queue));
    for (unsigned part = 0; part < 3; part++) {
        put64(slot, QUEUE_PARTS + 8 * part, ring_part(slot, queue, part));
    }
    put16(slot, QUEUE_ENABLE, 1);
}

/** Vectors send messages: to us, or anywhere. */
static void put_messages(unsigned slot)
{
    uint32_t table = *(volatile uint32_t *)(uintptr_t)(ECAM + (slot << 15) + fuzz_devices[slot].msix + 4);
    volatile uint32_t *entry =
        (volatile uint32_t *)(uintptr_t)(fuzz_devices[slot].bars[table & 7] + (table & ~7u));

    for (unsigned i = 0; i < 2; i++, entry += 4) {
        entry[0] = fuzz_one_in(4) ? (uint32_t)fuzz_address() : 0xfee00000;
        entry[1] = fuzz_one_in(16) ? 1 : 0;
        entry[2] = fuzz_one_in(4) ? (uint32_t)(fuzz_value() & ~0x500ull) : 0x40 + fuzz_below(0xb0);
        entry[3] = fuzz_one_in(8);
    }
}

static void set_up(void)
{
    unsigned slot = any_slot();

    put8(slot, STATUS, 0);
    put8(slot, STATUS, STATUS_DRIVER);
    put_features(slot);
    put8(slot, STATUS, STATUS_DRIVER | STATUS_FEATURES);
    if (fuzz_devices[slot].msix != 0) {
        put_messages(slot);
    }
    for (unsigned queue = 0; queue < QUEUES; queue++) {
        put_queue(slot, queue);
        ring_of(slot, queue)->avail.index = 0;
    }
    put8(slot, STATUS, STATUS_DRIVER | STATUS_FEATURES | STATUS_OK);
}

/* Rings. */

static uint32_t any_len(void)
{
    static const uint32_t lens[] = {0,    1,     12,      16,       511,      512, 513,
                                    4096, 65536, 1 << 20, 16 << 20, 1u << 31, ~0u};

    return fuzz_one_in(8) ? (uint32_t)fuzz_value() : FUZZ_PICK(lens);
}

static struct desc any_desc(void)
{
    return (struct desc){.address = fuzz_one_in(8) ? fuzz_address() : BUFFERS + (fuzz_below(4096) << 12),
                         .len = any_len(),
                         .flags = (uint16_t)(fuzz_below(4) | (fuzz_one_in(8) ? DESC_INDIRECT : 0) |
                                             (fuzz_one_in(32) ? fuzz_random() : 0)),
                         .next = (uint16_t)(fuzz_one_in(16) ? fuzz_value() : fuzz_below(RING_SIZE))};
}

/** A block device's request, as it should be: what it asks for may be impossible. */
static void put_request(struct desc *desc, unsigned first)
{
    static const uint32_t types[] = {0, 0, 0, 1, 1, 4, 8, 11, 13, 5, 0x80000000};
    uint32_t *header = (uint32_t *)(uintptr_t)(BUFFERS + 0x100000 + first * 64);
    uint32_t type = FUZZ_PICK(types);

    header[0] = type;
    header[1] = 0;
    *(uint64_t *)(header + 2) = fuzz_one_in(8) ? fuzz_value() : fuzz_below(0x4000);
    desc[0] = (struct desc){(uintptr_t)header, 16, DESC_NEXT, (uint16_t)(first + 1)};
    desc[1] = (struct desc){BUFFERS + (fuzz_below(1024) << 12), 512u << fuzz_below(8),
                            (uint16_t)(DESC_NEXT | (type == 1 ? 0 : DESC_WRITE)), (uint16_t)(first + 2)};
    desc[2] = (struct desc){(uintptr_t)header + 32, 1, DESC_WRITE, 0};
}

/** A NIC's frame to send, or a buffer to receive to. */
static void put_frame(struct desc *desc, unsigned queue)
{
    uint8_t *frame = (uint8_t *)(uintptr_t)(BUFFERS + (fuzz_below(1024) << 12));

    fuzz_fill(frame, 12);
    if (fuzz_one_in(2)) {
        fuzz_fill(frame + 12, 64);
    }
    *desc = (struct desc){(uintptr_t)frame, 12 + fuzz_below(2000), queue % 2 == 0 ? DESC_WRITE : 0, 0};
}

static void put_chain(unsigned slot, unsigned queue, unsigned first)
{
    struct desc *desc = ring_of(slot, queue)->desc + first;

    if (fuzz_devices[slot].type == TYPE_BLOCK) {
        put_request(desc, first);
    } else if (fuzz_devices[slot].type == TYPE_NIC && queue < 2) {
        put_frame(desc, queue);
    } else {
        for (unsigned i = 0; i < 3; i++) {
            desc[i] = any_desc();
        }
    }
    if (fuzz_one_in(3)) {
        desc[fuzz_below(3)] = any_desc();
    }
    if (fuzz_one_in(8)) { /* All of it in a table of its own. */
        struct desc *table = ring_of(slot, queue)->indirect;

        for (unsigned i = 0; i < 8; i++) {
            table[i] = any_desc();
        }
        desc[0] = (struct desc){(uintptr_t)table, fuzz_one_in(4) ? any_len() : 128, DESC_INDIRECT, 0};
    }
}

static void kick(unsigned slot, unsigned queue)
{
    uint16_t port = (uint16_t)(fuzz_devices[slot].notify_port + 4 * queue);

    __asm__ volatile("outw %0, %1" ::"a"((uint16_t)queue), "d"(port) : "memory");
}

static void requests(void)
{
    unsigned slot = any_slot(), queue = fuzz_below(fuzz_one_in(4) ? QUEUES : 2);
    struct ring *ring = ring_of(slot, queue);

    for (unsigned n = 1 + fuzz_below(8); n > 0; n--) {
        unsigned first = fuzz_below(RING_SIZE - 3);

        put_chain(slot, queue, first);
        ring->avail.ring[ring->avail.index++ % RING_SIZE] =
            (uint16_t)(fuzz_one_in(64) ? fuzz_value() : first);
    }
    if (fuzz_one_in(64)) {
        ring->avail.index = (uint16_t)fuzz_value();
    }
    ring->avail.used_event = (uint16_t)fuzz_value();
    kick(slot, queue);
    if (fuzz_one_in(16)) { /* While they are under way. */
        put8(slot, STATUS, 0);
    } else if (fuzz_one_in(16)) {
        put16(slot, QUEUE_SELECT, (uint16_t)queue);
        put16(slot, QUEUE_RESET, 1);
    }
}

static void registers_at_random(void)
{
    unsigned slot = any_slot(), at = fuzz_below(0x40);

    put16(slot, at & ~1u, (uint16_t)(fuzz_one_in(2) ? fuzz_below(16) : fuzz_value()));
    (void)registers(slot)[at];
    (void)*(volatile uint32_t *)(registers(slot) + 0x200 + (fuzz_below(0x40) & ~3u));
}

const struct fuzz_generator fuzz_virtio[] = {
    {"config by ports", 12, config_by_ports},
    {"config registers", 6, config_registers},
    {"set-up", 6, set_up},
    {"requests", 40, requests},
    {"registers", 10, registers_at_random},
    {0},
};
