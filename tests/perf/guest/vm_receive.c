/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_receive.c - a guest that receives what comes, and says "receiving" when frames to its NIC may.
 */
#include "mark.h"
#include "virtio_driver.h"
#include "vm_counts.h"

#define BUFFER   2048 /* Header and frame. */
#define RECEIVEQ 0
#define WARM_UP  512
#define REFILL   32 /* Buffers that are given back together. */

static struct virtio_device nic;
static struct virtio_queue queue;
static uint8_t buffers[VIRTIO_QUEUE_SIZE][BUFFER] __attribute__((aligned(4096)));

static void put_buffer(unsigned n)
{
    queue.desc[n] = (struct virtio_desc){(uintptr_t)buffers[n], BUFFER, VIRTIO_WRITE, 0};
    virtio_put(&queue, n);
}

static void a_nic_starts(void)
{
    CHECK(virtio_find(&nic, VIRTIO_NET));
    CHECK(nic.common != 0 && virtio_negotiate(&nic, VIRTIO_NET_MAC));
    virtio_set_queue(&nic, RECEIVEQ, &queue);
    CHECK(virtio_go(&nic));
}

/** Take @p count frames as they come. */
static void receive(unsigned count)
{
    unsigned taken = 0;

    while (taken < count) {
        virtio_wait_used(&queue, 1);
        while (virtio_has_used(&queue) && taken < count) {
            put_buffer(virtio_take(&queue));
            if (++taken % REFILL == 0) {
                virtio_publish(&queue);
            }
        }
    }
}

static void frames_are_received(void)
{
    virtio_take_interrupts();
    for (unsigned n = 0; n < VIRTIO_QUEUE_SIZE; n++) {
        put_buffer(n);
    }
    virtio_publish(&queue);
    guest_print("receiving\n");
    receive(WARM_UP);
    vmk_Mark(VMK_MARK_WINDOW_START);
    receive(VM_FRAMES);
    vmk_Mark(VMK_MARK_WINDOW_END);
}

const struct guest_test guest_tests[] = {
    {"a NIC starts", a_nic_starts}, {"receiving", frames_are_received}, {0}};
