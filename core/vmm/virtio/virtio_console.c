/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_console.c - chains to bytes and back. All is done at once: nothing is ever under way.
 */
#include "virtio_console.h"

#include <vmkapi/lib/bits.h>

#include "virtio_pci.h"

static struct virtio_console *of(struct virtio_device *device)
{
    return VMK_CONTAINER_OF(device, struct virtio_console, device);
}

/** Long text is as much work as many chains, and what is left is for later (virtio_queue_rest()). */
static void charge(struct virtio_queue *queue, vmk_uint32 len) VMK_REQUIRES(&queue->lock)
{
    queue->budget -= VMK_MIN(queue->budget, len / (CONSOLE_TEXT_MAX / VIRTIO_KICK_CHAINS));
}

/** Write out what the chain taken last has to be read. */
static void put_out(struct virtio_console *console, struct virtio_queue *queue) VMK_REQUIRES(&queue->lock)
{
    struct vring_cursor cursor = vring_readable(&queue->chain);
    vmk_uint32 left = CONSOLE_TEXT_MAX;
    struct vring_segment piece;
    vmk_uint8 bytes[64];

    while ((piece = vring_cursor_next(&cursor, VMK_MIN(left, (vmk_uint32)sizeof(bytes)))).len != 0) {
        if (vdev_memory_read(queue->device->vm, piece.at, bytes, piece.len) != VMK_OK) {
            virtio_queue_break(queue, "text outside of memory");
            return;
        }
        console->options.output(console->options.data, bytes, piece.len);
        console->stats.bytes_out += piece.len;
        left -= piece.len;
    }
    if (vring_cursor_next(&cursor, 1).len != 0) {
        virtio_queue_break(queue, "more text in a chain than a console takes");
        return;
    }
    charge(queue, CONSOLE_TEXT_MAX - left);
    vring_put(&queue->ring, queue->chain.head, 0);
}

static void kick(struct virtio_queue *queue)
{
    struct virtio_console *console = of(queue->device);
    bool signal;

    if (queue->index != CONSOLE_OUT) {
        return; /* Buffers are looked for when there is something to type. */
    }
    virtio_queue_lock(queue);
    do {
        while (virtio_queue_take(queue)) {
            put_out(console, queue);
        }
    } while (virtio_queue_rest(queue, false));
    signal = virtio_queue_publish(queue);
    virtio_queue_unlock(queue);
    if (signal) {
        virtio_pci_signal(queue);
    }
}

/** Type into the chain taken last. @return how many bytes it took. */
static vmk_uint32 type(struct virtio_queue *queue, const vmk_uint8 *bytes, vmk_uint32 count)
    VMK_REQUIRES(&queue->lock)
{
    struct vring_cursor cursor = vring_writable(&queue->chain);
    vmk_uint32 len = (vmk_uint32)VMK_MIN(count, queue->chain.writable_bytes);

    if (vring_cursor_write(&cursor, queue->device->vm, bytes, len) != VMK_OK) {
        virtio_queue_break(queue, "a buffer outside of memory");
        return 0;
    }
    vring_put(&queue->ring, queue->chain.head, len);
    return len;
}

vmk_uint32 virtio_console_input(struct virtio_device *device, const vmk_uint8 *bytes, vmk_uint32 count)
{
    struct virtio_console *console = of(device);
    struct virtio_queue *queue = &console->queues[CONSOLE_IN];
    vmk_uint32 done = 0;
    bool signal;

    if (!virtio_is_running(device)) {
        return 0;
    }
    virtio_queue_lock(queue);
    while (done < count && virtio_queue_take(queue)) {
        done += type(queue, bytes + done, count - done);
    }
    queue->budget = VIRTIO_KICK_CHAINS;
    console->stats.bytes_in += done;
    signal = virtio_queue_publish(queue);
    virtio_queue_unlock(queue);
    if (signal) {
        virtio_pci_signal(queue);
    }
    return done;
}

static const struct virtio_device_ops ops = {.kind = "console",
                                             .id = VIRTIO_ID_CONSOLE,
                                             .class_code = 0x078000, /* Communication, other. */
                                             .kick = kick};

void virtio_console_init(struct virtio_console *console, struct vm *vm,
                         const struct virtio_console_options *options)
{
    console->options = *options;
    virtio_device_init(&console->device, &(struct virtio_device_props){.vm = vm, .ops = &ops});
    for (unsigned i = 0; i < CONSOLE_QUEUES; i++) {
        /* No rank: who types may hold any lock of a console's. */
        vmk_SpinlockInit(&console->queues[i].lock, "virtio console", VMK_SPINLOCK_UNRANKED);
        virtio_queue_init(&console->queues[i], &console->device, CONSOLE_QUEUE_SIZE);
    }
}
