/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_rng.h - a source of entropy (virtio 1.2, 5.4): the processor's.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_RNG_H
#define CORE_VMM_VIRTIO_VIRTIO_RNG_H

#include "virtio_device.h"

#define RNG_QUEUE_SIZE 16
#define RNG_BYTES_MAX  512 /* A chain: a driver asks again for more. */

struct virtio_rng {
    struct virtio_device device;
    struct virtio_queue queue;
    vmk_uint64 bytes; /**< Given; by the queue's lock. */
    /** A random number. @return false: there is none just now. */
    bool (*random)(vmk_uint64 *number);
};

/** Make @p rng, zeroed, whose `random` is set. Context: world. */
void virtio_rng_init(struct virtio_rng *rng, struct vm *vm);

#endif
