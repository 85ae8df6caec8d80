/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm.h - what the files of AMD's Secure Virtual Machine say to each other (AMD64 APM vol. 2, chapter 15).
 *
 *   svm.c       is it there, switching it on, the table of vendor.h
 *   svm_maps.c  which ports and MSRs leave the guest
 *   svm_vcpu.c  a vCPU's control block and registers
 *   svm_event.c interrupts, NMIs, exceptions: injecting them and waiting for the moment
 *   svm_run.c   in and out, and why out
 *   svm_enter.S the instructions themselves
 */
#ifndef ARCH_SVM_H
#define ARCH_SVM_H

#include "vmcb.h"

#include <core/vmm/asid.h>
#include <core/vmm/nested_tlb.h>
#include <core/vmm/vendor.h>
#include <vmkapi/core/frame.h>

#define EFER_LMA  (1ul << 10)
#define EFER_SVME (1ul << 12)

/** A CPU's. */
struct svm_cpu {
    vmk_MA host_vmcb; /**< Holds what VMLOAD brings back of the host; the same at all times. */
    struct asid_pool asids;
#ifdef VMK_DEBUG
    struct nested_tlb model;
#endif
};

/** How far the guest's NMI handler is. Until its IRET is over, no other NMI is delivered (15.21.6). */
enum svm_nmi {
    SVM_NMI_OPEN,
    SVM_NMI_MASKED,   /**< IRET is intercepted. */
    SVM_NMI_STEPPING, /**< Over the IRET, by the trap flag. */
};

/** A vCPU's. */
struct svm_vcpu {
    struct vmcb *vmcb;
    vmk_MA vmcb_ma;
    struct asid asid;
    vmk_uint64 virtual_interrupt; /**< The field of the VMCB but for TPR. */
    enum svm_nmi nmi;
    vmk_uint64 stepping_dr6; /**< The guest's, before we stepped. */
    unsigned shadow_entries; /**< In a row, with an interrupt shadow at one RIP. */
};

VMK_ALWAYS_INLINE struct svm_vcpu *svm_of(const struct vcpu *vcpu)
{
    return vcpu->vendor;
}

VMK_ALWAYS_INLINE struct vmcb *vmcb_of(const struct vcpu *vcpu)
{
    return svm_of(vcpu)->vmcb;
}

/* svm.c */

/** The running CPU's. Context: the CPU cannot change. */
struct svm_cpu *svm_cpu_here(void);

/** Pages of ours, zeroed. @return NULL: no memory. */
void *svm_pages_alloc(vmk_uint8 order);
void svm_pages_free(void *pages);

/* svm_maps.c */

/** Make the permission maps, which all guests share. @return VMK_OK, VMK_NO_MEMORY. */
VMK_ReturnStatus svm_maps_create(void);
vmk_MA svm_io_map(void);
vmk_MA svm_msr_map(void);

/* svm_vcpu.c */

VMK_ReturnStatus svm_vcpu_create(struct vcpu *vcpu);
void svm_vcpu_destroy(struct vcpu *vcpu);
void svm_vcpu_reset(struct vcpu *vcpu);
void svm_system_get(struct vcpu *vcpu, struct system_registers *registers);
void svm_system_set(struct vcpu *vcpu, const struct system_registers *registers);
VMK_ReturnStatus svm_msr_get(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value);
VMK_ReturnStatus svm_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value);

/* svm_event.c */

bool svm_irq_allowed(const struct vcpu *vcpu);
bool svm_nmi_allowed(const struct vcpu *vcpu);
void svm_irq_window(struct vcpu *vcpu, bool on);
void svm_nmi_window(struct vcpu *vcpu, bool on);

/** Put vcpu->inject, which there is, into the VMCB; it is none then. */
void svm_event_inject(struct vcpu *vcpu);
/** What was being delivered when the guest left is in vcpu->inject. */
void svm_event_take_back(struct vcpu *vcpu);
/** IRET was intercepted: step over it. */
void svm_nmi_step(struct vcpu *vcpu);
/** A debug exception: @return whether it was the end of that step. */
bool svm_nmi_stepped(struct vcpu *vcpu);

/* svm_run.c */

void svm_run(struct vcpu *vcpu, struct vcpu_exit *exit);

/* svm_enter.S */

/** Enter the guest with these general registers. Context: interrupts off; they are still off on return. */
void svm_enter(vmk_uint64 gpr[GPR_COUNT], vmk_MA guest_vmcb, vmk_MA host_vmcb);

#endif
