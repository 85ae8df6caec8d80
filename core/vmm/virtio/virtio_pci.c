/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_pci.c - the registers: common configuration (4.1.4.3), notifications (4.1.4.4), interrupt status
 * (4.1.4.5), device configuration (4.1.4.6).
 *
 * A register answers accesses of its own size (4.1.3.1), 64-bit ones by halves; others read 0 and are not
 * written.
 */
#include "virtio_pci.h"

#include <vmkapi/lib/libc.h>

#include "virtio_pci_window.h"

#define VENDOR         0x1af4
#define DEVICE_BASE    0x1040 /* 4.1.2. */

#define BAR_NOTIFY     0
#define BAR_MSIX       1
#define BAR_REGISTERS  4

#define NOTIFY_BYTES   4 /* A queue. */
#define NOTIFY_SIZE    128
#define COMMON         0x000 /* In BAR_REGISTERS. */
#define ISR            0x100
#define CONFIG         0x200
#define REGISTERS_SIZE 0x400

#define CAPABILITY_ID  0x09 /* Vendor-specific. */
#define ISR_QUEUE      1u
#define ISR_CONFIG     2u

VMK_STATIC_ASSERT(NOTIFY_BYTES *VIRTIO_DEVICE_QUEUES_MAX <= NOTIFY_SIZE, "a place each");

/* 4.1.4.3: offsets. */
enum common {
    COMMON_DEVICE_FEATURE_SELECT = 0x00,
    COMMON_DEVICE_FEATURE = 0x04,
    COMMON_DRIVER_FEATURE_SELECT = 0x08,
    COMMON_DRIVER_FEATURE = 0x0c,
    COMMON_CONFIG_VECTOR = 0x10,
    COMMON_NUM_QUEUES = 0x12,
    COMMON_STATUS = 0x14,
    COMMON_CONFIG_GENERATION = 0x15,
    COMMON_QUEUE_SELECT = 0x16,
    COMMON_QUEUE_SIZE = 0x18,
    COMMON_QUEUE_VECTOR = 0x1a,
    COMMON_QUEUE_ENABLE = 0x1c,
    COMMON_QUEUE_NOTIFY_OFF = 0x1e,
    COMMON_QUEUE_DESC = 0x20,
    COMMON_QUEUE_DRIVER = 0x28,
    COMMON_QUEUE_DEVICE = 0x30,
    COMMON_QUEUE_NOTIFY_DATA = 0x38,
    COMMON_QUEUE_RESET = 0x3a,
    COMMON_END = 0x3c,
};

VMK_STATIC_ASSERT(COMMON + COMMON_END <= ISR && ISR < CONFIG, "one behind the other");

/** The size of the register at @p offset; 0: there is none. */
static unsigned size_of(vmk_uint64 offset)
{
    switch (offset) {
    case COMMON_DEVICE_FEATURE_SELECT:
    case COMMON_DEVICE_FEATURE:
    case COMMON_DRIVER_FEATURE_SELECT:
    case COMMON_DRIVER_FEATURE:
    case COMMON_QUEUE_DESC:
    case COMMON_QUEUE_DESC + 4:
    case COMMON_QUEUE_DRIVER:
    case COMMON_QUEUE_DRIVER + 4:
    case COMMON_QUEUE_DEVICE:
    case COMMON_QUEUE_DEVICE + 4:
        return 4;
    case COMMON_CONFIG_VECTOR:
    case COMMON_NUM_QUEUES:
    case COMMON_QUEUE_SELECT:
    case COMMON_QUEUE_SIZE:
    case COMMON_QUEUE_VECTOR:
    case COMMON_QUEUE_ENABLE:
    case COMMON_QUEUE_NOTIFY_OFF:
    case COMMON_QUEUE_NOTIFY_DATA:
    case COMMON_QUEUE_RESET:
        return 2;
    case COMMON_STATUS:
    case COMMON_CONFIG_GENERATION:
        return 1;
    default:
        return 0;
    }
}

/* Queues. */

static struct virtio_queue *selected(struct virtio_device *device) VMK_REQUIRES(&device->lock)
{
    return device->queue_select < device->num_queues ? device->queues[device->queue_select] : NULL;
}

static vmk_uint32 half(vmk_uint64 value, vmk_uint64 offset)
{
    return (vmk_uint32)(value >> (offset & 4) * 8);
}

static void set_half(vmk_uint64 *value, vmk_uint64 offset, vmk_uint64 part)
{
    unsigned shift = (unsigned)(offset & 4) * 8;

    *value = (*value & ~(0xfffffffful << shift)) | (part & 0xffffffff) << shift;
}

/** Whether the reset of a queue is still going on. */
static bool queue_is_resetting(struct virtio_queue *queue) VMK_REQUIRES(&queue->device->lock)
{
    if (queue->setup.resetting) {
        virtio_queue_lock(queue);
        queue->setup.resetting = queue->in_flight != 0;
        virtio_queue_unlock(queue);
    }
    return queue->setup.resetting;
}

static vmk_uint64 queue_read(struct virtio_queue *queue, vmk_uint64 offset) VMK_REQUIRES(&queue->device->lock)
{
    switch (offset) {
    case COMMON_QUEUE_SIZE:
        return queue->setup.size;
    case COMMON_QUEUE_VECTOR:
        return queue->setup.vector;
    case COMMON_QUEUE_ENABLE:
        return queue->setup.enabled;
    case COMMON_QUEUE_NOTIFY_OFF:
    case COMMON_QUEUE_NOTIFY_DATA:
        return queue->index;
    case COMMON_QUEUE_RESET:
        return queue_is_resetting(queue);
    case COMMON_QUEUE_DESC:
    case COMMON_QUEUE_DESC + 4:
        return half(queue->setup.desc, offset);
    case COMMON_QUEUE_DRIVER:
    case COMMON_QUEUE_DRIVER + 4:
        return half(queue->setup.avail, offset);
    case COMMON_QUEUE_DEVICE:
    case COMMON_QUEUE_DEVICE + 4:
        return half(queue->setup.used, offset);
    default:
        return 0;
    }
}

static void queue_enable(struct virtio_queue *queue) VMK_REQUIRES(&queue->device->lock)
{
    struct virtio_device *device = queue->device;
    struct vring_setup setup;

    vmk_SpinlockAssertHeldByWorld(&device->lock);
    setup = (struct vring_setup){.size = queue->setup.size,
                                 .desc = gpa(queue->setup.desc),
                                 .avail = gpa(queue->setup.avail),
                                 .used = gpa(queue->setup.used),
                                 .event_index = (device->features & VIRTIO_F_EVENT_IDX) != 0,
                                 .indirect = (device->features & VIRTIO_F_INDIRECT_DESC) != 0};
    virtio_queue_lock(queue);
    if (vring_start(&queue->ring, device->vm, &setup) == VMK_OK) {
        queue->setup.enabled = true;
    } else {
        virtio_queue_break(queue, queue->ring.why);
    }
    virtio_queue_unlock(queue);
}

/** 2.6.1. */
static void queue_reset(struct virtio_queue *queue) VMK_REQUIRES(&queue->device->lock)
{
    virtio_queue_stop(queue);
    queue->setup.enabled = false;
    queue->setup.resetting = true;
}

/** A vector that exists, or none: 4.1.5.1.2. */
static vmk_uint16 vector_of(const struct virtio_device *device, vmk_uint64 value)
{
    return value < device->function.msix.count ? (vmk_uint16)value : VIRTIO_NO_VECTOR;
}

static void queue_write(struct virtio_queue *queue, vmk_uint64 offset, vmk_uint64 value)
    VMK_REQUIRES(&queue->device->lock)
{
    if (offset == COMMON_QUEUE_VECTOR) {
        queue->setup.vector = vector_of(queue->device, value);
        return;
    }
    if (offset == COMMON_QUEUE_RESET) {
        if (value == 1 && queue->setup.enabled && (queue->device->features & VIRTIO_F_RING_RESET) != 0) {
            queue_reset(queue);
        }
        return;
    }
    if (queue->setup.enabled || queue_is_resetting(queue)) {
        return; /* 4.1.4.3.2: not the driver's to write any more. */
    }
    switch (offset) {
    case COMMON_QUEUE_SIZE:
        queue->setup.size = value > queue->size_max ? queue->size_max : (vmk_uint16)value;
        break;
    case COMMON_QUEUE_ENABLE:
        if (value == 1) {
            queue_enable(queue);
        }
        break;
    case COMMON_QUEUE_DESC:
    case COMMON_QUEUE_DESC + 4:
        set_half(&queue->setup.desc, offset, value);
        break;
    case COMMON_QUEUE_DRIVER:
    case COMMON_QUEUE_DRIVER + 4:
        set_half(&queue->setup.avail, offset, value);
        break;
    case COMMON_QUEUE_DEVICE:
    case COMMON_QUEUE_DEVICE + 4:
        set_half(&queue->setup.used, offset, value);
        break;
    default:
        break;
    }
}

/* The device's status: 2.1, 3.1. */

static void status_write(struct virtio_device *device, vmk_uint8 value) VMK_REQUIRES(&device->lock)
{
    vmk_uint8 old = __atomic_load_n(&device->status, __ATOMIC_RELAXED), new = value & ~old;

    if ((new &VIRTIO_STATUS_FEATURES_OK) != 0 && ((device->features & ~device->features_offered) != 0 ||
                                                  (device->features & VIRTIO_F_VERSION_1) == 0)) {
        new &= (vmk_uint8)~VIRTIO_STATUS_FEATURES_OK;
    }
    if ((new &VIRTIO_STATUS_DRIVER_OK) != 0 && ((old | new) & VIRTIO_STATUS_FEATURES_OK) == 0) {
        new &= (vmk_uint8)~VIRTIO_STATUS_DRIVER_OK;
    }
    new &= (vmk_uint8)~VIRTIO_STATUS_NEEDS_RESET; /* Ours to say. */
    if ((new &VIRTIO_STATUS_DRIVER_OK) != 0 && device->ops->start) {
        device->ops->start(device);
    }
    (void)__atomic_fetch_or(&device->status, new, __ATOMIC_RELEASE);
}

/* Common configuration. */

static vmk_uint64 common_read(struct virtio_device *device, vmk_uint64 offset) VMK_REQUIRES(&device->lock)
{
    struct virtio_queue *queue = selected(device);

    switch (offset) {
    case COMMON_DEVICE_FEATURE_SELECT:
        return device->feature_select;
    case COMMON_DEVICE_FEATURE:
        return device->feature_select < 2 ? half(device->features_offered, device->feature_select * 4ul) : 0;
    case COMMON_DRIVER_FEATURE_SELECT:
        return device->driver_feature_select;
    case COMMON_DRIVER_FEATURE:
        return device->driver_feature_select < 2 ? half(device->features, device->driver_feature_select * 4ul)
                                                 : 0;
    case COMMON_CONFIG_VECTOR:
        return device->config_vector;
    case COMMON_NUM_QUEUES:
        return device->num_queues;
    case COMMON_STATUS:
        return __atomic_load_n(&device->status, __ATOMIC_RELAXED);
    case COMMON_CONFIG_GENERATION:
        return device->config_generation;
    case COMMON_QUEUE_SELECT:
        return device->queue_select;
    default:
        if (!queue) {
            return 0;
        }
        vmk_SpinlockAssertHeldByWorld(&queue->device->lock);
        return queue_read(queue, offset);
    }
}

static void common_write(struct virtio_device *device, vmk_uint64 offset, vmk_uint64 value)
    VMK_REQUIRES(&device->lock)
{
    struct virtio_queue *queue = selected(device);

    switch (offset) {
    case COMMON_DEVICE_FEATURE_SELECT:
        device->feature_select = (vmk_uint32)value;
        break;
    case COMMON_DRIVER_FEATURE_SELECT:
        device->driver_feature_select = (vmk_uint32)value;
        break;
    case COMMON_DRIVER_FEATURE:
        if (device->driver_feature_select < 2 && (device->status & VIRTIO_STATUS_FEATURES_OK) == 0) {
            set_half(&device->features, device->driver_feature_select * 4ul, value);
        }
        break;
    case COMMON_CONFIG_VECTOR:
        device->config_vector = vector_of(device, value);
        break;
    case COMMON_STATUS:
        status_write(device, (vmk_uint8)value);
        break;
    case COMMON_QUEUE_SELECT:
        device->queue_select = (vmk_uint16)value;
        break;
    default:
        if (queue) {
            vmk_SpinlockAssertHeldByWorld(&queue->device->lock);
            queue_write(queue, offset, value);
        }
        break;
    }
}

static vmk_uint64 config_read(struct virtio_device *device, vmk_uint64 offset, unsigned size)
    VMK_REQUIRES(&device->lock)
{
    vmk_uint64 value = 0;

    if (offset < device->config_len && size <= device->config_len - offset) {
        vmk_Memcpy(&value, (const vmk_uint8 *)device->config + offset, size);
    }
    return value;
}

/**
 * Read and clear: 4.1.4.5. An interrupt that comes at the same time may find the line lowered behind it, and
 * then is in what is read; or the line stays high for one interrupt of which nothing is left to be read.
 */
static vmk_uint8 isr_read(struct virtio_device *device)
{
    vpci_intx_set(&device->function, false);
    return __atomic_exchange_n(&device->isr, 0, __ATOMIC_ACQ_REL);
}

/* What the buses call. */

static vmk_uint64 registers_read(void *data, vmk_uint64 offset, unsigned size)
{
    struct virtio_device *device = data;
    vmk_uint64 value = 0;
    bool resetting;

    if (offset == ISR) {
        return isr_read(device);
    }
    vmk_SpinlockLock(&device->lock);
    resetting = device->resetting;
    if (offset >= CONFIG) {
        value = config_read(device, offset - CONFIG, size);
    } else if (size == size_of(offset)) {
        value = common_read(device, offset);
    }
    vmk_SpinlockUnlock(&device->lock);
    /* What a driver waits for that has asked for a reset. */
    if (offset == COMMON_STATUS && value != 0 && resetting && virtio_device_try_reset(device)) {
        value = 0;
    }
    return value;
}

static void registers_write(void *data, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct virtio_device *device = data;

    if (size != size_of(offset)) {
        return;
    }
    if (offset == COMMON_STATUS && (vmk_uint8)value == 0) {
        (void)virtio_device_try_reset(device);
        return;
    }
    vmk_SpinlockLock(&device->lock);
    if (!device->resetting) {
        common_write(device, offset, value);
    }
    vmk_SpinlockUnlock(&device->lock);
}

static vmk_uint64 notify_read(void *data, vmk_uint64 offset, unsigned size)
{
    return 0;
}

static void notify_write(void *data, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    virtio_device_kick(data, (vmk_uint32)offset / NOTIFY_BYTES);
}

static const struct io_ops registers_ops = {.read = registers_read, .write = registers_write, .max_size = 4};
static const struct io_ops notify_ops = {.read = notify_read, .write = notify_write, .max_size = 4};

/* Interrupts. */

static void signal(struct virtio_device *device, vmk_uint16 vector, vmk_uint8 bit)
{
    if (!vpci_msix_enabled(&device->function)) {
        (void)__atomic_fetch_or(&device->isr, bit, __ATOMIC_RELEASE);
        vpci_intx_set(&device->function, true);
    } else if (vector != VIRTIO_NO_VECTOR) {
        vpci_msix_send(&device->function, vector);
    }
}

/* A vector is one number: who reads it without the lock gets the old or the new one. */

void virtio_pci_signal(const struct virtio_queue *queue)
{
    signal(queue->device, __atomic_load_n(&queue->setup.vector, __ATOMIC_RELAXED), ISR_QUEUE);
}

void virtio_pci_signal_config(struct virtio_device *device)
    VMK_NO_THREAD_SAFETY_ANALYSIS("one number, old or new")
{
    signal(device, __atomic_load_n(&device->config_vector, __ATOMIC_RELAXED), ISR_CONFIG);
}

void virtio_pci_quiet(struct virtio_device *device)
{
    (void)isr_read(device);
}

/* The function: 4.1.4. */

struct capability {
    vmk_uint8 header[2]; /**< vpci's. */
    vmk_uint8 len, type, bar, id, padding[2];
    vmk_uint32 offset, length, notify_multiplier;
};

VMK_STATIC_ASSERT(sizeof(struct capability) == 20, "4.1.4");

enum capability_type { CAPABILITY_COMMON = 1, CAPABILITY_NOTIFY, CAPABILITY_ISR, CAPABILITY_DEVICE };

static void add_capability(struct virtio_device *device, enum capability_type type, vmk_uint8 bar,
                           vmk_uint32 offset, vmk_uint32 length)
{
    bool notify = type == CAPABILITY_NOTIFY;
    struct capability capability = {
        .len = (vmk_uint8)(notify ? sizeof(capability) : sizeof(capability) - sizeof(vmk_uint32)),
        .type = (vmk_uint8)type,
        .bar = bar,
        .offset = offset,
        .length = length,
        .notify_multiplier = NOTIFY_BYTES,
    };

    (void)vpci_capability_add(&device->function, VIRTIO_PCI_CAPABILITY, &capability, NULL, capability.len);
}

/** The machine is reset, with all its functions. */
static void function_reset(struct vpci_function *function)
{
    virtio_pci_window_reset(function);
    (void)virtio_device_try_reset(VMK_CONTAINER_OF(function, struct virtio_device, function));
}

void virtio_pci_init(struct virtio_device *device)
{
    struct vpci_identity identity = {.vendor = VENDOR,
                                     .device = (vmk_uint16)(DEVICE_BASE + device->ops->id),
                                     .subsystem_vendor = VENDOR,
                                     .subsystem = (vmk_uint16)(DEVICE_BASE + device->ops->id),
                                     .class_code = device->ops->class_code,
                                     .revision = 1};
    struct io_region notify = {.name = "virtio notify", .ops = &notify_ops, .device = device};
    struct io_region registers = {.name = "virtio registers", .ops = &registers_ops, .device = device};

    vpci_function_init(&device->function, device->vm, &identity);
    device->function.reset = function_reset;
    vpci_bar_add(&device->function, BAR_NOTIFY, NOTIFY_SIZE, true, &notify);
    vpci_bar_add(&device->function, BAR_REGISTERS, REGISTERS_SIZE, false, &registers);
    add_capability(device, CAPABILITY_COMMON, BAR_REGISTERS, COMMON, COMMON_END);
    add_capability(device, CAPABILITY_NOTIFY, BAR_NOTIFY, 0, NOTIFY_BYTES * device->num_queues);
    add_capability(device, CAPABILITY_ISR, BAR_REGISTERS, ISR, 1);
    if (device->config_len != 0) {
        add_capability(device, CAPABILITY_DEVICE, BAR_REGISTERS, CONFIG, device->config_len);
    }
    virtio_pci_window_add(&device->function);
    vpci_msix_add(&device->function, BAR_MSIX, device->num_queues + 1);
}
