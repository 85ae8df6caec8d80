/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_cpuid.h - what CPUID says to a guest (AMD64 APM vol. 3, appendix E).
 *
 * The processor's own answers, less what we do not give a guest (SVM, MONITOR, performance counters, machine
 * checks' banks, 5-level paging, what takes MSRs of its own) and with what we add: x2APIC, TSC deadline, the
 * hypervisor bit and leaves, one thread a core, as many cores as the VM has vCPUs.
 *
 * Context: the vCPU's world.
 */
#ifndef VMM_GUEST_CPUID_H
#define VMM_GUEST_CPUID_H

#include <core/cpuid.h>
#include <core/vmm/vcpu.h>

struct cpuid_result guest_cpuid(const struct vcpu *vcpu, vmk_uint32 leaf, vmk_uint32 subleaf);

#endif
