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
#include <core/vmm/insn.h>
#include <core/vmm/linger.h>
#include <core/vmm/registers.h>
#include <core/vmm/vdev.h>
#include <core/wait.h>
#include <vmkapi/base/world.h>
#include <vmkapi/core/stats.h>

struct vm;
struct lapic;
struct guest_fpu;

/** Requests to a vCPU; each bit is taken by it before it enters the guest again. */
enum vcpu_request {
    VCPU_REQUEST_EVENT =
        1u << 0,                 /**< The LAPIC or PIC may have an interrupt, NMI, INIT or start-up for it. */
    VCPU_REQUEST_STOP = 1u << 1, /**< Leave the guest for good. Stays set until vcpu_start(). */
    VCPU_REQUEST_PAUSE = 1u << 2, /**< Stay out until that is withdrawn. */
    VCPU_REQUEST_FLUSH = 1u << 3, /**< Forget what is cached of the nested tables. */
    VCPU_REQUEST_LIMIT = 1u << 4, /**< Stay out until that is withdrawn: the VM has used up its time. */
};

enum vcpu_run_state {
    VCPU_WAITS_FOR_STARTUP, /**< An application processor before its SIPI. */
    VCPU_RUNS,
    VCPU_HALTED,
    VCPU_SHUT_DOWN, /**< By a triple fault: only INIT or the VM's reset ends it. */
};

/** What a processor takes between two instructions (APM vol. 2, 15.20). */
enum vcpu_event_kind {
    VCPU_EVENT_NONE,
    VCPU_EVENT_INTERRUPT,
    VCPU_EVENT_NMI,
    VCPU_EVENT_EXCEPTION,
};

struct vcpu_event {
    enum vcpu_event_kind kind;
    vmk_uint8 vector;
    bool has_error_code;
    vmk_uint32 error_code;
};

/** An instruction that left the guest before: how long it is (vcpu_emulate.c). */
struct vcpu_seen {
    vmk_uint64 rip, cr3;
    const vmk_uint64 *bytes; /**< It begins there; NULL: none. */
    vmk_uint64 mask, value;  /**< What it is, of the 8 bytes there. */
    enum insn_map map;
    vmk_uint8 opcode, length;
};

struct vcpu {
    vmk_uint64 gpr[GPR_COUNT]; /**< RSP included; the vendor's code loads and stores it. */
    vmk_uint64 rip, rflags;
    vmk_uint64 cr3, dr7; /**< At the last exit. */
    vmk_uint32 requests; /**< enum vcpu_request; atomic. */
    vmk_uint32 in_guest; /**< 1 + the CPU it is entering or in the guest on, 0: it is not; atomic. */
    enum vcpu_run_state state;
    struct vm *vm;
    vmk_uint32 index; /**< Also its APIC ID. */
    struct lapic *lapic;
    void *vendor; /**< What the vendor's code keeps of it. */

    struct vcpu_event inject;   /**< The guest takes it at the next entry. */
    struct vcpu_event deferred; /**< An interrupt or NMI on whose delivery an exception came in between. */
    bool nmi_pending;
    bool look_after_exit;         /**< Something waits that no window tells of: see after the next exit... */
    struct vdev_timer look_timer; /**< ...which this one brings about. */

    struct linger linger; /**< Out of the guest, for its requests. */

    vmk_uint8 breakpoints_met; /**< By the instruction that is being done for the guest: DR6's bits. */

    struct vcpu_seen seen[8];
    struct guest_fpu *fpu;
    vmk_uint64 tsc_offset; /**< What the guest's TSC is ahead of the host's, modulo 2^64. */
    vmk_uint64 clock_msr;  /**< Where its clock's page is (guest_clock.h), bit 0: on. */
    vmk_uint64 hwcr;       /**< MSR c0010015, as written. */
    vmk_uint64 mtrr[32];   /**< As the guest wrote them; nested paging takes memory types from no MTRR. */

    /* The world and who waits for it. */
    vmk_WorldID world_id; /**< Of the last one started; VMK_INVALID_WORLD_ID: never. */
    struct world *world;  /**< Set by itself, held until another is started or the vCPU is destroyed; changes
                             under waits.lock. */
    vmk_uint64 past_ns;   /**< How long those before it ran; waits.lock. */
    bool parked;          /**< It stays out of the guest, paused, or has ended; waits.lock. */
    struct wait_queue waits;

    /* Statistics, written by its world. */
    vmk_uint64 exits[VCPU_EXIT_COUNT];
    vmk_uint64 entries;
    vmk_uint64 injected;     /**< Interrupts given to the guest. */
    vmk_uint64 lingers;      /**< Times that it stayed out of the guest for a request... */
    vmk_uint64 in_vain;      /**< ...which was not done by then. */
    vmk_uint64 unknown_msrs; /**< Accesses to MSRs that it does not have. */
    vmk_StatGroup stats, exit_stats;
};

/*
 * Life; by who has the VM's life in hand.
 */

/**
 * Make vCPU @p index of @p vm; vm->lapics[index], vm->heap and vm->memory are there.
 *
 * Its registers are those after RESET. @return VMK_OK, VMK_NO_MEMORY. Context: may block.
 */
VMK_ReturnStatus vcpu_create(struct vm *vm, vmk_uint32 index, struct vcpu **vcpu);

/** Free it; it has no world. Context: may block. */
void vcpu_destroy(struct vcpu *vcpu);

/** Registers as after RESET; vCPU 0 is to run, the others wait for start-up. It has no world. */
void vcpu_reset(struct vcpu *vcpu);

/** Have it run, in a world of its own, from the registers it has; paused if its VM is. @return VMK_OK;
 * vmk_WorldCreate()'s. */
VMK_ReturnStatus vcpu_start(struct vcpu *vcpu);

/** Wait until its world, of which VCPU_REQUEST_STOP was asked, has ended. Context: may block; not itself. */
void vcpu_wait_stopped(struct vcpu *vcpu);

/** Wait until it has seen VCPU_REQUEST_PAUSE, or has no world. Context: may block; not itself. */
void vcpu_wait_paused(struct vcpu *vcpu);

/** Take back what was asked of it: VCPU_REQUEST_PAUSE, VCPU_REQUEST_LIMIT. Context: any but NMI. */
void vcpu_withdraw(struct vcpu *vcpu, vmk_uint32 requests);

/** How long its worlds have run; right to a slice, 10 ms. Context: any but NMI. */
vmk_uint64 vcpu_ran_ns(struct vcpu *vcpu);

/** Ask something of a vCPU (bits of enum vcpu_request) and see to it that it looks: wakes it, or has it leave
 * the guest. Context: any but NMI. */
void vcpu_request(struct vcpu *vcpu, vmk_uint32 requests);

/*
 * For exit handlers. Context: the vCPU's world.
 */

/**
 * Look for what waits soon, though no window will tell: a tenth of a millisecond from now the guest leaves
 * for it.
 *
 * Context: the vCPU's world.
 */
void vcpu_look_soon(struct vcpu *vcpu);

/**
 * Have the guest take an exception at the next entry, in place of the instruction it was at. A second one
 * while one is waiting makes a double fault, a third a triple one (APM vol. 2, 8.2.9).
 */
void vcpu_inject_exception(struct vcpu *vcpu, vmk_uint8 vector, bool has_error_code, vmk_uint32 error_code);

/** Inject a page fault and set CR2. */
void vcpu_inject_page_fault(struct vcpu *vcpu, vmk_uint64 address, vmk_uint32 error_code);

/** The instruction is done: RIP goes behind it, the interrupt shadow ends, a pending single step traps. */
void vcpu_advance(struct vcpu *vcpu, vmk_uint64 next_rip);

/** Read or write an MSR as RDMSR and WRMSR do. @return VMK_OK; VMK_BAD_PARAM: #GP. */
VMK_ReturnStatus vcpu_msr_get(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value);
VMK_ReturnStatus vcpu_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value);

/** Have the guest's TSC be @p offset ahead of the host's, modulo 2^64; before the vCPU runs, while it is
 * paused, or by itself. */
void vcpu_tsc_offset_set(struct vcpu *vcpu, vmk_uint64 offset);

#endif
