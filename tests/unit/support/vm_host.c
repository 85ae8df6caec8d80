/* SPDX-License-Identifier: GPL-2.0-only */
#include "vm_host.h"

#include <stdlib.h>
#include <string.h>

#include <vmkapi/base/assert.h>

void vm_host_init(struct vm *vm, size_t memory_len)
{
    memset(vm, 0, sizeof(*vm));
    vm->memory = calloc(1, memory_len);
    VMK_VERIFY(vm->memory != NULL);
    vm->memory_len = memory_len;
    vm->machine = (uintptr_t)vm->memory;
    vmk_SpinlockInit(&vm->device_lock, "device", VMK_RANK_VM_DEVICE);
}

void vm_host_free(struct vm *vm)
{
    free(vm->memory);
}

vmk_Lock vdev_device_lock(struct vm *vm)
{
    return &vm->device_lock;
}

void vdev_lock(struct vm *vm) VMK_ACQUIRE(vm->device_lock)
{
    VMK_VERIFY(!vmk_SpinlockIsLocked(&vm->device_lock));
    vmk_SpinlockLock(&vm->device_lock);
}

void vdev_unlock(struct vm *vm) VMK_RELEASE(vm->device_lock)
{
    vmk_SpinlockUnlock(&vm->device_lock);
}

struct io_bus *vdev_ports(struct vm *vm)
{
    return &vm->ports;
}

struct io_bus *vdev_mmio(struct vm *vm)
{
    return &vm->mmio;
}

struct vpci_bus *vdev_pci(struct vm *vm)
{
    return vm->pci;
}

struct lapic *vdev_lapic(struct vm *vm, vmk_uint32 cpu)
{
    return cpu < VM_HOST_CPUS ? vm->lapics[cpu] : NULL;
}

vmk_uint64 vdev_now_ns(struct vm *vm)
{
    return vm->now_ns;
}

vmk_uint64 vdev_tsc_deadline_ns(struct vm *vm, vmk_uint64 tsc)
{
    return tsc;
}

vmk_uint64 vdev_unix_time(struct vm *vm)
{
    return vm->unix_time + vm->now_ns / 1000000000u;
}

void vdev_timer_arm(struct vm *vm, struct vdev_timer *timer, vmk_uint64 deadline_ns)
{
    timer->deadline_ns = deadline_ns;
    if (timer->machine == NULL) {
        VMK_VERIFY(vm->num_timers < VM_HOST_TIMERS);
        vm->timers[vm->num_timers++] = timer;
        timer->machine = vm;
    }
}

static struct vdev_timer *next_timer(struct vm *vm)
{
    struct vdev_timer *next = NULL;

    for (unsigned i = 0; i < vm->num_timers; i++) {
        if (vm->timers[i]->deadline_ns != VDEV_NEVER &&
            (next == NULL || vm->timers[i]->deadline_ns < next->deadline_ns)) {
            next = vm->timers[i];
        }
    }
    return next;
}

void vm_host_advance(struct vm *vm, uint64_t ns)
{
    uint64_t end = vm->now_ns + ns;
    struct vdev_timer *timer;

    while ((timer = next_timer(vm)) != NULL && timer->deadline_ns <= end) {
        vm->now_ns = timer->deadline_ns > vm->now_ns ? timer->deadline_ns : vm->now_ns;
        timer->deadline_ns = VDEV_NEVER;
        vdev_lock(vm);
        timer->fire(timer->device, vm->now_ns);
        vdev_unlock(vm);
    }
    vm->now_ns = end;
}

void vdev_request_made(struct vm *vm, const vmk_uint32 *under_way)
{
}

void vdev_cpu_kick(struct vm *vm, vmk_uint32 cpu)
{
    VMK_VERIFY(cpu < VM_HOST_CPUS);
    vm->kicks[cpu]++;
}

void vdev_irq_set(struct vm *vm, unsigned gsi, bool high)
{
    VMK_VERIFY(gsi < VM_HOST_GSIS && vmk_SpinlockIsLocked(&vm->device_lock));
    vm->rises[gsi] += high && !vm->high[gsi];
    vm->high[gsi] = high;
    if (vm->irq_set != NULL) {
        vm->irq_set(vm, gsi, high);
    }
}

void vdev_eoi(struct vm *vm, vmk_uint8 vector)
{
    vm->eois[vector]++;
    vdev_lock(vm);
    if (vm->eoi != NULL) {
        vm->eoi(vm, vector);
    }
    vdev_unlock(vm);
}

void vdev_msi_send(struct vm *vm, vmk_uint64 address, vmk_uint32 data)
{
    unsigned at = vm->num_messages++ % VM_HOST_MESSAGES;

    vm->messages[at].address = address;
    vm->messages[at].data = data;
    if (vm->message != NULL) {
        (void)vm->message(vm, address, data);
    }
}

VMK_ReturnStatus vdev_memory_read(struct vm *vm, gpa_t at, void *to, vmk_ByteCount len_bytes)
{
    if (at.value > vm->memory_len || len_bytes > vm->memory_len - at.value) {
        return VMK_BAD_ADDR_RANGE;
    }
    memcpy(to, vm->memory + at.value, len_bytes);
    return VMK_OK;
}

VMK_ReturnStatus vdev_memory_write(struct vm *vm, gpa_t at, const void *from, vmk_ByteCount len_bytes)
{
    if (at.value > vm->memory_len || len_bytes > vm->memory_len - at.value) {
        return VMK_BAD_ADDR_RANGE;
    }
    memcpy(vm->memory + at.value, from, len_bytes);
    return VMK_OK;
}

void *vdev_memory_page(struct vm *vm, gpa_t at, bool write)
{
    return at.value < vm->memory_len ? vm->memory + at.value : NULL;
}

void vdev_memory_written(struct vm *vm, gpa_t at)
{
}

VMK_ReturnStatus vdev_memory_sg(struct vm *vm, gpa_t at, vmk_uint64 len_bytes, bool write, vmk_SgElem *elems,
                                vmk_uint32 max, vmk_uint32 *count)
{
    if (at.value > vm->memory_len || len_bytes > vm->memory_len - at.value) {
        return VMK_BAD_ADDR_RANGE;
    }
    if (*count == max) {
        return VMK_LIMIT_EXCEEDED;
    }
    elems[*count].ioAddr = vm->machine + at.value;
    elems[*count].length = len_bytes;
    (*count)++;
    return VMK_OK;
}

void vdev_vm_request(struct vm *vm, enum vm_request request, vmk_uint32 code)
{
    vm->requests[request]++;
    vm->request_code = code;
}

static unsigned piece_of(const struct io_region *region, unsigned size)
{
    return region->ops->max_size != 0 && region->ops->max_size < size ? region->ops->max_size : size;
}

static uint64_t ones(unsigned size)
{
    return ~0ull >> (64 - 8 * size);
}

static void take(struct vm *vm, const struct io_region *region)
{
    if (region->lock == &vm->device_lock) {
        vdev_lock(vm);
    }
}

static void release(struct vm *vm, const struct io_region *region)
{
    if (region->lock == &vm->device_lock) {
        vdev_unlock(vm);
    }
}

uint64_t vm_host_read(struct vm *vm, const struct io_region *region, uint64_t offset, unsigned size)
{
    unsigned piece = piece_of(region, size);
    uint64_t value = 0;

    for (unsigned at = 0; at < size; at += piece) {
        take(vm, region);
        value |= (region->ops->read(region->device, offset + at, piece) & ones(piece)) << (8 * at);
        release(vm, region);
    }
    return value;
}

void vm_host_write(struct vm *vm, const struct io_region *region, uint64_t offset, unsigned size,
                   uint64_t value)
{
    unsigned piece = piece_of(region, size);

    for (unsigned at = 0; at < size; at += piece) {
        take(vm, region);
        region->ops->write(region->device, offset + at, piece, value >> (8 * at) & ones(piece));
        release(vm, region);
    }
}
