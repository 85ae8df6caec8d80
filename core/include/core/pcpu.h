/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcpu.h - what the console shows about each CPU.
 */
#ifndef CORE_PCPU_H
#define CORE_PCPU_H

#include <vmkapi/base/types.h>

/** One processor, as CPUID describes it. Constant once the CPU is online. */
struct cpu_info {
    char vendor[13];
    char brand[49];
    char features[256]; /**< Names of the features the kernel knows, separated by spaces. */
    vmk_uint32 family, model, stepping;
    vmk_uint32 apic_id;
    vmk_uint64 tsc_hz;
    vmk_Bool x2apic; /**< The local APIC is driven in x2APIC mode. */
    vmk_Bool invariant_tsc;
    vmk_Bool under_hypervisor; /**< Another one shares the machine out to us. */
};

/** @return CPU @p cpu's description; it must be online. Context: any. */
const struct cpu_info *cpu_info_get(vmk_uint32 cpu);

#endif
