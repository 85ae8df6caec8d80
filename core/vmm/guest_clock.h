/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_clock.h - the clock of KVM's guests: how to make nanoseconds of the TSC stands in a page of theirs,
 * so that they read the time without leaving, and need not measure the TSC, which emulated timers are too
 * slow for.
 *
 * It is KVM's interface because Linux and the BSDs have drivers for that: its CPUID leaves behind our own,
 * and two MSRs (Linux, Documentation/virt/kvm/x86/cpuid.rst and msr.rst). Of what else KVM has only
 * dev/lapic_eoi.h is offered.
 *
 * Context: the vCPU's world.
 */
#ifndef VMM_GUEST_CLOCK_H
#define VMM_GUEST_CLOCK_H

#include <core/cpuid.h>
#include <core/vmm/vcpu.h>

#define GUEST_CLOCK_LEAF 0x40000100u

/** Answer to leaf GUEST_CLOCK_LEAF and those behind it. */
struct cpuid_result guest_clock_cpuid(vmk_uint32 leaf);

/** Its MSRs. @return VMK_OK; VMK_NOT_FOUND: not one of them; VMK_BAD_PARAM: #GP. */
VMK_ReturnStatus guest_clock_msr_get(const struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value);
VMK_ReturnStatus guest_clock_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value);

/** The guest has moved its TSC: tell it anew. */
void guest_clock_update(struct vcpu *vcpu);

#endif
