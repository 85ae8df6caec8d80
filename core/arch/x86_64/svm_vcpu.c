/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm_vcpu.c - a vCPU's control block: its making, its reset, its registers from outside.
 */
#include "regs.h"
#include "svm.h"

#include <core/vmm/vm.h>
#include <vmkapi/lib/libc.h>

#define VECTOR_DEBUG           1
#define VECTOR_ALIGNMENT_CHECK 17
#define VECTOR_MACHINE_CHECK   18

/* What the guest must not do by itself. #DB and #AC: one that faults on its own delivery would never end, and
 * never let the host's interrupts in. #MC is the host's. */
#define EXCEPTIONS (1u << VECTOR_DEBUG | 1u << VECTOR_ALIGNMENT_CHECK | 1u << VECTOR_MACHINE_CHECK)
#define INTERCEPTS3                                                                                          \
    (INTERCEPT_INTR | INTERCEPT_NMI | INTERCEPT_SMI | INTERCEPT_INIT | INTERCEPT_RDPMC | INTERCEPT_CPUID |   \
     INTERCEPT_RSM | INTERCEPT_INVD | INTERCEPT_HLT | INTERCEPT_INVLPGA | INTERCEPT_IOIO | INTERCEPT_MSR |   \
     INTERCEPT_SHUTDOWN)
#define INTERCEPTS4                                                                                          \
    (INTERCEPT_VMRUN | INTERCEPT_VMMCALL | INTERCEPT_VMLOAD | INTERCEPT_VMSAVE | INTERCEPT_STGI |            \
     INTERCEPT_CLGI | INTERCEPT_SKINIT | INTERCEPT_WBINVD | INTERCEPT_MONITOR | INTERCEPT_MWAIT |            \
     INTERCEPT_RDPRU)
#define CR8 (1u << 8)

/* 14.1.3. */
#define RESET_CR0        0x60000010ul
#define RESET_DR6        0xffff0ff0ul
#define RESET_DR7        0x400ul
#define RESET_RFLAGS     0x2ul
#define RESET_RIP        0xfff0ul
#define RESET_PAT        0x0007040600070406ul
#define SEGMENT_CODE     0x9b
#define SEGMENT_DATA     0x93
#define SEGMENT_LDT      0x82
#define SEGMENT_BUSY_TSS 0x83

/* EFER's bits but SVME that a guest may have (3.1.7); which of them, CPUID says. */
#define EFER_SCE            (1ul << 0)
#define EFER_FFXSR          (1ul << 14)
#define CPUID_EXT_EDX_FFXSR (1u << 25)

#define MSR_SYSENTER_CS     0x174
#define MSR_SYSENTER_ESP    0x175
#define MSR_SYSENTER_EIP    0x176
#define MSR_STAR            0xc0000081
#define MSR_LSTAR           0xc0000082
#define MSR_CSTAR           0xc0000083
#define MSR_SFMASK          0xc0000084

VMK_ReturnStatus svm_vcpu_create(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = vmk_HeapZalloc(vcpu->vm->heap, sizeof(*svm));
    struct vmcb *vmcb = svm_pages_alloc(0);

    if (svm == NULL || vmcb == NULL) {
        goto no_memory;
    }
    svm->vmcb = vmcb;
    svm->vmcb_ma = vmk_Ptr2MA(vmcb);
    svm->virtual_interrupt = VINTR_MASKING;
    vmcb->intercept_cr_write = CR8;
    vmcb->intercept_exceptions = EXCEPTIONS;
    vmcb->intercept3 = INTERCEPTS3;
    vmcb->intercept4 = INTERCEPTS4;
    vmcb->iopm_base = svm_io_map();
    vmcb->msrpm_base = svm_msr_map();
    vmcb->nested_control = NESTED_PAGING;
    vmcb->nested_cr3 = guest_memory_root(vcpu->vm->memory);
    vcpu->vendor = svm;
    return VMK_OK;

no_memory:
    if (vmcb != NULL) {
        svm_pages_free(vmcb);
    }
    if (svm != NULL) {
        vmk_HeapFree(vcpu->vm->heap, svm);
    }
    return VMK_NO_MEMORY;
}

void svm_vcpu_destroy(struct vcpu *vcpu)
{
    svm_pages_free(vmcb_of(vcpu));
    vmk_HeapFree(vcpu->vm->heap, vcpu->vendor);
    vcpu->vendor = NULL;
}

static struct vmcb_segment reset_segment(vmk_uint16 selector, vmk_uint16 attributes, vmk_uint64 base)
{
    return (struct vmcb_segment){
        .selector = selector, .attributes = attributes, .limit = 0xffff, .base = base};
}

void svm_vcpu_reset(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = svm_of(vcpu);
    struct vmcb *vmcb = svm->vmcb;

    vmk_Memset(vmcb->segments, 0, sizeof(*vmcb) - __builtin_offsetof(struct vmcb, segments));
    for (unsigned i = VMCB_ES; i <= VMCB_GS; i++) {
        vmcb->segments[i] = reset_segment(0, SEGMENT_DATA, 0);
    }
    vmcb->segments[VMCB_CS] = reset_segment(0xf000, SEGMENT_CODE, 0xffff0000);
    vmcb->segments[VMCB_GDTR] = reset_segment(0, 0, 0);
    vmcb->segments[VMCB_IDTR] = reset_segment(0, 0, 0);
    vmcb->segments[VMCB_LDTR] = reset_segment(0, SEGMENT_LDT, 0);
    vmcb->segments[VMCB_TR] = reset_segment(0, SEGMENT_BUSY_TSS, 0);
    vmcb->cr0 = RESET_CR0;
    vmcb->dr6 = RESET_DR6;
    vmcb->dr7 = RESET_DR7;
    vmcb->efer = EFER_SVME;
    vmcb->pat = RESET_PAT;
    vmcb->interrupt_shadow = 0;
    vmcb->intercept3 = INTERCEPTS3;
    svm->virtual_interrupt = VINTR_MASKING;
    svm->nmi = SVM_NMI_OPEN;
    vmk_Memset(vcpu->gpr, 0, sizeof(vcpu->gpr));
    vcpu->gpr[GPR_RDX] = cpuid(1, 0).eax;
    vcpu->rip = RESET_RIP;
    vcpu->rflags = RESET_RFLAGS;
}

static const enum vmcb_segment_index segment_index[SEGMENT_COUNT] = {
    [SEGMENT_ES] = VMCB_ES, [SEGMENT_CS] = VMCB_CS, [SEGMENT_SS] = VMCB_SS,     [SEGMENT_DS] = VMCB_DS,
    [SEGMENT_FS] = VMCB_FS, [SEGMENT_GS] = VMCB_GS, [SEGMENT_LDTR] = VMCB_LDTR, [SEGMENT_TR] = VMCB_TR,
};

void svm_system_get(struct vcpu *vcpu, struct system_registers *registers)
{
    const struct vmcb *vmcb = vmcb_of(vcpu);

    registers->cr0 = vmcb->cr0;
    registers->cr2 = vmcb->cr2;
    registers->cr3 = vmcb->cr3;
    registers->cr4 = vmcb->cr4;
    registers->efer = vmcb->efer & ~EFER_SVME;
    registers->dr6 = vmcb->dr6;
    registers->dr7 = vmcb->dr7;
    registers->cpl = vmcb->cpl;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        const struct vmcb_segment *from = &vmcb->segments[segment_index[i]];

        registers->segments[i] = (struct segment_register){.selector = from->selector,
                                                           .attributes = from->attributes,
                                                           .limit = from->limit,
                                                           .base = from->base};
    }
    registers->gdtr.limit = (vmk_uint16)vmcb->segments[VMCB_GDTR].limit;
    registers->gdtr.base = vmcb->segments[VMCB_GDTR].base;
    registers->idtr.limit = (vmk_uint16)vmcb->segments[VMCB_IDTR].limit;
    registers->idtr.base = vmcb->segments[VMCB_IDTR].base;
}

void svm_system_set(struct vcpu *vcpu, const struct system_registers *registers)
{
    struct vmcb *vmcb = vmcb_of(vcpu);

    vmcb->cr0 = registers->cr0;
    vmcb->cr2 = registers->cr2;
    vmcb->cr3 = registers->cr3;
    vmcb->cr4 = registers->cr4;
    vmcb->efer = registers->efer | EFER_SVME;
    vmcb->dr6 = registers->dr6;
    vmcb->dr7 = registers->dr7;
    vmcb->cpl = registers->cpl;
    for (unsigned i = 0; i < SEGMENT_COUNT; i++) {
        const struct segment_register *from = &registers->segments[i];

        vmcb->segments[segment_index[i]] = (struct vmcb_segment){.selector = from->selector,
                                                                 .attributes = from->attributes,
                                                                 .limit = from->limit,
                                                                 .base = from->base};
    }
    vmcb->segments[VMCB_GDTR].limit = registers->gdtr.limit;
    vmcb->segments[VMCB_GDTR].base = registers->gdtr.base;
    vmcb->segments[VMCB_IDTR].limit = registers->idtr.limit;
    vmcb->segments[VMCB_IDTR].base = registers->idtr.base;
}

static vmk_uint64 efer_allowed(void)
{
    vmk_uint32 edx = cpuid(0x80000001, 0).edx;

    return EFER_SCE | (edx & CPUID_EXT_EDX_NX ? EFER_NXE : 0) |
           (edx & CPUID_EXT_EDX_LM ? EFER_LME | EFER_LMA : 0) | (edx & CPUID_EXT_EDX_FFXSR ? EFER_FFXSR : 0);
}

/* LMA follows LME and CR0.PG by itself; LME can't change while paging is on (14.6.1, 14.7). */
static VMK_ReturnStatus efer_set(struct vmcb *vmcb, vmk_uint64 value)
{
    if ((value & ~efer_allowed()) != 0 || (vmcb->cr0 & CR0_PG && (value ^ vmcb->efer) & EFER_LME)) {
        return VMK_BAD_PARAM;
    }
    vmcb->efer = (value & ~EFER_LMA) | (vmcb->efer & EFER_LMA) | EFER_SVME;
    return VMK_OK;
}

/* The types a PAT entry may name: all of a byte's low three bits but 2 and 3 (7.8.2). */
static bool is_pat(vmk_uint64 value)
{
    for (; value != 0; value >>= 8) {
        vmk_uint64 type = value & 0xff;

        if (type > 7 || type == 2 || type == 3) {
            return false;
        }
    }
    return true;
}

/* Those that are nothing but a field of the VMCB. */
static vmk_uint64 *field_of(struct vmcb *vmcb, vmk_uint32 msr)
{
    switch (msr) {
    case MSR_SYSENTER_CS:
        return &vmcb->sysenter_cs;
    case MSR_SYSENTER_ESP:
        return &vmcb->sysenter_esp;
    case MSR_SYSENTER_EIP:
        return &vmcb->sysenter_eip;
    case MSR_STAR:
        return &vmcb->star;
    case MSR_LSTAR:
        return &vmcb->lstar;
    case MSR_CSTAR:
        return &vmcb->cstar;
    case MSR_SFMASK:
        return &vmcb->sfmask;
    case MSR_FS_BASE:
        return &vmcb->segments[VMCB_FS].base;
    case MSR_GS_BASE:
        return &vmcb->segments[VMCB_GS].base;
    case MSR_KERNEL_GS_BASE:
        return &vmcb->kernel_gs_base;
    default:
        return NULL;
    }
}

VMK_ReturnStatus svm_msr_get(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value)
{
    struct vmcb *vmcb = vmcb_of(vcpu);
    const vmk_uint64 *field = field_of(vmcb, msr);

    if (msr == MSR_EFER) {
        *value = vmcb->efer & ~EFER_SVME;
    } else if (msr == MSR_PAT) {
        *value = vmcb->pat;
    } else if (field != NULL) {
        *value = *field;
    } else {
        return VMK_NOT_FOUND;
    }
    return VMK_OK;
}

VMK_ReturnStatus svm_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value)
{
    struct vmcb *vmcb = vmcb_of(vcpu);
    vmk_uint64 *field = field_of(vmcb, msr);

    if (msr == MSR_EFER) {
        return efer_set(vmcb, value);
    }
    if (msr == MSR_PAT) {
        if (!is_pat(value)) {
            return VMK_BAD_PARAM;
        }
        vmcb->pat = value;
        return VMK_OK;
    }
    if (field == NULL) {
        return VMK_NOT_FOUND;
    }
    *field = value;
    return VMK_OK;
}
