/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vendor.h - what AMD's SVM and Intel's VMX do each in their own way, behind one table chosen at boot.
 *
 * Context: unless said otherwise the vCPU's own world, between exits.
 */
#ifndef CORE_VMM_VENDOR_H
#define CORE_VMM_VENDOR_H

#include <core/smp.h>
#include <core/vmm/guest_memory.h>
#include <core/vmm/vcpu.h>

struct vmm_vendor {
    const char *name; /**< "SVM with nested paging". */
    const struct npt_format *npt;

    /** @return whether this processor has it and the firmware left it on; if not, *why says what is missing.
     */
    bool (*probe)(const char **why);
    /** Make what all CPUs share. Once, after probe(). @return VMK_OK or VMK_NO_MEMORY. */
    VMK_ReturnStatus (*start)(void);
    /** @return which of the CPUs @p online may run guests; not 0. */
    smp_mask (*cpus)(smp_mask online);
    /** Switch it on, on the running CPU, unless it is on. Context: interrupts off. @return VMK_OK or
     * VMK_NO_MEMORY. */
    VMK_ReturnStatus (*cpu_enable)(void);

    /** Make and free what is kept of a vCPU (vcpu->vendor). May block. */
    VMK_ReturnStatus (*vcpu_create)(struct vcpu *vcpu);
    void (*vcpu_destroy)(struct vcpu *vcpu);
    /** Put the registers to their state after RESET or INIT (APM vol. 2, 14.1.3). */
    void (*vcpu_reset)(struct vcpu *vcpu);

    /**
     * Enter the guest with vcpu->inject, and come back with why it left. Host interrupts are off at the call
     * and at the return; what was being delivered when the guest left is in vcpu->inject again (EXITINTINFO).
     */
    void (*run)(struct vcpu *vcpu, struct vcpu_exit *exit);

    void (*system_get)(struct vcpu *vcpu, struct system_registers *registers);
    void (*system_set)(struct vcpu *vcpu, const struct system_registers *registers);
    vmk_uint64 (*cr4_get)(const struct vcpu *vcpu);
    void (*cr2_set)(struct vcpu *vcpu, vmk_uint64 address);
    void (*dr6_set)(struct vcpu *vcpu, vmk_uint64 bits); /**< Sets these bits. */

    /** MSRs that live in the vendor's part (EFER, STAR, SYSENTER, PAT, FS/GS base...). @return VMK_NOT_FOUND:
     * not one of them; VMK_BAD_PARAM: the guest may not write this there (#GP). */
    VMK_ReturnStatus (*msr_get)(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value);
    VMK_ReturnStatus (*msr_set)(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value);

    /** Whether an interrupt could be taken now: IF, shadow, nothing waiting to be injected. And an NMI. */
    bool (*irq_allowed)(const struct vcpu *vcpu);
    bool (*nmi_allowed)(const struct vcpu *vcpu);
    /** Exit as soon as one can be taken (VCPU_EXIT_IRQ_WINDOW, _NMI_WINDOW). */
    void (*irq_window)(struct vcpu *vcpu, bool on);
    void (*nmi_window)(struct vcpu *vcpu, bool on);
    void (*shadow_clear)(struct vcpu *vcpu); /**< After an instruction was done for the guest. */

    /** What the guest's TSC is ahead of the host's, modulo 2^64. */
    void (*tsc_offset_set)(struct vcpu *vcpu, vmk_uint64 offset);
    /** At the next entry, use nothing that was cached of the nested tables, on whatever CPU. */
    void (*nested_flush)(struct vcpu *vcpu);
};

/** The one in use; NULL: this machine runs no VMs. */
extern const struct vmm_vendor *vmm_vendor;

/** While vmm_vendor is NULL: what is missing, as in "the processor has no SVM". */
const char *vmm_vendor_missing(void);

/** Choose one; a line in the log says whether VMs can run here, or why not. Context: boot world, once. */
void vmm_vendor_choose(void);

/**
 * Switch it on, on every CPU that runs guests, unless it is on: what it needs is allocated for the first VM
 * only.
 *
 * Context: may block, one caller at a time, all CPUs running. @return VMK_OK; VMK_NO_MEMORY: may be tried
 * again.
 */
VMK_ReturnStatus vmm_vendor_enable(void);

/** The CPUs that run guests, once vmm_vendor_enable() has succeeded. Context: any. */
smp_mask vmm_vendor_cpus(void);

/** core/arch's. */
extern const struct vmm_vendor vmm_vendor_svm;

#endif
