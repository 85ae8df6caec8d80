/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu.h - virtual CPUs: their registers, their world, and what others may ask of them.
 *
 * A vCPU is an ordinary world whose body is guest code: it enters the guest, handles the exit, looks at what
 * was requested of it, and enters again. Only that world touches the registers and the vendor's part;
 * everybody else makes requests (bits of `requests`) and kicks.
 *
 * No kick is lost: a requester sets the bit, then looks where the vCPU is; the vCPU says that it is about to
 * enter (interrupts off), then looks at the bits once more. One that halts sleeps by the same protocol as any
 * world.
 */
#ifndef CORE_VMM_VCPU_H
#define CORE_VMM_VCPU_H

#include <stdbool.h>

#include <core/vmm/exit.h>
#include <core/vmm/registers.h>
#include <vmkapi/base/world.h>

struct vm;
struct lapic;

/** Requests to a vCPU; each bit is taken by it before it enters the guest again. */
enum vcpu_request {
    VCPU_REQUEST_EVENT =
        1u << 0,                 /**< The LAPIC or PIC may have an interrupt, NMI, INIT or start-up for it. */
    VCPU_REQUEST_STOP = 1u << 1, /**< Leave the guest for good. */
    VCPU_REQUEST_PAUSE = 1u << 2, /**< Stay out until told. */
    VCPU_REQUEST_FLUSH = 1u << 3, /**< Forget what is cached of the nested tables. */
};

enum vcpu_run_state {
    VCPU_WAITS_FOR_STARTUP, /**< An application processor before its SIPI. */
    VCPU_RUNS,
    VCPU_HALTED,
    VCPU_STOPPED,
};

struct vcpu {
    vmk_uint64 gpr[GPR_COUNT]; /**< RSP included; the vendor's code loads and stores it. */
    vmk_uint64 rip, rflags;
    vmk_uint32 requests; /**< enum vcpu_request; atomic. */
    vmk_uint32 in_guest; /**< 1 + the CPU it is entering or in the guest on, 0: it is not; atomic. */
    enum vcpu_run_state state;
    struct vm *vm;
    vmk_uint32 index; /**< Also its APIC ID. */
    struct lapic *lapic;
    void *vendor; /**< What the vendor's code keeps of it. */
    vmk_WorldID world;

    /** An event the guest is to take at the next entry. */
    struct {
        bool valid, has_error_code, nmi, soft;
        vmk_uint8 vector;
        vmk_uint32 error_code;
        vmk_uint8 length; /**< Of the instruction, for soft ones. */
    } inject;

    vmk_uint64 exits[VCPU_EXIT_COUNT];
    vmk_uint64 entries;
    vmk_uint64 injected; /**< Interrupts given to the guest. */
};

/** Ask something of a vCPU (bits of enum vcpu_request) and see to it that it looks: wakes it, or has it leave
 * the guest. Context: any but NMI. */
void vcpu_request(struct vcpu *vcpu, vmk_uint32 requests);

/**
 * Have the guest take an exception at the next entry, in place of the instruction it was at. A second one
 * while one is waiting makes a double fault, a third a triple one (APM vol. 2, 8.2.9). Context: the vCPU's
 * world.
 */
void vcpu_inject_exception(struct vcpu *vcpu, vmk_uint8 vector, bool has_error_code, vmk_uint32 error_code);

/** Inject a page fault and set CR2. Context: the vCPU's world. */
void vcpu_inject_page_fault(struct vcpu *vcpu, vmk_uint64 address, vmk_uint32 error_code);

/** The instruction is done: RIP goes behind it, the interrupt shadow ends, a pending single step traps. */
void vcpu_advance(struct vcpu *vcpu, vmk_uint64 next_rip);

#endif
