/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - virtual machines: what one is made of, and its life.
 *
 *   created -> running <-> paused -> stopped (why is told) -> started again, or destroyed
 *
 * Locks: vm_table (semaphore) for the list and each VM's life, held by who starts, stops, destroys;
 * vm->device_lock (rank VM_DEVICE) around its platform devices, named in their io_regions; virtio devices
 * have locks of their own.
 */
#ifndef CORE_VMM_VM_H
#define CORE_VMM_VM_H

#include <stdbool.h>

#include <core/vmm/guest_memory.h>
#include <core/vmm/io_bus.h>
#include <core/vmm/vcpu.h>
#include <core/vmm/vdev.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/core/stats.h>

#define VM_MAX       32
#define VM_VCPUS_MAX 16

struct vm_config; /* vm_config.h: what a description file says. */
struct platform;  /* platform.h: the devices every PC has. */
struct lapic;

enum vm_state { VM_CREATED, VM_RUNNING, VM_PAUSED, VM_STOPPED };

/** Why a VM stopped. */
enum vm_stop_reason {
    VM_STOP_NONE,
    VM_STOP_POWER_OFF,  /**< The guest switched itself off. */
    VM_STOP_RESET,      /**< It reset itself, and its description says not to start again. */
    VM_STOP_DEBUG_EXIT, /**< Port 0xf4; vm->stop_code. */
    VM_STOP_TRIPLE_FAULT,
    VM_STOP_PANIC,   /**< It said so (pvpanic). */
    VM_STOP_COMMAND, /**< Console. */
    VM_STOP_FAILED,  /**< Something we cannot do for it; vm->stop_text says what. */
    VM_STOP_REASON_COUNT
};

struct vm {
    vmk_Name name;
    vmk_uint32 id;
    enum vm_state state;
    enum vm_stop_reason stop_reason;
    vmk_uint32 stop_code;
    char stop_text[160];

    struct vm_config *config;
    struct guest_memory *memory;
    struct io_bus ports, mmio;
    vmk_SpinlockObject device_lock; /**< Bottom halves off: timers and completions take it too. */
    struct platform *platform;
    vmk_uint32 vcpu_count;
    struct vcpu *vcpus[VM_VCPUS_MAX];
    struct lapic *lapics[VM_VCPUS_MAX];

    vmk_uint64 tsc_offset;
    vmk_uint64 started_ns; /**< Of the host's clock: vdev_now_ns() counts from here. */
    vmk_HeapID heap;       /**< What the VM's objects come from: back to zero when it is destroyed. */
    vmk_StatGroup stat_group;
};

/** Stop it for a reason of ours: one line in the log says which VM and why. Context: any but NMI; the first
 * counts. */
void vm_fail(struct vm *vm, const char *format, ...) VMK_ATTRIBUTE_PRINTF(2, 3);

#endif
