/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_console.h - a console of one port (virtio 1.2, 5.3): bytes out, bytes in.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_CONSOLE_H
#define CORE_VMM_VIRTIO_VIRTIO_CONSOLE_H

#include "virtio_device.h"

#define CONSOLE_QUEUE_SIZE 64
#define CONSOLE_TEXT_MAX   32768u /* Bytes of a chain: a guest does not choose how long it keeps us. */

enum console_queue { CONSOLE_IN, CONSOLE_OUT, CONSOLE_QUEUES }; /* 5.3.2. */

/** Each counted under its queue's lock. */
struct console_stats {
    vmk_uint64 bytes_in, bytes_out;
};

struct virtio_console {
    struct virtio_device device;
    struct console_stats stats;
    struct virtio_queue queues[CONSOLE_QUEUES];
    struct virtio_console_options options;
};

/** Make @p console, zeroed. Context: world. */
void virtio_console_init(struct virtio_console *console, struct vm *vm,
                         const struct virtio_console_options *options);

#endif
