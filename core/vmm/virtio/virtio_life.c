/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_life.c - devices in the kernel: made, reset, destroyed; and the bottom half that flushes queues.
 */
#include "virtio_life.h"

#include <core/vmm/vm.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/rcu.h>
#include <vmkapi/base/world.h>

#include "virtio_pci.h"

/* Flushing. */

/** Queues of which chains have been completed on a CPU; touched by it with bottom halves off. */
struct to_flush {
    struct virtio_queue *first;
} VMK_ATTRIBUTE_ALIGN(VMK_L1_CACHELINE_SIZE);

static struct to_flush to_flush[VMK_MAX_PCPUS];
static vmk_BottomHalf flush_bh = VMK_INVALID_BOTTOM_HALF;

void virtio_flush_later(struct virtio_queue *queue)
{
    struct to_flush *here = &to_flush[vmk_GetPCPUNum()];

    queue->next_to_flush = here->first;
    here->first = queue;
    if (!queue->next_to_flush) {
        vmk_BottomHalfSchedule(flush_bh, VMK_PCPU_THIS);
    }
}

static void flush(vmk_AddrCookie data)
{
    struct to_flush *here = &to_flush[vmk_GetPCPUNum()];
    struct virtio_queue *queue = here->first;

    here->first = NULL;
    while (queue) {
        /* From its flush on it may be put into some CPU's list again. */
        struct virtio_queue *next = queue->next_to_flush;

        virtio_queue_flush(queue);
        queue = next;
    }
}

/** The bottom half is there from the first device on. Devices are made one at a time (vm.h). */
static void need_flushing(void)
{
    static const vmk_BottomHalfProps props = {
        .moduleID = VMK_VMKERNEL_MODULE_ID, .name = {"virtio"}, .callback = flush};

    if (flush_bh == VMK_INVALID_BOTTOM_HALF) {
        VMK_VERIFY(vmk_BottomHalfRegister(&props, &flush_bh) == VMK_OK);
    }
}

/* Statistics. */

static vmk_uint64 sum(vmk_AddrCookie cookie, vmk_uint64 (*counter)(const struct virtio_queue *queue))
{
    const struct virtio_device *device = cookie.ptr;
    vmk_uint64 total = 0;

    for (vmk_uint32 i = 0; i < device->num_queues; i++) {
        total += counter(device->queues[i]);
    }
    return total;
}

#define QUEUE_COUNTER(name, expression)                                                                      \
    static vmk_uint64 queue_##name(const struct virtio_queue *queue)                                         \
        VMK_NO_THREAD_SAFETY_ANALYSIS("read while it is counted")                                            \
    {                                                                                                        \
        return expression;                                                                                   \
    }                                                                                                        \
    vmk_uint64 virtio_stat_##name(vmk_AddrCookie device)                                                     \
    {                                                                                                        \
        return sum(device, queue_##name);                                                                    \
    }

/* Read without the lock: a counter that is being counted is right before and after. */
QUEUE_COUNTER(kicks, queue->stats.kicks)
QUEUE_COUNTER(polls, queue->stats.polls)
QUEUE_COUNTER(chains, queue->stats.chains)
QUEUE_COUNTER(flushes, queue->stats.flushes)
QUEUE_COUNTER(signals, queue->stats.signals)
QUEUE_COUNTER(in_flight, queue->in_flight)

vmk_uint64 virtio_device_limit_waits(const struct virtio_device *device)
{
    return __atomic_load_n(&device->limit.waits, __ATOMIC_RELAXED);
}

vmk_uint64 virtio_stat_limit_waits(vmk_AddrCookie device)
{
    return virtio_device_limit_waits(device.ptr);
}

/* Coming. */

VMK_ReturnStatus virtio_device_install(struct virtio_device *device, unsigned slot,
                                       const struct virtio_stats *stats)
{
    vmk_StatusValue status;

    need_flushing();
    vmk_StatGroupInit(&device->stat_group, VMK_VMKERNEL_MODULE_ID, stats->fields, stats->num_fields,
                      "vm/%s/%s.%u", device->vm->name.string, device->ops->kind, slot);
    device->stat_group.base = stats->base;
    device->stat_group.count = stats->count != 0 ? stats->count : 1;
    device->stat_group.stride = stats->stride;
    device->stat_group.cookie.ptr = device;
    status = vmk_StatGroupRegister(&device->stat_group);
    if (status != VMK_OK) {
        return status;
    }
    virtio_pci_init(device);
    status = vpci_plug(&device->function, slot);
    if (status != VMK_OK) {
        vmk_StatGroupUnregister(&device->stat_group);
    }
    return status;
}

/* Going. */

static vmk_SpinlockObject idle_lock = VMK_SPINLOCK_INITIALIZER("virtio idle", VMK_RANK_VM_IDLE);

void virtio_idle_wake(struct virtio_device *device)
{
    vmk_uint64 flags;

    vmk_SpinlockLockIRQ(&idle_lock, &flags);
    device->idle_events++;
    vmk_SpinlockUnlockIRQ(&idle_lock, flags);
    (void)vmk_WorldWakeup((vmk_WorldEventID)&device->idle_events);
}

static vmk_uint64 idle_events(struct virtio_device *device)
{
    return __atomic_load_n(&device->idle_events, __ATOMIC_ACQUIRE);
}

void virtio_device_reset(struct virtio_device *device)
{
    vmk_uint64 seen = idle_events(device), flags;

    while (!virtio_device_try_reset(device)) {
        vmk_SpinlockLockIRQ(&idle_lock, &flags);
        if (idle_events(device) == seen) {
            /* Whatever ends the wait, the queues are looked at again. */
            (void)!vmk_WorldWaitIRQ((vmk_WorldEventID)&device->idle_events, &idle_lock, flags,
                                    VMK_TIMEOUT_UNLIMITED_MS, "a virtual device's requests");
        } else {
            vmk_SpinlockUnlockIRQ(&idle_lock, flags);
        }
        seen = idle_events(device);
    }
}

void virtio_device_destroy(struct virtio_device *device)
{
    virtio_device_reset(device);
    vpci_unplug(&device->function);
    /* Who put the last chain back may be about to leave the device. */
    vmk_RCUSynchronize();
    vmk_StatGroupUnregister(&device->stat_group);
    device->destroy(device);
}
