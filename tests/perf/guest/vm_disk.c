/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_disk.c - a guest that reads 4 KiB at random from a virtio disk: one at a time, whose kicks are counted
 * by themselves first, and 32 at a time.
 */
#include "mark.h"
#include "virtio_driver.h"
#include "vm_counts.h"

#define BYTES        4096
#define SECTORS_EACH (BYTES / 512)
#define WARM_UP      256

#define READ         0 /* 5.2.6 */
#define STATUS_OK    0

struct request {
    uint32_t type, reserved;
    uint64_t sector;
    volatile uint8_t status;
} __attribute__((aligned(64)));

static struct virtio_device disk;
static struct virtio_queue queue;
static struct request requests[VM_DEPTH];
static uint8_t buffers[VM_DEPTH][BYTES] __attribute__((aligned(4096)));
static uint32_t places;
static uint32_t seed = 2463534242u;
static unsigned failed;

/* Marsaglia's xorshift32. */
static uint32_t random_place(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % places;
}

/** Put request @p n into the ring: header, data, status. */
static void put_read(unsigned n)
{
    struct virtio_desc *desc = &queue.desc[3 * n];

    requests[n] =
        (struct request){.type = READ, .sector = (uint64_t)random_place() * SECTORS_EACH, .status = 0xff};
    desc[0] = (struct virtio_desc){(uintptr_t)&requests[n], 16, VIRTIO_NEXT, (uint16_t)(3 * n + 1)};
    desc[1] =
        (struct virtio_desc){(uintptr_t)buffers[n], BYTES, VIRTIO_NEXT | VIRTIO_WRITE, (uint16_t)(3 * n + 2)};
    desc[2] = (struct virtio_desc){(uintptr_t)&requests[n].status, 1, VIRTIO_WRITE, 0};
    virtio_put(&queue, 3 * n);
}

/** Take a read that has ended. @return its number. */
static unsigned take_read(void)
{
    unsigned n = virtio_take(&queue) / 3;

    failed += n >= VM_DEPTH || requests[n].status != STATUS_OK;
    return n % VM_DEPTH;
}

static void read_alone(void)
{
    put_read(0);
    virtio_publish(&queue);
    virtio_wait_used(&queue, 1);
    (void)take_read();
}

static void a_disk_starts(void)
{
    virtio_take_interrupts();
    CHECK(virtio_find(&disk, VIRTIO_BLOCK));
    CHECK(disk.common != 0 && virtio_negotiate(&disk, 0));
    virtio_set_queue(&disk, 0, &queue);
    CHECK(virtio_go(&disk));
    places = *(volatile uint32_t *)disk.config / SECTORS_EACH;
    CHECK(places != 0);
    for (unsigned i = 0; i < WARM_UP; i++) {
        read_alone();
    }
    CHECK(failed == 0);
}

/** From the kick until the guest goes on, its request being on its way. */
static void kicks(void)
{
    virtio_take_interrupts();
    vmk_Mark(VMK_MARK_WINDOW_START);
    for (unsigned i = 0; i < VM_KICKS; i++) {
        put_read(0);
        queue.avail.used_event = queue.taken;
        __sync_synchronize();
        queue.avail.index = queue.put;
        __sync_synchronize();
        vmk_Mark(VMK_MARK_BEGIN);
        virtio_kick(&queue);
        vmk_Mark(VMK_MARK_OPERATION);
        virtio_wait_used(&queue, 1);
        (void)take_read();
    }
    vmk_Mark(VMK_MARK_WINDOW_END);
    CHECK(failed == 0);
}

static void reads_alone(void)
{
    virtio_take_interrupts();
    vmk_Mark(VMK_MARK_WINDOW_START);
    for (unsigned i = 0; i < VM_READS_ALONE; i++) {
        read_alone();
        vmk_Mark(VMK_MARK_OPERATION);
    }
    vmk_Mark(VMK_MARK_WINDOW_END);
    CHECK(failed == 0);
}

/** Have @p count reads end; each batch that has is replaced by as many, which stay under way. */
static void go_on(unsigned count)
{
    for (unsigned ended = 0; ended < count;) {
        virtio_wait_used(&queue, 1);
        while (virtio_has_used(&queue) && ended < count) {
            put_read(take_read());
            ended++;
        }
        virtio_publish(&queue);
    }
}

static void reads_deep(void)
{
    virtio_take_interrupts();
    for (unsigned n = 0; n < VM_DEPTH; n++) {
        put_read(n);
    }
    virtio_publish(&queue);
    go_on(WARM_UP);
    vmk_Mark(VMK_MARK_WINDOW_START);
    go_on(VM_READS_DEEP);
    vmk_Mark(VMK_MARK_WINDOW_END);
    while (queue.taken != queue.put) {
        virtio_wait_used(&queue, 1);
        (void)take_read();
    }
    CHECK(failed == 0);
}

const struct guest_test guest_tests[] = {{"a disk starts", a_disk_starts},
                                         {"kicks", kicks},
                                         {"reads one at a time", reads_alone},
                                         {"reads 32 at a time", reads_deep},
                                         {0}};
