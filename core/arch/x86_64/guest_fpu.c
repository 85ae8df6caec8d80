/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_fpu.c - storing and loading the registers that stay in the processor while a guest is out
 * (Intel SDM vol. 1, chapter 13; AMD64 APM vol. 2, 11.5 and 13.1).
 *
 * A guest sets its XCR0 by itself, within what the processor has: all of that is stored and loaded.
 */
#include "regs.h"

#include <core/vmm/guest_fpu.h>
#include <vmkapi/lib/libc.h>

#define CPUID_1_ECX_XSAVE    (1u << 26)
#define CPUID_XSAVE          0xdu
#define CPUID_EXT_EDX_RDTSCP (1u << 27)
#define CPUID_7_ECX_RDPID    (1u << 22)

#define CR4_OSXSAVE          0x00040000

#define MSR_TSC_AUX          0xc0000103

#define XCR0_X87             1ul
#define XCR0_SSE             2ul
#define XCR0_AVX             4ul

/* 13.4.1 and 13.4.2 of the SDM. */
#define AREA_MXCSR     24
#define AREA_XMM       160
#define AREA_XSTATE_BV 512
#define AREA_ALIGN     64
#define MXCSR_RESET    0x1f80u

struct guest_fpu *guest_fpu_loaded[VMK_MAX_PCPUS];

static vmk_uint64 features; /* Bits of XCR0. */
static vmk_uint32 area_bytes;
static vmk_uint32 avx_offset; /* Of the upper halves. */
static bool has_tsc_aux;

static vmk_uint64 xgetbv(void)
{
    vmk_uint32 low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (vmk_uint64)high << 32 | low;
}

static void xsetbv(vmk_uint64 value)
{
    __asm__ volatile("xsetbv" ::"c"(0), "a"((vmk_uint32)value), "d"((vmk_uint32)(value >> 32)) : "memory");
}

/* To the kernel the FPU is off (CR0.TS); these few lines use it. */
static void open_fpu(void)
{
    __asm__ volatile("clts" ::: "memory");
}

static void close_fpu(void)
{
    write_cr0(CR0_KERNEL);
}

bool guest_fpu_probe(const char **why)
{
    if (!(cpuid(1, 0).ecx & CPUID_1_ECX_XSAVE)) {
        *why = "the processor has no XSAVE";
        return false;
    }
    return true;
}

void guest_fpu_cpu_enable(void)
{
    struct cpuid_result leaf = cpuid(CPUID_XSAVE, 0);

    features = (vmk_uint64)leaf.edx << 32 | leaf.eax;
    area_bytes = leaf.ecx;
    avx_offset = features & XCR0_AVX ? cpuid(CPUID_XSAVE, 2).ebx : 0;
    has_tsc_aux =
        (cpuid(0x80000001, 0).edx & CPUID_EXT_EDX_RDTSCP) != 0 || (cpuid(7, 0).ecx & CPUID_7_ECX_RDPID) != 0;
    write_cr4(read_cr4() | CR4_OSXSAVE);
}

vmk_uint64 guest_fpu_features(void)
{
    return features;
}

VMK_ReturnStatus guest_fpu_create(vmk_HeapID heap, struct guest_fpu **fpu)
{
    struct guest_fpu *made = vmk_HeapZalloc(heap, sizeof(*made));

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    made->area = vmk_HeapAlign(heap, area_bytes, AREA_ALIGN);
    if (made->area == NULL) {
        vmk_HeapFree(heap, made);
        return VMK_NO_MEMORY;
    }
    guest_fpu_reset(made);
    *fpu = made;
    return VMK_OK;
}

void guest_fpu_destroy(struct guest_fpu *fpu)
{
    vmk_HeapID heap = vmk_HeapOf(fpu);

    /* An address may come back as another vCPU's. */
    for (unsigned cpu = 0; cpu < VMK_MAX_PCPUS; cpu++) {
        struct guest_fpu *gone = fpu;

        __atomic_compare_exchange_n(&guest_fpu_loaded[cpu], &gone, NULL, 0, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST);
    }
    vmk_HeapFree(heap, fpu->area);
    vmk_HeapFree(heap, fpu);
}

/* Have the next entry load what is stored. */
static void changed(struct guest_fpu *fpu)
{
    fpu->newer = false;
    fpu->cpu = ~0u;
}

void guest_fpu_reset(struct guest_fpu *fpu)
{
    const vmk_uint32 mxcsr = MXCSR_RESET;

    vmk_Memset(fpu->area, 0, area_bytes);
    vmk_Memcpy((char *)fpu->area + AREA_MXCSR, &mxcsr, sizeof(mxcsr));
    fpu->xcr0 = XCR0_X87;
    vmk_Memset(fpu->debug, 0, sizeof(fpu->debug));
    fpu->tsc_aux = 0;
    changed(fpu);
}

static void store_debug(vmk_uint64 debug[4])
{
    __asm__ volatile("mov %%dr0, %0; mov %%dr1, %1; mov %%dr2, %2; mov %%dr3, %3"
                     : "=r"(debug[0]), "=r"(debug[1]), "=r"(debug[2]), "=r"(debug[3]));
}

/* DR7 is the host's outside the guest, and enables none of them. */
static void load_debug(const vmk_uint64 debug[4])
{
    __asm__ volatile("mov %0, %%dr0; mov %1, %%dr1; mov %2, %%dr2; mov %3, %%dr3" ::"r"(debug[0]),
                     "r"(debug[1]), "r"(debug[2]), "r"(debug[3]));
}

void guest_fpu_load(struct guest_fpu *fpu)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();

    open_fpu();
    xsetbv(features);
    __asm__ volatile("xrstor64 (%0)" ::"r"(fpu->area), "a"(~0u), "d"(~0u) : "memory");
    xsetbv(fpu->xcr0);
    close_fpu();
    load_debug(fpu->debug);
    if (has_tsc_aux) {
        wrmsr(MSR_TSC_AUX, fpu->tsc_aux);
    }
    fpu->cpu = cpu;
    guest_fpu_loaded[cpu] = fpu;
}

void guest_fpu_store(struct guest_fpu *fpu)
{
    if (!fpu->newer) {
        return;
    }
    open_fpu();
    fpu->xcr0 = xgetbv();
    xsetbv(features);
    __asm__ volatile("xsave64 (%0)" ::"r"(fpu->area), "a"(~0u), "d"(~0u) : "memory");
    xsetbv(fpu->xcr0);
    close_fpu();
    store_debug(fpu->debug);
    fpu->newer = false;
}

static void store_now(struct guest_fpu *fpu)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();

    guest_fpu_store(fpu);
    vmk_CPURestoreInterrupts(flags);
}

void guest_fpu_vector_read(struct guest_fpu *fpu, unsigned number, struct emulate_vector *value)
{
    const char *area = fpu->area;

    store_now(fpu);
    *value = (struct emulate_vector){0};
    vmk_Memcpy(&value->words[0], area + AREA_XMM + 16 * number, 16);
    if (fpu->xcr0 & XCR0_AVX) {
        vmk_Memcpy(&value->words[2], area + avx_offset + 16 * number, 16);
    }
}

void guest_fpu_vector_write(struct guest_fpu *fpu, unsigned number, const struct emulate_vector *value)
{
    char *area = fpu->area;
    vmk_uint64 present;

    store_now(fpu);
    vmk_Memcpy(&present, area + AREA_XSTATE_BV, sizeof(present));
    present |= XCR0_SSE;
    vmk_Memcpy(area + AREA_XMM + 16 * number, &value->words[0], 16);
    if (fpu->xcr0 & XCR0_AVX) {
        present |= XCR0_AVX;
        vmk_Memcpy(area + avx_offset + 16 * number, &value->words[2], 16);
    }
    vmk_Memcpy(area + AREA_XSTATE_BV, &present, sizeof(present));
    changed(fpu);
}

void guest_fpu_debug_read(struct guest_fpu *fpu, vmk_uint64 debug[4])
{
    store_now(fpu);
    vmk_Memcpy(debug, fpu->debug, sizeof(fpu->debug));
}

vmk_uint64 guest_fpu_xcr0(const struct guest_fpu *fpu)
{
    vmk_uint64 flags = vmk_CPUSaveInterrupts();
    vmk_uint64 xcr0 = fpu->newer ? xgetbv() : fpu->xcr0;

    vmk_CPURestoreInterrupts(flags);
    return xcr0;
}

vmk_uint64 guest_fpu_tsc_aux(const struct guest_fpu *fpu)
{
    return fpu->tsc_aux;
}

void guest_fpu_tsc_aux_set(struct guest_fpu *fpu, vmk_uint64 value)
{
    store_now(fpu);
    fpu->tsc_aux = value;
    changed(fpu);
}
