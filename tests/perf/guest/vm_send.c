/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_send.c - a guest that sends small frames, 32 at a time.
 */
#include "mark.h"
#include "virtio_driver.h"
#include "vm_counts.h"

#define HEADER    12 /* 5.1.6 */
#define TRANSMITQ 1
#define WARM_UP   512

static struct virtio_device nic;
static struct virtio_queue queue;
static uint8_t frame[HEADER + VM_FRAME] __attribute__((aligned(64)));

/** To nobody, of a protocol that is for local experiments (IEEE 802). */
static void fill_frame(void)
{
    static const uint8_t nobody[] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};

    for (unsigned i = 0; i < sizeof(nobody); i++) {
        frame[HEADER + i] = nobody[i];
        frame[HEADER + sizeof(nobody) + i] = nic.config[i];
    }
    frame[HEADER + 12] = 0x88;
    frame[HEADER + 13] = 0xb5;
}

static void a_nic_starts(void)
{
    CHECK(virtio_find(&nic, VIRTIO_NET));
    CHECK(nic.common != 0 && virtio_negotiate(&nic, VIRTIO_NET_MAC));
    virtio_set_queue(&nic, TRANSMITQ, &queue);
    CHECK(virtio_go(&nic));
    fill_frame();
}

static uint16_t in_flight(void)
{
    return (uint16_t)(queue.put - queue.taken);
}

/** Forget frames that were sent; if the ring is full even so, wait until half of it is not. */
static void make_room(void)
{
    while (virtio_has_used(&queue)) {
        (void)virtio_take(&queue);
    }
    if (in_flight() > VIRTIO_QUEUE_SIZE - VM_BURST) {
        virtio_wait_used(&queue, VIRTIO_QUEUE_SIZE / 2);
        make_room();
    }
}

static void send(unsigned count)
{
    for (unsigned sent = 0; sent < count; sent += VM_BURST) {
        make_room();
        for (unsigned i = 0; i < VM_BURST; i++) {
            unsigned n = queue.put % VIRTIO_QUEUE_SIZE;

            queue.desc[n] = (struct virtio_desc){(uintptr_t)frame, sizeof(frame), 0, 0};
            virtio_put(&queue, n);
        }
        virtio_publish(&queue);
    }
}

static void frames_are_sent(void)
{
    virtio_take_interrupts();
    send(WARM_UP);
    vmk_Mark(VMK_MARK_WINDOW_START);
    send(VM_FRAMES);
    vmk_Mark(VMK_MARK_WINDOW_END);
    virtio_wait_used(&queue, in_flight());
}

const struct guest_test guest_tests[] = {{"a NIC starts", a_nic_starts}, {"sending", frames_are_sent}, {0}};
