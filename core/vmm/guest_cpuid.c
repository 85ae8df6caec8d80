/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_cpuid.c - what CPUID says to a guest, leaf by leaf.
 */
#include "guest_cpuid.h"

#include "guest_clock.h"
#include "vcpu_internal.h"

#include <core/vmm/guest_fpu.h>
#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>

#define BIT(n) (1u << (n))

/* What is hidden, and why. */
#define LEAF1_ECX_HIDDEN                                                                                     \
    (BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) | /* DS, MONITOR, VMX, SMX, EIST, TM2 */   \
     BIT(10) | BIT(14) | BIT(15) | BIT(18))                         /* debug, xTPR, PDCM, DCA */
#define LEAF1_ECX_ADDED   (BIT(21) | BIT(24) | BIT(31))             /* x2APIC, TSC deadline, hypervisor */
#define LEAF1_ECX_OSXSAVE BIT(27)
#define LEAF1_EDX_HIDDEN  (BIT(18) | BIT(21) | BIT(22) | BIT(29) | BIT(31)) /* PSN, DS, thermal, TM, PBE */
#define LEAF1_EDX_ADDED   (BIT(9) | BIT(12) | BIT(16))                      /* APIC, MTRR, PAT */
#define LEAF1_EDX_APIC    BIT(9)
#define LEAF1_EDX_HTT     BIT(28)
#define LEAF6_EAX_ARAT    BIT(2) /* The APIC timer runs always. */
#define LEAF7_EBX_HIDDEN                                                                                     \
    (BIT(1) | BIT(2) | BIT(4) | BIT(11) | BIT(12) | BIT(14) | /* TSC_ADJUST, SGX, HLE, RTM, PQM, MPX */      \
     BIT(15) | BIT(25))                                       /* PQE, PT */
#define LEAF7_ECX_HIDDEN                                                                                     \
    (BIT(5) | BIT(7) | BIT(13) | BIT(16) | BIT(23) | BIT(24) | /* WAITPKG, SHSTK, TME, LA57, KL, bus lock */ \
     BIT(29) | BIT(30) | BIT(31))                              /* ENQCMD, SGX_LC, PKS */
#define LEAF7_ECX_OSPKE   BIT(4)
#define LEAF7_EDX_SHOWN   (BIT(2) | BIT(3) | BIT(4) | BIT(8) | BIT(14)) /* AVX-512 parts, FSRM, SERIALIZE */
#define LEAFD_1_EAX_SHOWN (BIT(0) | BIT(1) | BIT(2))                    /* XSAVEOPT, XSAVEC, XGETBV 1 */
#define EXT1_ECX_HIDDEN                                                                                      \
    (BIT(2) | BIT(3) | BIT(9) | BIT(10) | BIT(12) | BIT(13) | /* SVM, extended APIC, OSVW, IBS, SKINIT */    \
     BIT(15) | BIT(19) | BIT(22) | BIT(23) | BIT(24) | BIT(26) | BIT(27) | BIT(28) | /* LWP, node, perf */   \
     BIT(29) | BIT(30))                                                              /* MONITORX */
#define EXT8_EBX_SHOWN         (BIT(0) | BIT(2) | BIT(9)) /* CLZERO, FP error pointers, WBNOINVD */
#define EXT7_EDX_INVARIANT_TSC BIT(8)

#define XCR0_MPX               (BIT(3) | BIT(4))
#define EXT_LAST               0x8000001fu
#define HYPERVISOR_FIRST       0x40000000u
#define BASIC_LAST             0x16u

/* "OpenVMK VMM " in EBX, ECX, EDX. */
#define SIGNATURE_EBX   0x6e65704fu
#define SIGNATURE_ECX   0x204b4d56u
#define SIGNATURE_EDX   0x204d4d56u

#define TOPOLOGY_THREAD (1u << 8)
#define TOPOLOGY_CORE   (2u << 8)

static const struct cpuid_result zeroes;

/* @return how many bits of an APIC ID tell the VM's cores apart. */
static vmk_uint32 core_bits(const struct vcpu *vcpu)
{
    vmk_uint32 count = vcpu->vm->vcpu_count;

    return count <= 1 ? 0 : 32 - (vmk_uint32)__builtin_clz(count - 1);
}

static void features(const struct vcpu *vcpu, struct cpuid_result *r)
{
    vmk_uint32 count = vcpu->vm->vcpu_count;

    r->ebx = (r->ebx & 0xff00) | vcpu->index << 24 | (count > 1 ? count << 16 : 0);
    r->ecx = (r->ecx & ~(LEAF1_ECX_HIDDEN | LEAF1_ECX_OSXSAVE)) | LEAF1_ECX_ADDED;
    if (vmm_vendor->cr4_get(vcpu) & CR4_OSXSAVE) {
        r->ecx |= LEAF1_ECX_OSXSAVE;
    }
    r->edx = (r->edx & ~(LEAF1_EDX_HIDDEN | LEAF1_EDX_HTT)) | LEAF1_EDX_ADDED;
    if (count > 1) {
        r->edx |= LEAF1_EDX_HTT;
    }
    if (!lapic_is_present(vcpu->lapic)) {
        r->edx &= ~LEAF1_EDX_APIC;
    }
}

static void more_features(const struct vcpu *vcpu, vmk_uint32 subleaf, struct cpuid_result *r)
{
    if (subleaf != 0) {
        *r = zeroes;
        return;
    }
    r->eax = 0;
    r->ebx &= ~LEAF7_EBX_HIDDEN;
    r->ecx &= ~(LEAF7_ECX_HIDDEN | LEAF7_ECX_OSPKE);
    if (vmm_vendor->cr4_get(vcpu) & CR4_PKE) {
        r->ecx |= LEAF7_ECX_OSPKE;
    }
    r->edx &= LEAF7_EDX_SHOWN;
}

/* Intel SDM vol. 2A, CPUID, leaf 0bh: one thread a core, all cores in one package. */
static void topology(const struct vcpu *vcpu, vmk_uint32 subleaf, struct cpuid_result *r)
{
    *r = (struct cpuid_result){.ecx = subleaf & 0xff, .edx = vcpu->index};
    if (subleaf == 0) {
        r->ebx = 1;
        r->ecx |= TOPOLOGY_THREAD;
    } else if (subleaf == 1) {
        r->eax = core_bits(vcpu);
        r->ebx = vcpu->vm->vcpu_count;
        r->ecx |= TOPOLOGY_CORE;
    }
}

/* The size of the area for what XCR0 has on just now (Intel SDM vol. 1, 13.2). */
static vmk_uint32 xsave_bytes(const struct vcpu *vcpu)
{
    vmk_uint64 enabled = guest_fpu_xcr0(vcpu->fpu) & ~3ul;
    vmk_uint32 bytes = 576;

    for (; enabled != 0; enabled &= enabled - 1) {
        struct cpuid_result part = cpuid(0xd, (vmk_uint32)__builtin_ctzl(enabled));

        if (part.ebx + part.eax > bytes) {
            bytes = part.ebx + part.eax;
        }
    }
    return bytes;
}

static void xsave(const struct vcpu *vcpu, vmk_uint32 subleaf, struct cpuid_result *r)
{
    if (subleaf == 0) {
        r->eax &= ~XCR0_MPX;
        r->ebx = xsave_bytes(vcpu);
    } else if (subleaf == 1) {
        *r = (struct cpuid_result){.eax = r->eax & LEAFD_1_EAX_SHOWN, .ebx = xsave_bytes(vcpu)};
    } else if (subleaf > 63 || !(guest_fpu_features() >> subleaf & 1)) {
        *r = zeroes;
    }
}

static void basic(const struct vcpu *vcpu, vmk_uint32 leaf, vmk_uint32 subleaf, struct cpuid_result *r)
{
    switch (leaf) {
    case 0x0:
        if (r->eax > BASIC_LAST) {
            r->eax = BASIC_LAST;
        }
        break;
    case 0x1:
        features(vcpu, r);
        break;
    case 0x4: /* Caches, each core its own: EAX 31:26 cores, 25:14 sharing threads, less 1. */
        if ((r->eax & 0x1f) != 0) {
            r->eax = (r->eax & 0x3fff) | (vcpu->vm->vcpu_count - 1) << 26;
        }
        break;
    case 0x6:
        *r = (struct cpuid_result){.eax = LEAF6_EAX_ARAT};
        break;
    case 0x7:
        more_features(vcpu, subleaf, r);
        break;
    case 0xb:
        topology(vcpu, subleaf, r);
        break;
    case 0xd:
        xsave(vcpu, subleaf, r);
        break;
    case 0x2:
        break;
    default:
        *r = zeroes;
        break;
    }
}

static void extended(const struct vcpu *vcpu, vmk_uint32 leaf, struct cpuid_result *r)
{
    switch (leaf) {
    case 0x80000000:
        if (r->eax > EXT_LAST) {
            r->eax = EXT_LAST;
        }
        break;
    case 0x80000001:
        r->ecx &= ~EXT1_ECX_HIDDEN;
        break;
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
    case 0x80000005:
    case 0x80000006:
        break;
    case 0x80000007:
        /* All the time there is in the VM is made of it. */
        *r = (struct cpuid_result){.edx = EXT7_EDX_INVARIANT_TSC};
        break;
    case 0x80000008:
        r->ebx &= EXT8_EBX_SHOWN;
        r->ecx = core_bits(vcpu) << 12 | (vcpu->vm->vcpu_count - 1);
        r->edx = 0;
        break;
    default:
        *r = zeroes;
        break;
    }
}

static struct cpuid_result hypervisor(vmk_uint32 leaf)
{
    if (leaf == HYPERVISOR_FIRST) {
        return (struct cpuid_result){HYPERVISOR_FIRST, SIGNATURE_EBX, SIGNATURE_ECX, SIGNATURE_EDX};
    }
    return leaf >= GUEST_CLOCK_LEAF ? guest_clock_cpuid(leaf) : zeroes;
}

struct cpuid_result guest_cpuid(const struct vcpu *vcpu, vmk_uint32 leaf, vmk_uint32 subleaf)
{
    struct cpuid_result r;

    if (leaf >> 16 == HYPERVISOR_FIRST >> 16) {
        return hypervisor(leaf);
    }
    r = cpuid(leaf, subleaf);
    if (leaf < HYPERVISOR_FIRST) {
        basic(vcpu, leaf, subleaf, &r);
    } else {
        extended(vcpu, leaf, &r);
    }
    return r;
}
