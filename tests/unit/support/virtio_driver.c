/* SPDX-License-Identifier: GPL-2.0-only */
#include "virtio_driver.h"

#include <string.h>

#include <vmkapi/base/assert.h>

struct virtio_function_log virtio_function;
void (*virtio_fetch)(const void *at, uint32_t bytes);
static struct virtio_queue *to_flush;

/* The machine's side. */

void guest_fetch_hook(const void *at, vmk_uint32 bytes);
void guest_fetch_hook(const void *at, vmk_uint32 bytes)
{
    if (virtio_fetch != NULL) {
        virtio_fetch(at, bytes);
    }
}

void virtio_flush_later(struct virtio_queue *queue)
{
    for (struct virtio_queue *other = to_flush; other != NULL; other = other->next_to_flush) {
        VMK_VERIFY(other != queue);
    }
    queue->next_to_flush = to_flush;
    to_flush = queue;
}

unsigned virtio_flush_all(void)
{
    unsigned flushed = 0;

    while (to_flush != NULL) {
        struct virtio_queue *queue = to_flush;

        to_flush = queue->next_to_flush;
        virtio_queue_flush(queue);
        flushed++;
    }
    return flushed;
}

void virtio_idle_wake(struct virtio_device *device)
{
    virtio_function.idle_wakes++;
}

void vpci_function_init(struct vpci_function *function, struct vm *vm, const struct vpci_identity *identity)
{
    memset(function, 0, sizeof(*function));
    function->vm = vm;
    function->capabilities_end = 0x40;
}

void vpci_bar_add(struct vpci_function *function, unsigned number, vmk_uint32 size, bool io,
                  const struct io_region *region)
{
    VMK_VERIFY(number < VPCI_BARS && size != 0 && (size & (size - 1)) == 0);
    function->bars[number].size = size;
    function->bars[number].io = io;
    function->bars[number].region = *region;
    function->bars[number].region.len = size;
}

unsigned vpci_capability_add(struct vpci_function *function, vmk_uint8 id, const void *body,
                             const void *writable, unsigned len)
{
    unsigned at = function->capabilities_end;

    VMK_VERIFY(at + len <= sizeof(function->config));
    memcpy(function->config + at, body, len);
    function->config[at] = id;
    function->capabilities_end += (len + 3) & ~3u;
    return at;
}

vmk_uint32 vpci_config_read(const struct vpci_function *function, unsigned offset, unsigned size)
{
    vmk_uint32 value = 0;

    VMK_VERIFY(offset + size <= sizeof(function->config));
    memcpy(&value, function->config + offset, size);
    return value;
}

void vpci_config_put(struct vpci_function *function, unsigned offset, unsigned size, vmk_uint32 value)
{
    VMK_VERIFY(offset + size <= sizeof(function->config));
    memcpy(function->config + offset, &value, size);
}

vmk_uint64 io_region_read(struct io_region *region, vmk_uint64 offset, unsigned size)
{
    VMK_VERIFY(offset + size <= region->len && size <= region->ops->max_size);
    return region->ops->read(region->device, offset, size);
}

void io_region_write(struct io_region *region, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    VMK_VERIFY(offset + size <= region->len && size <= region->ops->max_size);
    region->ops->write(region->device, offset, size, value);
}

void vpci_msix_add(struct vpci_function *function, unsigned bar, unsigned count)
{
    VMK_VERIFY(count <= DRIVER_VECTORS);
    function->msix.count = count;
}

bool vpci_msix_enabled(const struct vpci_function *function)
{
    return virtio_function.msix;
}

void vpci_msix_send(struct vpci_function *function, unsigned vector)
{
    VMK_VERIFY(vector < function->msix.count);
    virtio_function.messages[vector]++;
}

void vpci_intx_set(struct vpci_function *function, bool asserted)
{
    virtio_function.intx_rises += asserted && !virtio_function.intx;
    virtio_function.intx = asserted;
}

/* Registers. */

uint64_t virtio_reg_read(struct virtio_device *device, unsigned offset, unsigned size)
{
    return vm_host_read(device->vm, &device->function.bars[4].region, offset, size);
}

void virtio_reg_write(struct virtio_device *device, unsigned offset, unsigned size, uint64_t value)
{
    vm_host_write(device->vm, &device->function.bars[4].region, offset, size, value);
}

void virtio_notify(struct virtio_device *device, unsigned queue)
{
    vm_host_write(device->vm, &device->function.bars[0].region, queue * 4, 2, queue);
}

uint64_t virtio_config_read(struct virtio_device *device, unsigned offset, unsigned size)
{
    return virtio_reg_read(device, REG_CONFIG + offset, size);
}

/* Memory. */

uint16_t driver_get16(struct vm *vm, uint64_t at)
{
    uint16_t value;

    VMK_VERIFY(at + sizeof(value) <= vm->memory_len);
    memcpy(&value, vm->memory + at, sizeof(value));
    return value;
}

void driver_put16(struct vm *vm, uint64_t at, uint16_t value)
{
    VMK_VERIFY(at + sizeof(value) <= vm->memory_len);
    memcpy(vm->memory + at, &value, sizeof(value));
}

void driver_put_desc(struct vm *vm, uint64_t at, uint64_t address, uint32_t len, uint16_t flags,
                     uint16_t next)
{
    struct vring_desc desc = {.address = address, .len = len, .flags = flags, .next = next};

    VMK_VERIFY(at + sizeof(desc) <= vm->memory_len);
    memcpy(vm->memory + at, &desc, sizeof(desc));
}

/* Rings. */

static uint64_t align(uint64_t at, uint64_t to)
{
    return (at + to - 1) & ~(to - 1);
}

uint64_t driver_ring_init(struct driver_ring *ring, struct vm *vm, uint64_t at, unsigned size)
{
    uint64_t end;

    *ring = (struct driver_ring){.vm = vm, .size = size, .num_free = (uint16_t)size};
    ring->desc = align(at, 16);
    ring->avail = ring->desc + 16ul * size;
    ring->used = align(ring->avail + 6 + 2ul * size, 4);
    end = ring->used + 6 + 8ul * size;
    VMK_VERIFY(end <= vm->memory_len && size <= 256);
    memset(vm->memory + ring->desc, 0, end - ring->desc);
    for (unsigned i = 0; i < size; i++) {
        ring->next[i] = (uint16_t)(i + 1);
    }
    return end;
}

static uint16_t take_desc(struct driver_ring *ring)
{
    uint16_t index = ring->free_head;

    ring->free_head = ring->next[index];
    ring->num_free--;
    return index;
}

static int add_indirect(struct driver_ring *ring, const struct driver_segment *segments, unsigned count,
                        uint64_t table)
{
    uint16_t head;

    if (ring->num_free == 0) {
        return -1;
    }
    head = take_desc(ring);
    for (unsigned i = 0; i < count; i++) {
        driver_put_desc(ring->vm, table + 16ul * i, segments[i].at, segments[i].len,
                        (uint16_t)((segments[i].write ? 2 : 0) | (i + 1 < count ? 1 : 0)), (uint16_t)(i + 1));
    }
    driver_put_desc(ring->vm, ring->desc + 16ul * head, table, 16 * count, 4, 0);
    ring->chained[head] = 1;
    return head;
}

int driver_add(struct driver_ring *ring, const struct driver_segment *segments, unsigned count,
               uint64_t table)
{
    int head = -1;

    if (table != 0) {
        return add_indirect(ring, segments, count, table);
    }
    if (ring->num_free < count) {
        return -1;
    }
    for (unsigned i = 0; i < count; i++) {
        uint16_t index = take_desc(ring);

        head = i == 0 ? index : head;
        driver_put_desc(ring->vm, ring->desc + 16ul * index, segments[i].at, segments[i].len,
                        (uint16_t)((segments[i].write ? 2 : 0) | (i + 1 < count ? 1 : 0)), ring->free_head);
    }
    ring->chained[head] = (uint16_t)count;
    return head;
}

void driver_make_available(struct driver_ring *ring, unsigned head)
{
    driver_put16(ring->vm, ring->avail + 4 + 2ul * (ring->avail_index % ring->size), (uint16_t)head);
    ring->avail_index++;
}

bool driver_publish(struct driver_ring *ring, uint16_t before)
{
    uint16_t event = driver_get16(ring->vm, ring->used + 4 + 8ul * ring->size);

    driver_put16(ring->vm, ring->avail + 2, ring->avail_index);
    if (ring->event_index) {
        return (uint16_t)(ring->avail_index - event - 1) < (uint16_t)(ring->avail_index - before);
    }
    return (driver_get16(ring->vm, ring->used) & 1) == 0;
}

static void free_chain(struct driver_ring *ring, uint16_t head)
{
    uint16_t index = head;

    VMK_VERIFY(head < ring->size && ring->chained[head] != 0);
    for (unsigned i = 1; i < ring->chained[head]; i++) {
        uint16_t next = driver_get16(ring->vm, ring->desc + 16ul * index + 14);

        ring->next[index] = next;
        index = next;
    }
    ring->next[index] = ring->free_head;
    ring->free_head = head;
    ring->num_free = (uint16_t)(ring->num_free + ring->chained[head]);
    ring->chained[head] = 0;
}

bool driver_reap(struct driver_ring *ring, uint32_t *head, uint32_t *written)
{
    uint64_t entry = ring->used + 4 + 8ul * (ring->seen_used % ring->size);
    uint32_t used[2];

    if (driver_get16(ring->vm, ring->used + 2) == ring->seen_used) {
        return false;
    }
    memcpy(used, ring->vm->memory + entry, sizeof(used));
    free_chain(ring, (uint16_t)used[0]);
    *head = used[0];
    *written = used[1];
    ring->seen_used++;
    return true;
}

void driver_want_interrupt(struct driver_ring *ring, bool on)
{
    if (ring->event_index) {
        driver_put16(ring->vm, ring->avail + 4 + 2ul * ring->size,
                     (uint16_t)(on ? ring->seen_used : ring->seen_used - 1));
    } else {
        driver_put16(ring->vm, ring->avail, on ? 0 : 1);
    }
}

/* Starting: 3.1.1. */

static void write64(struct virtio_device *device, unsigned offset, uint64_t value)
{
    virtio_reg_write(device, offset, 4, value & 0xffffffff);
    virtio_reg_write(device, offset + 4, 4, value >> 32);
}

static void start_ring(struct virtio_device *device, unsigned queue, const struct driver_ring *ring)
{
    virtio_reg_write(device, REG_QUEUE_SELECT, 2, queue);
    virtio_reg_write(device, REG_QUEUE_SIZE, 2, ring->size);
    virtio_reg_write(device, REG_QUEUE_VECTOR, 2, queue + 1);
    write64(device, REG_QUEUE_DESC, ring->desc);
    write64(device, REG_QUEUE_DRIVER, ring->avail);
    write64(device, REG_QUEUE_DEVICE, ring->used);
    virtio_reg_write(device, REG_QUEUE_ENABLE, 2, 1);
}

uint8_t driver_start(struct virtio_device *device, uint64_t features, struct driver_ring *rings,
                     unsigned num_rings)
{
    features |= VIRTIO_F_VERSION_1;
    virtio_reg_write(device, REG_STATUS, 1, 0);
    virtio_reg_write(device, REG_STATUS, 1, VIRTIO_STATUS_ACKNOWLEDGE);
    virtio_reg_write(device, REG_STATUS, 1, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
    for (unsigned half = 0; half < 2; half++) {
        virtio_reg_write(device, REG_DRIVER_FEATURE_SELECT, 4, half);
        virtio_reg_write(device, REG_DRIVER_FEATURE, 4, features >> (32 * half) & 0xffffffff);
    }
    virtio_reg_write(device, REG_STATUS, 1,
                     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK);
    if ((virtio_reg_read(device, REG_STATUS, 1) & VIRTIO_STATUS_FEATURES_OK) == 0) {
        return (uint8_t)virtio_reg_read(device, REG_STATUS, 1);
    }
    virtio_reg_write(device, REG_CONFIG_VECTOR, 2, 0);
    for (unsigned i = 0; i < num_rings; i++) {
        rings[i].event_index = (features & VIRTIO_F_EVENT_IDX) != 0;
        start_ring(device, i, &rings[i]);
    }
    virtio_reg_write(device, REG_STATUS, 1,
                     VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK |
                         VIRTIO_STATUS_DRIVER_OK);
    return (uint8_t)virtio_reg_read(device, REG_STATUS, 1);
}
