/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.c - a test kernel's virtio driver (virtio 1.2 over PCI): disks are written, read back and read under
 * load, NICs send. Interrupts are messages, and the kernel halts until they come; event indices are used as
 * Linux uses them, so that exits and interrupts can be counted from outside.
 *
 * The first disk's first megabytes are overwritten.
 */
#include "guest.h"

#define LAPIC       0xfee00000u
#define LAPIC_EOI   0x0b0
#define LAPIC_SVR   0x0f0
#define VECTOR      0x40

#define RING_SIZE   256
#define BUFFERS     32
#define BUFFER      4096
#define BLOCKS      256 /* Of 4 KiB, which are written and read. */
#define READS_ALONE 500
#define READS_DEEP  4000
#define FRAMES      1000

static uint32_t lapic_read(unsigned offset)
{
    return *(volatile uint32_t *)(LAPIC + offset);
}

static void lapic_write(unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(LAPIC + offset) = value;
}

/* A place a measurement can see from outside: vmkapi/base/mark.h's, which is for 64 bits. */
#define MARK_START     1
#define MARK_END       2
#define MARK_OPERATION 5
#define MARK(id)       MARK_BYTES(id)
#define MARK_BYTES(id)                                                                                       \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, " #id ", 0x56, 0x4d, 0x4b" ::: "memory")

/* PCI. */

static uint32_t pci_read(unsigned slot, unsigned offset)
{
    out32(0xcf8, 0x80000000u | slot << 11 | (offset & 0xfc));
    return in32(0xcfc);
}

static void pci_write(unsigned slot, unsigned offset, uint32_t value)
{
    out32(0xcf8, 0x80000000u | slot << 11 | (offset & 0xfc));
    out32(0xcfc, value);
}

static uint8_t pci_read8(unsigned slot, unsigned offset)
{
    return (uint8_t)(pci_read(slot, offset) >> (offset & 3) * 8);
}

static uint32_t next_port = 0x2000, next_memory = 0xd0000000;

/** Where a BAR is; put it somewhere if no firmware has. */
static uint32_t bar_base(unsigned slot, unsigned bar)
{
    unsigned offset = 0x10 + 4 * bar;
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

/* The device. */

struct desc {
    uint64_t address;
    uint32_t len;
    uint16_t flags, next;
};

struct ring {
    struct desc desc[RING_SIZE];
    struct {
        uint16_t flags, index, ring[RING_SIZE], used_event;
    } avail;
    struct {
        uint16_t flags, index;
        struct {
            uint32_t id, len;
        } ring[RING_SIZE];
        uint16_t avail_event;
    } used __attribute__((aligned(4)));
} __attribute__((aligned(4096)));

struct device {
    unsigned slot;
    volatile uint8_t *common, *config;
    uint32_t notify, notify_multiplier;
    bool notify_by_port;
};

static struct device disk, nic;
static struct ring disk_ring, nic_ring;
static uint16_t seen_used;

static void common16(const struct device *device, unsigned offset, uint16_t value)
{
    *(volatile uint16_t *)(device->common + offset) = value;
}

static void common32(const struct device *device, unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(device->common + offset) = value;
}

static uint8_t status(const struct device *device)
{
    return device->common[0x14];
}

static void take_capability(struct device *device, unsigned at)
{
    unsigned type = pci_read8(device->slot, at + 3), bar = pci_read8(device->slot, at + 4);
    uint32_t base = bar_base(device->slot, bar) + pci_read(device->slot, at + 8);

    if (type == 1) {
        device->common = (volatile uint8_t *)base;
    } else if (type == 2) {
        device->notify = base;
        device->notify_multiplier = pci_read(device->slot, at + 16);
        device->notify_by_port = (pci_read(device->slot, 0x10 + 4 * bar) & 1) != 0;
    } else if (type == 4) {
        device->config = (volatile uint8_t *)base;
    }
}

/** Have vector 0 of its MSI-X table sent to us as VECTOR. */
static void take_msix(const struct device *device, unsigned at)
{
    uint32_t table = pci_read(device->slot, at + 4);
    volatile uint32_t *entry = (volatile uint32_t *)(bar_base(device->slot, table & 7) + (table & ~7u));

    pci_write(device->slot, 0x04, 0x0007);
    pci_write(device->slot, at, pci_read(device->slot, at) | 0x80000000u);
    entry[0] = LAPIC;
    entry[1] = 0;
    entry[2] = VECTOR;
    entry[3] = 0;
}

/** Find the first device of type @p type. @return whether there is one. */
static bool find(struct device *device, unsigned type)
{
    unsigned msix = 0;

    for (unsigned slot = 1; slot < 32; slot++) {
        if (pci_read(slot, 0) != ((0x1040 + type) << 16 | 0x1af4)) {
            continue;
        }
        device->slot = slot;
        for (unsigned at = pci_read8(slot, 0x34); at != 0; at = pci_read8(slot, at + 1)) {
            if (pci_read8(slot, at) == 0x09) {
                take_capability(device, at);
            } else if (pci_read8(slot, at) == 0x11) {
                msix = at;
            }
        }
        take_msix(device, msix);
        return device->common != 0;
    }
    return false;
}

static void set_queue(const struct device *device, unsigned queue, struct ring *ring)
{
    uint32_t parts[] = {(uint32_t)ring->desc, (uint32_t)&ring->avail, (uint32_t)&ring->used};

    common16(device, 0x16, (uint16_t)queue);
    common16(device, 0x18, RING_SIZE);
    common16(device, 0x1a, 0);
    for (unsigned i = 0; i < 3; i++) {
        common32(device, 0x20 + 8 * i, parts[i]);
        common32(device, 0x24 + 8 * i, 0);
    }
    common16(device, 0x1c, 1);
}

/** 3.1.1: with event indices, VERSION_1 and @p features. */
static bool start(const struct device *device, uint32_t features, unsigned queue, struct ring *ring)
{
    device->common[0x14] = 0;
    while (status(device) != 0) {
    }
    device->common[0x14] = 3;
    common32(device, 0x08, 0);
    common32(device, 0x0c, 1u << 29 | features);
    common32(device, 0x08, 1);
    common32(device, 0x0c, 1);
    device->common[0x14] = 3 | 8;
    if ((status(device) & 8) == 0) {
        return false;
    }
    set_queue(device, queue, ring);
    device->common[0x14] = 15;
    return status(device) == 15;
}

/* Rings. */

static void notify(const struct device *device, unsigned queue)
{
    if (device->notify_by_port) {
        __asm__ volatile("outw %0, %1" ::"a"((uint16_t)queue),
                         "d"((uint16_t)(device->notify + queue * device->notify_multiplier))
                         : "memory");
    } else {
        *(volatile uint16_t *)(device->notify + queue * device->notify_multiplier) = (uint16_t)queue;
    }
}

/** Make what was put into the ring up to @p index available; kick if that is asked for. */
static void publish(const struct device *device, unsigned queue, struct ring *ring, uint16_t index)
{
    uint16_t before = ring->avail.index;

    __sync_synchronize();
    ring->avail.index = index;
    __sync_synchronize();
    if ((uint16_t)(index - *(volatile uint16_t *)&ring->used.avail_event - 1) < (uint16_t)(index - before)) {
        notify(device, queue);
    }
}

static bool has_used(const struct ring *ring)
{
    return *(volatile const uint16_t *)&ring->used.index != seen_used;
}

static void on_interrupt(struct frame *frame)
{
    lapic_write(LAPIC_EOI, 0);
}

/** Halt until something is used. */
static void wait_used(struct ring *ring)
{
    ring->avail.used_event = seen_used;
    __sync_synchronize();
    while (!has_used(ring)) {
        __asm__ volatile("sti; hlt; cli" ::: "memory");
    }
}

/* Disks. */

struct request {
    uint32_t type, reserved;
    uint64_t sector;
    volatile uint8_t status;
} __attribute__((aligned(64)));

static struct request requests[BUFFERS];
static uint32_t buffers[BUFFERS][BUFFER / 4] __attribute__((aligned(4096)));
static uint16_t disk_index;
static unsigned refused;

/** Put request @p n, of 4 KiB at block @p block, into the ring. */
static void put_request(unsigned n, uint32_t type, uint32_t block)
{
    struct desc *desc = &disk_ring.desc[3 * n];

    requests[n] = (struct request){.type = type, .sector = (uint64_t)block * 8, .status = 0xff};
    desc[0] = (struct desc){(uint32_t)&requests[n], 16, 1, (uint16_t)(3 * n + 1)};
    desc[1] =
        (struct desc){(uint32_t)buffers[n], BUFFER, (uint16_t)(type == 0 ? 3 : 1), (uint16_t)(3 * n + 2)};
    desc[2] = (struct desc){(uint32_t)&requests[n].status, 1, 2, 0};
    if (type == 4) { /* A flush has no data. */
        desc[0].next = (uint16_t)(3 * n + 2);
    }
    disk_ring.avail.ring[disk_index++ % RING_SIZE] = (uint16_t)(3 * n);
}

static void publish_requests(void)
{
    publish(&disk, 0, &disk_ring, disk_index);
}

/** Take the next request that has ended. @return its number. */
static unsigned take_request(void)
{
    unsigned n = disk_ring.used.ring[seen_used++ % RING_SIZE].id / 3;

    refused += n >= BUFFERS || requests[n].status != 0;
    return n % BUFFERS;
}

static void do_one(uint32_t type, uint32_t block)
{
    put_request(0, type, block);
    publish_requests();
    wait_used(&disk_ring);
    (void)take_request();
}

static uint32_t word_of(uint32_t block, unsigned word)
{
    return block * 2654435761u ^ word * 40503u;
}

static void a_disk_starts(void)
{
    out8(0x21, 0xff); /* No interrupts but messages. */
    out8(0xa1, 0xff);
    lapic_write(LAPIC_SVR, lapic_read(LAPIC_SVR) | 0x100);
    CHECK(find(&disk, 2));
    CHECK(disk.common != 0 && start(&disk, 1u << 9, 0, &disk_ring));
    CHECK(*(volatile uint32_t *)disk.config / 8 >= BLOCKS);
}

static void what_is_written_is_read(void)
{
    unsigned wrong = 0;

    guest_handle(VECTOR, on_interrupt);
    refused = 0;
    for (uint32_t block = 0; block < BLOCKS; block++) {
        for (unsigned i = 0; i < BUFFER / 4; i++) {
            buffers[0][i] = word_of(block, i);
        }
        do_one(1, block);
    }
    do_one(4, 0);
    for (uint32_t block = BLOCKS; block-- != 0;) {
        do_one(0, block);
        for (unsigned i = 0; i < BUFFER / 4; i++) {
            wrong += buffers[0][i] != word_of(block, i);
        }
    }
    CHECK(refused == 0);
    CHECK(wrong == 0);
}

static void reads_alone(void)
{
    guest_handle(VECTOR, on_interrupt);
    refused = 0;
    MARK(MARK_START);
    for (unsigned i = 0; i < READS_ALONE; i++) {
        do_one(0, i * 7 % BLOCKS);
        MARK(MARK_OPERATION);
    }
    MARK(MARK_END);
    CHECK(refused == 0);
}

/** BUFFERS under way; each batch that has ended is replaced by as many. */
static void reads_deep(void)
{
    unsigned begun = 0, ended = 0, wrong = 0;
    uint32_t of[BUFFERS];

    guest_handle(VECTOR, on_interrupt);
    refused = 0;
    MARK(MARK_START);
    for (; begun < BUFFERS; begun++) {
        of[begun] = begun * 5 % BLOCKS;
        put_request(begun, 0, of[begun]);
    }
    publish_requests();
    while (ended < READS_DEEP) {
        wait_used(&disk_ring);
        while (has_used(&disk_ring)) {
            unsigned n = take_request();

            ended++;
            MARK(MARK_OPERATION);
            wrong += buffers[n][1] != word_of(of[n], 1) || buffers[n][1023] != word_of(of[n], 1023);
            if (begun < READS_DEEP) {
                of[n] = begun++ * 5 % BLOCKS;
                put_request(n, 0, of[n]);
            }
        }
        publish_requests();
    }
    MARK(MARK_END);
    CHECK(refused == 0);
    CHECK(wrong == 0);
}

/* How much a kick costs until the guest goes on, its request being on its way. */
static void kicks(void)
{
    guest_handle(VECTOR, on_interrupt);
    refused = 0;
    for (unsigned i = 0; i < 50; i++) {
        put_request(0, 0, i);
        __sync_synchronize();
        disk_ring.avail.index = disk_index;
        MARK(MARK_START);
        notify(&disk, 0);
        MARK(MARK_END);
        wait_used(&disk_ring);
        (void)take_request();
    }
    CHECK(refused == 0);
}

/* A driver that breaks the rules is told, and may start again. */
static void a_broken_queue_is_told(void)
{
    disk_ring.avail.ring[disk_index % RING_SIZE] = RING_SIZE;
    disk_ring.avail.index = ++disk_index;
    notify(&disk, 0);
    for (unsigned i = 0; i < 1000000 && (status(&disk) & 0x40) == 0; i++) {
    }
    CHECK((status(&disk) & 0x40) != 0);
    seen_used = disk_index = 0;
    disk_ring = (struct ring){0};
    CHECK(start(&disk, 1u << 9, 0, &disk_ring));
    guest_handle(VECTOR, on_interrupt);
    refused = 0;
    do_one(0, 0);
    CHECK(refused == 0);
}

/* NICs. */

static uint8_t frame[12 + 1514] __attribute__((aligned(64)));

/** Broadcasts of a protocol nobody knows. */
static void frames_are_sent(void)
{
    uint16_t index = 0;

    guest_handle(VECTOR, on_interrupt);
    CHECK(find(&nic, 1));
    if (nic.common == 0 || !start(&nic, 0, 1, &nic_ring)) {
        guest_fail("the NIC starts", __LINE__);
        return;
    }
    seen_used = 0;
    for (unsigned i = 0; i < 6; i++) {
        frame[12 + i] = 0xff;
        frame[18 + i] = nic.config[i];
    }
    frame[24] = 0x88;
    frame[25] = 0xb5; /* IEEE 802: local experimental. */
    MARK(MARK_START);
    for (unsigned sent = 0; sent < FRAMES;) {
        for (unsigned i = 0; i < 8; i++, sent++) {
            MARK(MARK_OPERATION);
            nic_ring.desc[index % RING_SIZE] = (struct desc){(uint32_t)frame, sizeof(frame), 0, 0};
            nic_ring.avail.ring[index % RING_SIZE] = index % RING_SIZE;
            index++;
        }
        publish(&nic, 1, &nic_ring, index);
        while ((uint16_t)(index - seen_used) > RING_SIZE - 8) {
            wait_used(&nic_ring);
            while (has_used(&nic_ring)) {
                seen_used++;
            }
        }
    }
    while (seen_used != index) {
        wait_used(&nic_ring);
        seen_used++;
    }
    MARK(MARK_END);
    CHECK(status(&nic) == 15);
}

const struct guest_test guest_tests[] = {{"a disk starts", a_disk_starts},
                                         {"what is written is read", what_is_written_is_read},
                                         {"reads one at a time", reads_alone},
                                         {"reads many at a time", reads_deep},
                                         {"kicks", kicks},
                                         {"a broken queue is told", a_broken_queue_is_told},
                                         {"frames are sent", frames_are_sent},
                                         {0}};
