/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest_fpu.h - the registers of a vCPU that the processor leaves loaded when a guest exits: x87, SSE, AVX
 * and what else XSAVE knows, XCR0, DR0 to DR3, TSC_AUX.
 *
 * The kernel uses none of them, so they stay in the processor from exit to entry; they are stored when the
 * vCPU's world leaves its CPU, and loaded when it enters the guest on another one, or after another vCPU.
 *
 * Context: the vCPU's world, unless said otherwise.
 */
#ifndef CORE_VMM_GUEST_FPU_H
#define CORE_VMM_GUEST_FPU_H

#include <stdbool.h>

#include <core/vmm/emulate.h>
#include <vmkapi/base/heap.h>
#include <vmkapi/base/pcpu.h>

/** Aligned as XSAVE wants it, so not to be copied about. */
struct guest_fpu {
    void *area;      /**< XSAVE's. */
    vmk_uint64 xcr0; /**< As stored, like the rest. */
    vmk_uint64 debug[4];
    vmk_uint64 tsc_aux;
    vmk_uint32 cpu; /**< Where it was loaded last. */
    bool newer;     /**< The processor's registers are newer than what is stored. */
};

/** What each CPU has loaded, or had last; NULL: what is in the registers is nobody's. */
extern struct guest_fpu *guest_fpu_loaded[VMK_MAX_PCPUS];

/** @return whether the processor has what this takes; if not, *why says what is missing. */
bool guest_fpu_probe(const char **why);
/** Ready the running CPU. Context: interrupts off. */
void guest_fpu_cpu_enable(void);
/** XCR0's bits that a guest may set. */
vmk_uint64 guest_fpu_features(void);

/** @return VMK_OK, VMK_NO_MEMORY. */
VMK_ReturnStatus guest_fpu_create(vmk_HeapID heap, struct guest_fpu **fpu);
void guest_fpu_destroy(struct guest_fpu *fpu);
/** As after RESET. */
void guest_fpu_reset(struct guest_fpu *fpu);

/** For guest_fpu_use(). */
void guest_fpu_load(struct guest_fpu *fpu);

/** See to it that the registers are in the processor. Context: interrupts off, right before the entry. */
VMK_ALWAYS_INLINE void guest_fpu_use(struct guest_fpu *fpu)
{
    vmk_uint32 cpu = vmk_GetPCPUNum();

    if (VMK_UNLIKELY(guest_fpu_loaded[cpu] != fpu || fpu->cpu != cpu)) {
        guest_fpu_load(fpu);
    }
    fpu->newer = true;
}

/** Store what is newer in the processor. Context: interrupts off, on the CPU where it was used last. */
void guest_fpu_store(struct guest_fpu *fpu);

/** Vector register @p number; the upper half reads as zeroes, and is not written, without AVX. */
void guest_fpu_vector_read(struct guest_fpu *fpu, unsigned number, struct emulate_vector *value);
void guest_fpu_vector_write(struct guest_fpu *fpu, unsigned number, const struct emulate_vector *value);

/** DR0 to DR3. */
void guest_fpu_debug_read(struct guest_fpu *fpu, vmk_uint64 debug[4]);

/** XCR0, TSC_AUX. */
vmk_uint64 guest_fpu_xcr0(const struct guest_fpu *fpu);
vmk_uint64 guest_fpu_tsc_aux(const struct guest_fpu *fpu);
void guest_fpu_tsc_aux_set(struct guest_fpu *fpu, vmk_uint64 value);

#endif
