/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_internal.h - what the files of the vCPU say to each other.
 *
 *   vcpu.c          its making, its world, its life
 *   vcpu_run.c      round and round: requests, entry, exit, sleep
 *   vcpu_event.c    what the guest is to take next: exceptions, NMIs, interrupts, INIT and start-up
 *   vcpu_debug.c    traps behind what was done for the guest
 *   vcpu_exit.c     what is done about an exit, by its reason
 *   vcpu_emulate.c  instructions executed for the guest, and where the next one is
 *   vcpu_msr.c      MSRs
 *   guest_cpuid.c   what CPUID says
 *   guest_clock.c   the clock that guests read without leaving
 *
 * Context: the vCPU's world, interrupts on.
 */
#ifndef VMM_VCPU_INTERNAL_H
#define VMM_VCPU_INTERNAL_H

#include <core/vmm/breakpoints.h>
#include <core/vmm/insn.h>
#include <core/vmm/vcpu.h>
#include <core/vmm/vendor.h>

#define RFLAGS_TF           (1ul << 8)
#define RFLAGS_IF           (1ul << 9)
#define RFLAGS_RF           (1ul << 16)

#define CR0_PAGING          (1ul << 31)
#define CR4_DE              (1ul << 3)
#define CR4_OSXSAVE         (1ul << 18)
#define CR4_PKE             (1ul << 22)

#define VECTOR_DEBUG        1
#define VECTOR_UNDEFINED    6
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_PROTECTION   13
#define VECTOR_PAGE_FAULT   14

/* vcpu.c */

/** Tell those who wait that it stays out of the guest; that it does no longer. */
void vcpu_park(struct vcpu *vcpu);
void vcpu_unpark(struct vcpu *vcpu);

/* vcpu_run.c */

/** Run the guest until VCPU_REQUEST_STOP. */
void vcpu_run(struct vcpu *vcpu);

/** Have it look at its requests. Context: any but NMI. */
void vcpu_kick(struct vcpu *vcpu);

/** Ask ourselves: quicker than vcpu_request(). */
VMK_ALWAYS_INLINE void vcpu_look_again(struct vcpu *vcpu)
{
    __atomic_fetch_or(&vcpu->requests, VCPU_REQUEST_EVENT, __ATOMIC_RELAXED);
}

/* vcpu_event.c */

/** Take what has arrived, and choose what the guest takes at the next entry. */
void vcpu_take_events(struct vcpu *vcpu);

/** #GP(0). */
void vcpu_inject_protection(struct vcpu *vcpu);
void vcpu_inject_undefined(struct vcpu *vcpu);

/** A triple fault: the VM is told, the vCPU stands still. */
void vcpu_shut_down(struct vcpu *vcpu);

/* vcpu_debug.c */

/** The guest's breakpoints, as they were when it left. */
void vcpu_breakpoints(struct vcpu *vcpu, struct breakpoints *breakpoints);

/** The instruction being done for the guest has accessed @p port. */
void vcpu_meet_port(struct vcpu *vcpu, vmk_uint16 port, unsigned size);

/** Behind an instruction done for the guest, if it is stepped, resumed, or met breakpoints: have it take the
 * trap. @p ended: a repeated one has done all its elements. */
void vcpu_end_instruction(struct vcpu *vcpu, bool ended);

/* vcpu_exit.c */

/** What is done about each reason. */
extern void (*const vcpu_exit_handlers[VCPU_EXIT_COUNT])(struct vcpu *vcpu, const struct vcpu_exit *exit);

/* vcpu_emulate.c */

/** Instructions that leave the guest for the same reason: opcodes of a map, from first to last. */
struct vcpu_insns {
    enum insn_map map;
    vmk_uint8 first, last;
};

/**
 * Find where the guest goes on, behind the instruction it left at, which is to be one of @p expected.
 *
 * @param rm  its ModRM.rm and REX.B; may be NULL. @return false: there is another one by now, or it can't be
 * read; what is to be done about that has been done.
 */
bool vcpu_find_next(struct vcpu *vcpu, const struct vcpu_exit *exit, struct vcpu_insns expected,
                    vmk_uint64 *next_rip, unsigned *rm);

/** Execute the instruction whose operand is not RAM. */
void vcpu_emulate_memory(struct vcpu *vcpu, const struct vcpu_exit *exit);
/** Execute INS or OUTS. */
void vcpu_emulate_string_io(struct vcpu *vcpu, const struct vcpu_exit *exit);

#endif
