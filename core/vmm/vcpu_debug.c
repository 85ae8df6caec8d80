/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_debug.c - traps behind an instruction that was done for the guest: steps and breakpoints.
 */
#include "vcpu_internal.h"

#include <core/vmm/guest_fpu.h>

#define DR6_SINGLE_STEP (1ul << 14)

void vcpu_breakpoints(struct vcpu *vcpu, struct breakpoints *breakpoints)
{
    *breakpoints = (struct breakpoints){0};
    if (VMK_UNLIKELY(vcpu->dr7 & DR7_ENABLED)) {
        guest_fpu_debug_read(vcpu->fpu, breakpoints->address);
        breakpoints->control = vcpu->dr7;
    }
}

void vcpu_meet_port(struct vcpu *vcpu, vmk_uint16 port, unsigned size)
{
    struct breakpoints breakpoints;

    if (VMK_UNLIKELY(vcpu->dr7 & DR7_ENABLED) && vmm_vendor->cr4_get(vcpu) & CR4_DE) {
        vcpu_breakpoints(vcpu, &breakpoints);
        vcpu->breakpoints_met |= breakpoints_met(&breakpoints, BREAKPOINT_PORT, port, size);
    }
}

void vcpu_end_instruction(struct vcpu *vcpu, bool ended)
{
    vmk_uint64 traps = vcpu->breakpoints_met | (vcpu->rflags & RFLAGS_TF ? DR6_SINGLE_STEP : 0);

    vcpu->breakpoints_met = 0;
    if (ended) {
        vcpu->rflags &= ~RFLAGS_RF;
    }
    if (traps != 0) {
        vmm_vendor->dr6_set(vcpu, traps);
        vcpu_inject_exception(vcpu, VECTOR_DEBUG, false, 0);
    }
}
