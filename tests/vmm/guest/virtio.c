/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio.c - a test kernel's virtio driver (virtio 1.2 over PCI): disks are written, read back and read under
 * load, NICs send. Interrupts are messages, and the kernel halts until they come; event indices are used as
 * Linux uses them, so that exits and interrupts can be counted from outside.
 *
 * The first disk's first megabytes are overwritten.
 */
#include "virtio_driver.h"

#define BUFFERS            32
#define BUFFER             4096
#define BLOCKS             256 /* Of 4 KiB, which are written and read. */
#define READS_ALONE        500
#define READS_DEEP         4000
#define FRAMES             1000
#define BURST              8

#define FEATURE_FLUSH      (1u << 9) /* 5.2.3 */
#define STATUS_NEEDS_RESET 0x40
#define STATUS_ALL         15

static struct virtio_device disk, nic;
static struct virtio_queue disk_queue, nic_queue;

static bool start(const struct virtio_device *device, uint32_t features, unsigned number,
                  struct virtio_queue *queue)
{
    virtio_take_interrupts();
    if (!virtio_negotiate(device, features)) {
        return false;
    }
    virtio_set_queue(device, number, queue);
    return virtio_go(device);
}

/* Disks. */

struct request {
    uint32_t type, reserved;
    uint64_t sector;
    volatile uint8_t status;
} __attribute__((aligned(64)));

static struct request requests[BUFFERS];
static uint32_t buffers[BUFFERS][BUFFER / 4] __attribute__((aligned(4096)));
static unsigned refused;

/** Put request @p n, of 4 KiB at block @p block, into the ring. */
static void put_request(unsigned n, uint32_t type, uint32_t block)
{
    struct virtio_desc *desc = &disk_queue.desc[3 * n];

    requests[n] = (struct request){.type = type, .sector = (uint64_t)block * 8, .status = 0xff};
    desc[0] = (struct virtio_desc){(uintptr_t)&requests[n], 16, VIRTIO_NEXT, (uint16_t)(3 * n + 1)};
    desc[1] = (struct virtio_desc){(uintptr_t)buffers[n], BUFFER,
                                   (uint16_t)(type == 0 ? VIRTIO_NEXT | VIRTIO_WRITE : VIRTIO_NEXT),
                                   (uint16_t)(3 * n + 2)};
    desc[2] = (struct virtio_desc){(uintptr_t)&requests[n].status, 1, VIRTIO_WRITE, 0};
    if (type == 4) { /* A flush has no data. */
        desc[0].next = (uint16_t)(3 * n + 2);
    }
    virtio_put(&disk_queue, 3 * n);
}

/** Take the next request that has ended. @return its number. */
static unsigned take_request(void)
{
    unsigned n = virtio_take(&disk_queue) / 3;

    refused += n >= BUFFERS || requests[n].status != 0;
    return n % BUFFERS;
}

static void do_one(uint32_t type, uint32_t block)
{
    put_request(0, type, block);
    virtio_publish(&disk_queue);
    virtio_wait_used(&disk_queue, 1);
    (void)take_request();
}

static uint32_t word_of(uint32_t block, unsigned word)
{
    return block * 2654435761u ^ word * 40503u;
}

static void a_disk_starts(void)
{
    CHECK(virtio_find(&disk, VIRTIO_BLOCK));
    CHECK(disk.common != 0 && start(&disk, FEATURE_FLUSH, 0, &disk_queue));
    CHECK(*(volatile uint32_t *)disk.config / 8 >= BLOCKS);
}

static void what_is_written_is_read(void)
{
    unsigned wrong = 0;

    virtio_take_interrupts();
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
    virtio_take_interrupts();
    refused = 0;
    for (unsigned i = 0; i < READS_ALONE; i++) {
        do_one(0, i * 7 % BLOCKS);
    }
    CHECK(refused == 0);
}

/** BUFFERS under way; each batch that has ended is replaced by as many. */
static void reads_deep(void)
{
    unsigned begun = 0, ended = 0, wrong = 0;
    uint32_t of[BUFFERS];

    virtio_take_interrupts();
    refused = 0;
    for (; begun < BUFFERS; begun++) {
        of[begun] = begun * 5 % BLOCKS;
        put_request(begun, 0, of[begun]);
    }
    virtio_publish(&disk_queue);
    while (ended < READS_DEEP) {
        virtio_wait_used(&disk_queue, 1);
        while (virtio_has_used(&disk_queue)) {
            unsigned n = take_request();

            ended++;
            wrong += buffers[n][1] != word_of(of[n], 1) || buffers[n][1023] != word_of(of[n], 1023);
            if (begun < READS_DEEP) {
                of[n] = begun++ * 5 % BLOCKS;
                put_request(n, 0, of[n]);
            }
        }
        virtio_publish(&disk_queue);
    }
    CHECK(refused == 0);
    CHECK(wrong == 0);
}

/* A driver that breaks the rules is told, and may start again. */
static void a_broken_queue_is_told(void)
{
    virtio_put(&disk_queue, VIRTIO_QUEUE_SIZE);
    virtio_publish(&disk_queue);
    for (unsigned i = 0; i < 1000000 && (virtio_status(&disk) & STATUS_NEEDS_RESET) == 0; i++) {
    }
    CHECK((virtio_status(&disk) & STATUS_NEEDS_RESET) != 0);
    CHECK(start(&disk, FEATURE_FLUSH, 0, &disk_queue));
    refused = 0;
    do_one(0, 0);
    CHECK(refused == 0);
}

/* NICs. */

static uint8_t frame[12 + 1514] __attribute__((aligned(64)));

/** A broadcast of a protocol nobody knows. */
static void fill_frame(void)
{
    for (unsigned i = 0; i < 6; i++) {
        frame[12 + i] = 0xff;
        frame[18 + i] = nic.config[i];
    }
    frame[24] = 0x88;
    frame[25] = 0xb5; /* IEEE 802: local experimental. */
}

static void put_frame(void)
{
    unsigned n = nic_queue.put % VIRTIO_QUEUE_SIZE;

    nic_queue.desc[n] = (struct virtio_desc){(uintptr_t)frame, sizeof(frame), 0, 0};
    virtio_put(&nic_queue, n);
}

static uint16_t frames_in_flight(void)
{
    return (uint16_t)(nic_queue.put - nic_queue.taken);
}

static void take_frame(void)
{
    virtio_wait_used(&nic_queue, 1);
    (void)virtio_take(&nic_queue);
}

static void frames_are_sent(void)
{
    CHECK(virtio_find(&nic, VIRTIO_NET));
    if (nic.common == 0 || !start(&nic, 0, 1, &nic_queue)) {
        guest_fail("the NIC starts", __LINE__);
        return;
    }
    fill_frame();
    for (unsigned sent = 0; sent < FRAMES; sent += BURST) {
        for (unsigned i = 0; i < BURST; i++) {
            put_frame();
        }
        virtio_publish(&nic_queue);
        while (frames_in_flight() > VIRTIO_QUEUE_SIZE - BURST) {
            take_frame();
        }
    }
    while (frames_in_flight() != 0) {
        take_frame();
    }
    CHECK(virtio_status(&nic) == STATUS_ALL);
}

const struct guest_test guest_tests[] = {{"a disk starts", a_disk_starts},
                                         {"what is written is read", what_is_written_is_read},
                                         {"reads one at a time", reads_alone},
                                         {"reads many at a time", reads_deep},
                                         {"a broken queue is told", a_broken_queue_is_told},
                                         {"frames are sent", frames_are_sent},
                                         {0}};
