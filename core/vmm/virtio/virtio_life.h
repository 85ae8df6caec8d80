/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_life.h - a virtio device's coming and going in the kernel: slot, statistics, the wait for what is
 * under way.
 *
 * Context: world, may block.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_LIFE_H
#define CORE_VMM_VIRTIO_VIRTIO_LIFE_H

#include "virtio_device.h"

/** A device's own counters, in one struct or some to be summed over. */
struct virtio_stats {
    const vmk_StatField *fields;
    vmk_uint32 num_fields;
    const void *base;
    vmk_uint32 count;     /**< Structs from `base` on; 0: one. */
    vmk_ByteCount stride; /**< From one to the next. */
};

/**
 * Name a device, whose queues are all there, show its statistics as vm/NAME/KIND.SLOT, and put it into its
 * slot. @p stats are its own, and those of its queues by VIRTIO_STAT_FIELDS.
 *
 * @return VMK_OK; VMK_BUSY: the slot; VMK_EXISTS: a device of that name is there.
 */
VMK_ReturnStatus virtio_device_install(struct virtio_device *device, unsigned slot,
                                       const struct virtio_stats *stats);

/** The queue's counters, for the tables of fields: the sum over the device's queues. */
vmk_uint64 virtio_stat_kicks(vmk_AddrCookie device);
vmk_uint64 virtio_stat_polls(vmk_AddrCookie device);
vmk_uint64 virtio_stat_chains(vmk_AddrCookie device);
vmk_uint64 virtio_stat_flushes(vmk_AddrCookie device);
vmk_uint64 virtio_stat_signals(vmk_AddrCookie device);
vmk_uint64 virtio_stat_in_flight(vmk_AddrCookie device);

/** Times that a queue had to wait for its turn (virtio_limit.h). */
vmk_uint64 virtio_stat_limit_waits(vmk_AddrCookie device);

#define VIRTIO_STAT_FIELDS                                                                                   \
    VMK_STAT_READ("kicks", virtio_stat_kicks), VMK_STAT_READ("polls", virtio_stat_polls),                    \
        VMK_STAT_READ("chains", virtio_stat_chains), VMK_STAT_READ("flushes", virtio_stat_flushes),          \
        VMK_STAT_READ("signals", virtio_stat_signals), VMK_STAT_READ("in_flight", virtio_stat_in_flight),    \
        VMK_STAT_READ("limit_waits", virtio_stat_limit_waits)

#endif
