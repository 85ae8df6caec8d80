/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_host.h - the machine around a device model under test: what vdev.h asks for, in a process.
 *
 * Memory is one block, time is a number that the test moves, interrupts and messages are noted. One thread.
 * What must never happen whatever a guest does (a lock taken twice, memory used that is not the VM's) ends
 * the process.
 */
#ifndef TESTS_UNIT_SUPPORT_VM_HOST_H
#define TESTS_UNIT_SUPPORT_VM_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define VM_HOST_GSIS     24
#define VM_HOST_CPUS     16
#define VM_HOST_MESSAGES 64
#define VM_HOST_TIMERS   64
#define VM_HOST_TSC_MHZ  1000 /**< The guest's TSC: one count a nanosecond, from 0. */

/** The fake machine. Tests read and set the members. */
struct vm {
    uint8_t *memory; /**< Guest RAM from 0. */
    size_t memory_len;
    uint64_t machine; /**< Machine address of memory[0], for scatter lists; its host address unless set. */
    uint64_t now_ns, unix_time;

    struct io_bus ports, mmio;
    struct vpci_bus *pci;
    struct lapic *lapics[VM_HOST_CPUS];
    vmk_SpinlockObject device_lock; /**< Taking it twice ends the process. */

    bool high[VM_HOST_GSIS]; /**< Interrupt lines, and how often each has gone high. */
    unsigned rises[VM_HOST_GSIS];
    /** Where they lead; NULL: nowhere. The tests' to set. */
    void (*irq_set)(struct vm *vm, unsigned gsi, bool high);
    void (*eoi)(struct vm *vm, uint8_t vector);
    bool (*message)(struct vm *vm, vmk_uint64 address, vmk_uint32 data);

    struct {
        uint64_t address;
        uint32_t data;
    } messages[VM_HOST_MESSAGES]; /**< The last ones; the n-th is at n % VM_HOST_MESSAGES. */
    unsigned num_messages;
    unsigned kicks[VM_HOST_CPUS], eois[256];
    unsigned requests[8]; /**< By enum vm_request. */
    uint32_t request_code;

    struct vdev_timer *timers[VM_HOST_TIMERS]; /**< Those that were ever armed. */
    unsigned num_timers;
};

/** A machine with @p memory_len bytes of zeroes, its clock at 0. */
void vm_host_init(struct vm *vm, size_t memory_len);
void vm_host_free(struct vm *vm);

/** Move the clock, firing what is due on the way, each at its time and with the device lock held. */
void vm_host_advance(struct vm *vm, uint64_t ns);

/** Access a region as the bus would: with its lock, in pieces of its size. */
uint64_t vm_host_read(struct vm *vm, const struct io_region *region, uint64_t offset, unsigned size);
void vm_host_write(struct vm *vm, const struct io_region *region, uint64_t offset, unsigned size,
                   uint64_t value);

#endif
