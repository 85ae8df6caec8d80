/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regs.h - control registers, model-specific registers and CPUID, for C and assembly.
 */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

/* Intel SDM vol. 3A, 2.5. */
#define CR0_PE 0x00000001
#define CR0_MP 0x00000002
#define CR0_TS 0x00000008
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000
#define CR0_PG 0x80000000
/* The kernel has no use for the FPU: TS makes every touch of it a fault. */
#define CR0_KERNEL         (CR0_PE | CR0_MP | CR0_TS | CR0_NE | CR0_WP | CR0_PG)

#define CR4_DE             0x00000008
#define CR4_PAE            0x00000020
#define CR4_MCE            0x00000040
#define CR4_PGE            0x00000080
#define CR4_UMIP           0x00000800
#define CR4_SMEP           0x00100000
#define CR4_SMAP           0x00200000

#define MSR_APIC_BASE      0x0000001b
#define MSR_PAT            0x00000277
#define MSR_X2APIC_FIRST   0x00000800
#define MSR_EFER           0xc0000080
#define MSR_FS_BASE        0xc0000100
#define MSR_GS_BASE        0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102

#define EFER_LME           0x100
#define EFER_NXE           0x800

#define CPUID_EXT_EDX_NX   0x00100000
#define CPUID_EXT_EDX_LM   0x20000000

#ifndef __ASSEMBLER__
#include <core/cpuid.h>
#include <vmkapi/base/types.h>

#define ARCH_CONTROL_REGISTER(name)                                                                          \
    VMK_ALWAYS_INLINE vmk_uint64 read_##name(void)                                                           \
    {                                                                                                        \
        vmk_uint64 value;                                                                                    \
                                                                                                             \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(value)::"memory");                                     \
        return value;                                                                                        \
    }                                                                                                        \
    VMK_ALWAYS_INLINE void write_##name(vmk_uint64 value)                                                    \
    {                                                                                                        \
        __asm__ volatile("mov %0, %%" #name ::"r"(value) : "memory");                                        \
    }

ARCH_CONTROL_REGISTER(cr0)
ARCH_CONTROL_REGISTER(cr2)
ARCH_CONTROL_REGISTER(cr3)
ARCH_CONTROL_REGISTER(cr4)

#undef ARCH_CONTROL_REGISTER

VMK_ALWAYS_INLINE vmk_uint64 rdmsr(vmk_uint32 msr)
{
    vmk_uint32 low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (vmk_uint64)high << 32 | low;
}

VMK_ALWAYS_INLINE void wrmsr(vmk_uint32 msr, vmk_uint64 value)
{
    __asm__ volatile("wrmsr" ::"c"(msr), "a"((vmk_uint32)(value & ~0u)), "d"((vmk_uint32)(value >> 32))
                     : "memory");
}

VMK_ALWAYS_INLINE void invlpg(vmk_VA va)
{
    __asm__ volatile("invlpg (%0)" ::"r"(va) : "memory");
}
#endif

#endif
