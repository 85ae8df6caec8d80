/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_vdev.c - what vdev.h promises to device models, in the kernel; the clock is vm_timer.c's.
 */
#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>
#include <core/vmm/vm.h>
#include <core/world.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/bottom_half.h>

#include "wall_clock.h"

vmk_Lock vdev_device_lock(struct vm *vm)
{
    return &vm->device_lock;
}

void vdev_lock(struct vm *vm) VMK_ACQUIRE(vm->device_lock) VMK_ACQUIRE_SHARED(vmk_bottomHalvesOff)
{
    vmk_BottomHalfDisable();
    vmk_SpinlockLock(&vm->device_lock);
}

void vdev_unlock(struct vm *vm) VMK_RELEASE(vm->device_lock) VMK_RELEASE_SHARED(vmk_bottomHalvesOff)
{
    vmk_SpinlockUnlock(&vm->device_lock);
    vmk_BottomHalfEnable();
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
    return platform_pci(vm->platform);
}

struct lapic *vdev_lapic(struct vm *vm, vmk_uint32 cpu)
{
    return cpu < vm->vcpu_count ? vm->lapics[cpu] : NULL;
}

vmk_uint64 vdev_unix_time(struct vm *vm)
{
    return wall_clock_now();
}

void vdev_cpu_kick(struct vm *vm, vmk_uint32 cpu)
{
    if (cpu < vm->vcpu_count && vm->vcpus[cpu] != NULL) {
        vcpu_request(vm->vcpus[cpu], VCPU_REQUEST_EVENT);
    }
}

void vdev_request_made(struct vm *vm, const vmk_uint32 *under_way)
{
    struct vcpu *vcpu = world_current()->data;

    VMK_ASSERT(vcpu->world == world_current());
    linger_made(&vcpu->linger, under_way);
}

void vdev_irq_set(struct vm *vm, unsigned gsi, bool high)
{
    platform_irq_set(vm->platform, gsi, high);
}

void vdev_eoi(struct vm *vm, vmk_uint8 vector)
{
    vdev_lock(vm);
    platform_eoi(vm->platform, vector);
    vdev_unlock(vm);
}

void vdev_msi_send(struct vm *vm, vmk_uint64 address, vmk_uint32 data)
{
    if (!apic_bus_message(vm, address, data)) {
        __atomic_fetch_add(&vm->msi_dropped, 1, __ATOMIC_RELAXED);
    }
}

VMK_ReturnStatus vdev_memory_read(struct vm *vm, gpa_t at, void *to, vmk_ByteCount len_bytes)
{
    return guest_memory_read(vm->memory, at, to, len_bytes);
}

VMK_ReturnStatus vdev_memory_write(struct vm *vm, gpa_t at, const void *from, vmk_ByteCount len_bytes)
{
    return guest_memory_write(vm->memory, at, from, len_bytes);
}

void *vdev_memory_page(struct vm *vm, gpa_t at, bool write)
{
    return guest_memory_page(vm->memory, at, write);
}

void vdev_memory_written(struct vm *vm, gpa_t at)
{
    guest_memory_written(vm->memory, at);
}

VMK_ReturnStatus vdev_memory_sg(struct vm *vm, gpa_t at, vmk_uint64 len_bytes, bool write, vmk_SgElem *elems,
                                vmk_uint32 max, vmk_uint32 *count)
{
    return guest_memory_sg(vm->memory, at, len_bytes, write, elems, max, count);
}

void vdev_vm_request(struct vm *vm, enum vm_request request, vmk_uint32 code)
{
    static const enum vm_stop_reason reasons[] = {
        [VM_REQUEST_POWER_OFF] = VM_STOP_POWER_OFF,   [VM_REQUEST_RESET] = VM_STOP_RESET,
        [VM_REQUEST_DEBUG_EXIT] = VM_STOP_DEBUG_EXIT, [VM_REQUEST_TRIPLE_FAULT] = VM_STOP_TRIPLE_FAULT,
        [VM_REQUEST_PANIC] = VM_STOP_PANIC,
    };

    vm_end(vm, reasons[request], code);
}
