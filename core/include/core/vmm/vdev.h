/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vdev.h - what a device model asks of the machine it is in.
 *
 * A device model is one struct of plain data (its whole state: saved or moved by copying) and functions on
 * it. It knows time, memory and interrupts by this header alone, so that it is built for the host as well,
 * tested and fuzzed there. In the kernel vm.c answers; in tests a few lines do.
 *
 * Nothing a guest writes is an error of ours: a device model has no assert on it, ignores or clamps what the
 * hardware would, and never reads or writes beyond its struct.
 * Context: a device's functions are called by one at a time (io_region.lock, or the timer's with the same
 * lock); what is declared here may be called from within them.
 */
#ifndef CORE_VMM_VDEV_H
#define CORE_VMM_VDEV_H

#include <stdbool.h>

#include <core/vmm/gpa.h>
#include <vmkapi/base/status.h>
#include <vmkapi/core/scatter_gather.h>
#include <vmkapi/core/spinlock.h>

struct vm; /* In tests, whatever answers. */
struct io_bus;
struct lapic;
struct vpci_bus;

#define VDEV_NEVER (~0ul)

/** A device's alarm. Plain data to the device; how it is kept is the machine's. */
struct vdev_timer {
    void (*fire)(void *device, vmk_uint64 now_ns); /**< With the device's lock held; may arm it again. */
    void *device;
    vmk_uint64 deadline_ns; /**< VDEV_NEVER: not armed. */
    void *machine;          /**< The answering side's. */
};

/**
 * The one lock of the platform's devices (vm->device_lock), for their io_regions and timers to name. Who
 * takes it by hand does so with vdev_lock(), which keeps bottom halves off, and not from within those.
 */
vmk_Lock vdev_device_lock(struct vm *vm);
void vdev_lock(struct vm *vm);
void vdev_unlock(struct vm *vm);

/** The parts of the machine that a device attaches to. */
struct io_bus *vdev_ports(struct vm *vm);
struct io_bus *vdev_mmio(struct vm *vm);
struct vpci_bus *vdev_pci(struct vm *vm);
/** @return NULL: there is no such processor. */
struct lapic *vdev_lapic(struct vm *vm, vmk_uint32 cpu);

/** The VM's clock: nanoseconds since it was started; stands still while it is paused. */
vmk_uint64 vdev_now_ns(struct vm *vm);

/** When, by that clock, the guest's TSC reaches @p tsc; VDEV_NEVER: not in this machine's life. */
vmk_uint64 vdev_tsc_deadline_ns(struct vm *vm, vmk_uint64 tsc);

/** Call @p timer's function at @p deadline_ns (now, if that is past; VDEV_NEVER: not at all). */
void vdev_timer_arm(struct vm *vm, struct vdev_timer *timer, vmk_uint64 deadline_ns);

/** Real time: seconds since 1970, for clocks that guests read. */
vmk_uint64 vdev_unix_time(struct vm *vm);

/** Processor @p cpu's LAPIC has something new for it. */
void vdev_cpu_kick(struct vm *vm, vmk_uint32 cpu);

/** The driver on the running vCPU has made a request, which it may have nothing to do but wait for; none was
 *  under way there. *@p under_way, atomic, is not 0 until its end. Context: a vCPU's world. */
void vdev_request_made(struct vm *vm, const vmk_uint32 *under_way);

/** Drive interrupt line @p gsi (IOAPIC pin; below 16 also the PIC's) high or low. */
void vdev_irq_set(struct vm *vm, unsigned gsi, bool high);

/** A processor has ended a level-triggered interrupt, which is the IOAPIC's to know. Takes the device lock.
 */
void vdev_eoi(struct vm *vm, vmk_uint8 vector);

/** Send a message-signalled interrupt, as written by the guest: to anywhere else it is dropped and counted.
 */
void vdev_msi_send(struct vm *vm, vmk_uint64 address, vmk_uint32 data);

/** Guest memory for devices; as guest_memory.h's functions of those names. */
VMK_ReturnStatus vdev_memory_read(struct vm *vm, gpa_t at, void *to, vmk_ByteCount len_bytes);
VMK_ReturnStatus vdev_memory_write(struct vm *vm, gpa_t at, const void *from, vmk_ByteCount len_bytes);
void *vdev_memory_page(struct vm *vm, gpa_t at, bool write);
void vdev_memory_written(struct vm *vm, gpa_t at);
VMK_ReturnStatus vdev_memory_sg(struct vm *vm, gpa_t at, vmk_uint64 len_bytes, bool write, vmk_SgElem *elems,
                                vmk_uint32 max, vmk_uint32 *count);

/** What a guest can ask the whole machine for. */
enum vm_request {
    VM_REQUEST_POWER_OFF,    /**< ACPI S5. */
    VM_REQUEST_RESET,        /**< 8042, port 0xcf9, ACPI reset register. */
    VM_REQUEST_DEBUG_EXIT,   /**< Port 0xf4: ends the VM with a code, as QEMU's isa-debug-exit. */
    VM_REQUEST_TRIPLE_FAULT, /**< A processor shut down. */
    VM_REQUEST_PANIC,        /**< The guest's system has crashed and says so (pvpanic). */
};

/** Note it; it is done once the vCPU that asked has left the device. @p code: of a debug exit. */
void vdev_vm_request(struct vm *vm, enum vm_request request, vmk_uint32 code);

#endif
