/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpuid.h - the CPUID instruction. Context: any.
 */
#ifndef CORE_CPUID_H
#define CORE_CPUID_H

#include <vmkapi/base/types.h>

struct cpuid_result {
    vmk_uint32 eax, ebx, ecx, edx;
};

VMK_ALWAYS_INLINE struct cpuid_result cpuid(vmk_uint32 leaf, vmk_uint32 subleaf)
{
    struct cpuid_result r;

    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
    return r;
}

#endif
