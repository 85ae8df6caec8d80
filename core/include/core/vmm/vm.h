/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - virtual machines: what one is made of, and its life.
 *
 *   created -> running -> stopped (why is told) -> running again, or destroyed
 *                  |
 *                paused, which a command begins, and ends, as any end of the run does
 *
 * While a VM runs, a world of its own (vm_life.c) waits for whatever ends it: the guest's wish, a command, a
 * failure. The first such request counts. The world then takes the vCPUs out of the guest, has the devices
 * come to rest, and, after a reset, begins again.
 *
 * While it is paused, its vCPUs stay out of the guest and its clock, TSC and alarms stand still; requests
 * that are under way end, and what comes in is delivered.
 *
 * Locks: the table's mutex for which VMs there are; vm->life for starting, pausing and the end of a run;
 * vm->device_lock (rank VM_DEVICE, bottom halves off) around the platform devices, named in their io_regions;
 * virtio devices have locks of their own.
 */
#ifndef CORE_VMM_VM_H
#define CORE_VMM_VM_H

#include <stdbool.h>

#include <core/diagnosis.h>
#include <core/mutex.h>
#include <core/vmm/guest_memory.h>
#include <core/vmm/io_bus.h>
#include <core/vmm/vcpu.h>
#include <core/vmm/vdev.h>
#include <core/wait.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/core/stats.h>

#define VM_MAX         32
#define VM_VCPUS_MAX   16
#define VM_DEVICES_MAX 16 /**< Virtio devices. */

struct vm_config;     /* vm_config.h: what a description file says. */
struct vm_console;    /* vm_console.h: what the guest writes on its serial line. */
struct platform;      /* platform.h: the devices every PC has. */
struct virtio_device; /* virtio.h */
struct vm_timer;      /* vm_timer.h */
struct cpu_limit;     /* cpu_limit.h */
struct lapic;

enum vm_state { VM_CREATED, VM_RUNNING, VM_STOPPED };

/** Why a VM stopped: constant, what is told of it. */
#define VM_STOPS(X)                                                                                          \
    X(VM_STOP_NONE, "")                                                                                      \
    X(VM_STOP_POWER_OFF, "power-off")   /* The guest switched itself off. */                                 \
    X(VM_STOP_RESET, "reset")           /* It reset itself, and its description says not to restart it. */   \
    X(VM_STOP_DEBUG_EXIT, "debug exit") /* Port 0xf4; vm->stop_code. */                                      \
    X(VM_STOP_TRIPLE_FAULT, "triple fault")                                                                  \
    X(VM_STOP_PANIC, "panic")     /* It said so (pvpanic). */                                                \
    X(VM_STOP_COMMAND, "command") /* Console. */                                                             \
    X(VM_STOP_FAILED, "failure")  /* Something we cannot do for it; vm->stop_text says what. */

enum vm_stop_reason {
#define X(constant, text) constant,
    VM_STOPS(X)
#undef X
        VM_STOP_REASON_COUNT
};

struct vm {
    vmk_Name name;
    enum vm_state state;   /**< Atomic; changes under `life`, but to VM_STOPPED by the VM's world. */
    struct mutex life;     /**< Starting, pausing, the end of a run. */
    bool paused;           /**< It runs, but stands still; atomic, changes under `life`. */
    vmk_uint32 references; /**< Of vm_get(); the table's lock. */

    struct wait_queue ends;          /**< Its lock guards these four. The VM's world waits here. */
    enum vm_stop_reason ending;      /**< What ends this run; VM_STOP_NONE: nothing yet. */
    enum vm_stop_reason stop_reason; /**< What ended the last one. */
    vmk_uint32 stop_code;
    char stop_text[160];

    struct vm_config *config;
    struct guest_memory *memory;
    struct io_bus ports, mmio;
    vmk_SpinlockObject device_lock;
    struct platform *platform;
    vmk_uint32 vcpu_count;
    struct vcpu *vcpus[VM_VCPUS_MAX];
    struct lapic *lapics[VM_VCPUS_MAX];
    struct virtio_device *devices[VM_DEVICES_MAX]; /**< In order of their slots, from 1. */
    vmk_uint32 device_count;
    struct vm_console *console;
    struct cpu_limit *cpu_limit;

    vmk_uint64 tsc_offset;   /**< The guest's TSC begins at 0 when the VM is started. */
    vmk_uint64 clock;        /**< vm_timer.c: what vdev_now_ns() makes its answer of; atomic. */
    vmk_uint64 stopped_tsc;  /**< The host's, when the clock came to stand still. */
    struct vm_timer *timers; /**< All there are; grows only, atomically. */
    bool timers_rest;        /**< None is to fire: the VM does not run. */
    vmk_WorldID world;       /**< Of the last start. */
    vmk_HeapID heap;         /**< What the VM's objects come from: empty when it is destroyed. */

    /* Statistics. */
    vmk_uint64 starts, resets, pauses;
    vmk_uint64 msi_dropped; /**< Messages to nobody; atomic. */
    vmk_StatGroup stats;
};

/** Find out whether VMs can run on this machine; without is a system too. Context: boot world, once. */
void vmm_init(void);

/**
 * Make and start the VMs whose descriptions, *.vmx in /vm, say autostart = "TRUE", in order of the files'
 * names. One that cannot be started costs a line in the log, and the next ones are. Context: boot world, once
 * there are disks and NICs.
 */
void vm_autostart(void);

/* Life. Context: world, may block. */

/**
 * Make a VM as @p config says, which is copied. It does not run yet.
 *
 * @return VMK_OK; VMK_EXISTS (the name); VMK_LIMIT_EXCEEDED (VM_MAX); VMK_NOT_SUPPORTED (this machine runs no
 * VMs); VMK_NO_MEMORY; what a disk or port group says. *why says it in a line.
 */
VMK_ReturnStatus vm_create(const struct vm_config *config, struct diagnosis *why);

/** Load its kernel and have it run. @return VMK_OK; VMK_BUSY: it runs; the loaders'. *why says it. */
VMK_ReturnStatus vm_start(struct vm *vm, struct diagnosis *why);

/** End its run as pulling the plug would, and wait until it has ended. @return VMK_OK; VMK_IS_DISABLED: it
 * does not run. */
VMK_ReturnStatus vm_stop(struct vm *vm);

/** Begin its run anew, as the reset button does. @return VMK_OK; VMK_IS_DISABLED: it does not run. */
VMK_ReturnStatus vm_reset(struct vm *vm);

/** Have it stand still. When it does, this returns. @return VMK_OK; VMK_IS_DISABLED: it does not run;
 * VMK_BUSY: it is paused. */
VMK_ReturnStatus vm_pause(struct vm *vm);

/** Have it go on, as if no time had passed. @return VMK_OK; VMK_IS_DISABLED: it is not paused. */
VMK_ReturnStatus vm_resume(struct vm *vm);

/** Wait until it has stopped. @return VMK_OK; as vmk_WorldWaitForDeath() does. */
VMK_ReturnStatus vm_wait(struct vm *vm);

/** Destroy the VM called @p name, with all it holds. @return VMK_OK; VMK_NOT_FOUND; VMK_BUSY: it runs, or
 * somebody is at its console. */
VMK_ReturnStatus vm_destroy(const char *name, struct diagnosis *why);

/** The VM called @p name, which stays until vm_put(); NULL: none. */
struct vm *vm_get(const char *name);
void vm_put(struct vm *vm);

/** The n-th VM in order of creation, as vm_get() gives it; NULL past the last. */
struct vm *vm_get_nth(unsigned n);

/** "running", "paused", "stopped"; "power-off". */
const char *vm_state_text(const struct vm *vm);
const char *vm_stop_text(enum vm_stop_reason reason);

/** Ask for the end of the VM's run. The first counts. Context: any but NMI. */
void vm_end(struct vm *vm, enum vm_stop_reason reason, vmk_uint32 code);

/** Stop it for a reason of ours: one line in the log says which VM and why. Context: any but NMI; the first
 * counts. */
void vm_fail(struct vm *vm, const char *format, ...) VMK_ATTRIBUTE_PRINTF(2, 3);

#endif
