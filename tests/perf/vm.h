/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm.h - what a virtual machine costs its host: exits by reason, a read of a virtio disk, a frame of a virtio
 * NIC, a boot.
 *
 * The guests are the same on both sides: test kernels (guest/vm_*.c), which set the marks that begin and end
 * the windows of their cases, and Debian's Linux. What they execute themselves is told apart by the plugin
 * and left out, but for vm.boot.init.
 *
 * A guest writes "all passed" on its serial line if it has got what it wanted; then a test kernel uses the
 * debug exit port, and Linux switches its machine off. A kernel's NIC has the address VM_MAC.
 */
#ifndef PERF_VM_H
#define PERF_VM_H

#include <stdbool.h>

#include "guest.h"
#include "guest/vm_counts.h"
#include "marks.h"
#include "suite.h"

/** The guests, one VM each: a bench_case's `kind`. */
enum vm_guest {
    VM_GUEST_EXITS,   /**< No devices. */
    VM_GUEST_KICKS,   /**< A virtio disk, on NVMe; nobody lingers for a request (core/vmm/linger.h). */
    VM_GUEST_DISK,    /**< The same guest; who has learnt to, does. */
    VM_GUEST_SEND,    /**< A virtio NIC, on e1000 whose cable leads nowhere. */
    VM_GUEST_RECEIVE, /**< One to which frames come (sender.h) once the guest says "receiving". */
    VM_GUEST_LINUX,   /**< Debian's; its first program (vm_init.c) sets a mark and switches the guest off. */
    VM_GUESTS,
};

#define VM_CASES     16
#define VM_MAC       ((const unsigned char[6]){0x02, 0x00, 0x5e, 0x10, 0x00, 0x03})
#define VM_MAC_TEXT  "02:00:5e:10:00:03"
#define VM_PASSED    "all passed"
#define VM_RECEIVING "receiving"

/** The command line of VM_GUEST_LINUX. */
#define VM_LINUX_OPTIONS "console=ttyS0 panic=-1 rdinit=/vm-init"

extern const struct bench_case vm_cases[VM_CASES];

suite_measure_fn vm_measure_openvmk, vm_measure_linux;

/** A guest's name, which is its file's and OpenVMK's for its VM, as "vm_disk". */
const char *vm_guest_name(enum vm_guest which);

/** Whether it reads from a disk. */
bool vm_has_disk(enum vm_guest which);

/** The machine it wants below: disks, NIC (@p netdev: the cable of the one that receives). */
struct machine_options vm_machine(enum vm_guest which, const char *netdev);

struct sender;

/**
 * Boot a machine, named after @p which, and have the guest run on it to its end. @p sender, of the one that
 * receives, is to send once it says so. False with the reason on standard error.
 */
typedef bool vm_run_fn(const struct guest *guest, enum vm_guest which, struct sender *sender);

/** Have every guest that is wanted run, and enter what was noted of its cases into @p sample. */
bool vm_measure(const struct guest *guest, vm_run_fn *run, struct sample *sample);

#endif
