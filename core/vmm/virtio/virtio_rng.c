/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_rng.c - filling buffers with random bytes, at once.
 */
#include "virtio_rng.h"

#include <vmkapi/lib/bits.h>

#include "virtio_pci.h"

/** Fill the chain taken last, as far as there is randomness. */
static void fill(struct virtio_rng *rng, struct virtio_queue *queue) VMK_REQUIRES(&queue->lock)
{
    struct vring_cursor cursor = vring_writable(&queue->chain);
    vmk_uint32 room = (vmk_uint32)VMK_MIN(queue->chain.writable_bytes, RNG_BYTES_MAX), done = 0;
    vmk_uint64 number;

    while (done < room && rng->random(&number)) {
        vmk_uint32 len = (vmk_uint32)VMK_MIN(room - done, sizeof(number));

        if (vring_cursor_write(&cursor, queue->device->vm, &number, len) != VMK_OK) {
            virtio_queue_break(queue, "a buffer outside of memory");
            return;
        }
        done += len;
    }
    rng->bytes += done;
    vring_put(&queue->ring, queue->chain.head, done);
}

static void kick(struct virtio_queue *queue)
{
    struct virtio_rng *rng = VMK_CONTAINER_OF(queue->device, struct virtio_rng, device);
    bool signal;

    virtio_queue_lock(queue);
    do {
        while (virtio_queue_take(queue)) {
            fill(rng, queue);
        }
    } while (virtio_queue_rest(queue, false));
    signal = virtio_queue_publish(queue);
    virtio_queue_unlock(queue);
    if (signal) {
        virtio_pci_signal(queue);
    }
}

static const struct virtio_device_ops ops = {.kind = "entropy",
                                             .id = VIRTIO_ID_ENTROPY,
                                             .class_code = 0x00ff00, /* Other. */
                                             .kick = kick};

void virtio_rng_init(struct virtio_rng *rng, struct vm *vm)
{
    virtio_device_init(&rng->device, &(struct virtio_device_props){.vm = vm, .ops = &ops});
    vmk_SpinlockInit(&rng->queue.lock, "virtio entropy", VMK_RANK_VM_QUEUE);
    virtio_queue_init(&rng->queue, &rng->device, RNG_QUEUE_SIZE);
}
