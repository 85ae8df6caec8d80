/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu_info.c - what CPUID says of a processor (AMD APM vol. 3, appendix E; Intel SDM vol. 2A, CPUID).
 */
#include "cpu.h"
#include "lapic.h"
#include "regs.h"

#include <core/clock.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/lib/libc.h>

enum cpuid_register {
    EAX,
    EBX,
    ECX,
    EDX,
};

struct feature {
    const char *name;
    vmk_uint32 leaf;
    enum cpuid_register reg;
    unsigned bit;
};

static const struct feature features[] = {
    {"tsc", 1, EDX, 4},
    {"apic", 1, EDX, 9},
    {"sse2", 1, EDX, 26},
    {"sse3", 1, ECX, 0},
    {"vmx", 1, ECX, 5},
    {"ssse3", 1, ECX, 9},
    {"cx16", 1, ECX, 13},
    {"pcid", 1, ECX, 17},
    {"sse4.1", 1, ECX, 19},
    {"sse4.2", 1, ECX, 20},
    {"x2apic", 1, ECX, 21},
    {"popcnt", 1, ECX, 23},
    {"tsc-deadline", 1, ECX, 24},
    {"aes", 1, ECX, 25},
    {"xsave", 1, ECX, 26},
    {"avx", 1, ECX, 28},
    {"rdrand", 1, ECX, 30},
    {"hypervisor", 1, ECX, 31},
    {"fsgsbase", 7, EBX, 0},
    {"avx2", 7, EBX, 5},
    {"smep", 7, EBX, 7},
    {"erms", 7, EBX, 9},
    {"smap", 7, EBX, 20},
    {"avx512f", 7, EBX, 16},
    {"umip", 7, ECX, 2},
    {"svm", 0x80000001, ECX, 2},
    {"nx", 0x80000001, EDX, 20},
    {"1g-pages", 0x80000001, EDX, 26},
    {"rdtscp", 0x80000001, EDX, 27},
    {"invariant-tsc", 0x80000007, EDX, 8},
    {"npt", 0x8000000a, EDX, 0},
};

/* @return the leaf, all zero when the processor doesn't have it. */
static struct cpuid_result leaf_or_zero(vmk_uint32 leaf)
{
    vmk_uint32 highest = cpuid(leaf & 0x80000000, 0).eax;

    return leaf <= highest ? cpuid(leaf, 0) : (struct cpuid_result){0};
}

static vmk_Bool has(const struct feature *feature)
{
    struct cpuid_result r = leaf_or_zero(feature->leaf);
    vmk_uint32 value[] = {[EAX] = r.eax, [EBX] = r.ebx, [ECX] = r.ecx, [EDX] = r.edx};

    return (value[feature->reg] >> feature->bit & 1) != 0;
}

static void read_names(struct cpu_info *info)
{
    struct cpuid_result r = cpuid(0, 0);

    vmk_Memcpy(info->vendor, &r.ebx, 4);
    vmk_Memcpy(info->vendor + 4, &r.edx, 4);
    vmk_Memcpy(info->vendor + 8, &r.ecx, 4);
    for (unsigned i = 0; i < 3; i++) {
        r = leaf_or_zero(0x80000002 + i);
        vmk_Memcpy(info->brand + 16 * i, &r, 16);
    }
}

static void read_signature(struct cpu_info *info)
{
    vmk_uint32 eax = cpuid(1, 0).eax;

    info->stepping = eax & 0xf;
    info->model = eax >> 4 & 0xf;
    info->family = eax >> 8 & 0xf;
    if (info->family == 6 || info->family == 15) {
        info->model |= eax >> 12 & 0xf0;
    }
    if (info->family == 15) {
        info->family += eax >> 20 & 0xff;
    }
}

void cpu_info_read(struct cpu *cpu)
{
    struct cpu_info *info = &cpu->info;

    read_names(info);
    read_signature(info);
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(features); i++) {
        if (has(&features[i])) {
            vmk_Strlcat(info->features, info->features[0] != '\0' ? " " : "", sizeof(info->features));
            vmk_Strlcat(info->features, features[i].name, sizeof(info->features));
        }
    }
    info->invariant_tsc = (leaf_or_zero(0x80000007).edx >> 8 & 1) != 0;
    info->under_hypervisor = (cpuid(1, 0).ecx >> 31 & 1) != 0;
    info->apic_id = lapic_id();
    info->x2apic = lapic_is_x2apic();
    info->tsc_hz = clock_scale.hz;
}

const struct cpu_info *cpu_info_get(vmk_uint32 cpu)
{
    VMK_ASSERT(cpus[cpu] != NULL);
    return &cpus[cpu]->info;
}
