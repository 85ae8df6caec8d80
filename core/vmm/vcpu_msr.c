/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_msr.c - which MSRs a guest has, and what is in them (AMD64 APM vol. 2, appendix A).
 *
 * What it does not have is #GP, as on a processor, counted, and told once: kernels probe for much.
 */
#define VMK_LOG_MODULE "VMM"

#include "guest_clock.h"
#include "vcpu_internal.h"

#include <core/vmm/guest_fpu.h>
#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>
#include <vmkapi/base/logging.h>

enum {
    MSR_TSC = 0x10,
    MSR_PLATFORM_ID = 0x17,
    MSR_PATCH_LEVEL = 0x8b,
    MSR_MTRR_CAPABILITIES = 0xfe,
    MSR_MCG_CAP = 0x179,
    MSR_MCG_STATUS = 0x17a,
    MSR_DEBUG_CONTROL = 0x1d9,
    MSR_LAST_BRANCH_FROM = 0x1db,
    MSR_LAST_EXCEPTION_TO = 0x1de,
    MSR_MTRR_VARIABLE_FIRST = 0x200,
    MSR_MTRR_VARIABLE_LAST = 0x20f,
    MSR_MTRR_FIXED_64K = 0x250,
    MSR_MTRR_FIXED_16K_FIRST = 0x258,
    MSR_MTRR_FIXED_16K_LAST = 0x259,
    MSR_MTRR_FIXED_4K_FIRST = 0x268,
    MSR_MTRR_FIXED_4K_LAST = 0x26f,
    MSR_MTRR_DEFAULT = 0x2ff,
};

/* AMD's own. */
#define MSR_TSC_AUX            0xc0000103u
#define MSR_SYSCFG             0xc0010010u
#define MSR_HWCR               0xc0010015u
#define MSR_TOP_MEM            0xc001001au
#define MSR_TOP_MEM2           0xc001001du
#define MSR_NB_CFG             0xc001001fu
#define MSR_INTERRUPT_PENDING  0xc0010055u
#define MSR_DC_CFG             0xc0011022u
#define MSR_DE_CFG             0xc0011029u

#define MTRR_CAPABILITIES      0x508ul /* 8 variable ranges, the fixed ones, write combining. */
#define DEBUG_CONTROL_RESERVED (~0x3ful)
#define TSC_AUX_RESERVED       (~0xfffffffful)

/* Where an MTRR's value is in vcpu->mtrr; NULL: it is none. */
static vmk_uint64 *mtrr_of(struct vcpu *vcpu, vmk_uint32 msr)
{
    if (msr >= MSR_MTRR_VARIABLE_FIRST && msr <= MSR_MTRR_VARIABLE_LAST) {
        return &vcpu->mtrr[msr - MSR_MTRR_VARIABLE_FIRST];
    }
    if (msr >= MSR_MTRR_FIXED_4K_FIRST && msr <= MSR_MTRR_FIXED_4K_LAST) {
        return &vcpu->mtrr[16 + msr - MSR_MTRR_FIXED_4K_FIRST];
    }
    switch (msr) {
    case MSR_MTRR_FIXED_64K:
        return &vcpu->mtrr[24];
    case MSR_MTRR_FIXED_16K_FIRST:
    case MSR_MTRR_FIXED_16K_LAST:
        return &vcpu->mtrr[25 + msr - MSR_MTRR_FIXED_16K_FIRST];
    case MSR_MTRR_DEFAULT:
        return &vcpu->mtrr[27];
    default:
        return NULL;
    }
}

/* Read as zero, and are written in vain: what they would switch is not there. */
static bool is_empty(vmk_uint32 msr)
{
    switch (msr) {
    case MSR_PLATFORM_ID:
    case MSR_PATCH_LEVEL:
    case MSR_MCG_CAP:
    case MSR_MCG_STATUS:
    case MSR_SYSCFG:
    case MSR_TOP_MEM:
    case MSR_TOP_MEM2:
    case MSR_NB_CFG:
    case MSR_INTERRUPT_PENDING:
    case MSR_DC_CFG:
    case MSR_DE_CFG:
        return true;
    default:
        return msr >= MSR_LAST_BRANCH_FROM && msr <= MSR_LAST_EXCEPTION_TO;
    }
}

static VMK_ReturnStatus own_get(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value)
{
    const vmk_uint64 *mtrr = mtrr_of(vcpu, msr);

    *value = 0;
    if (mtrr != NULL) {
        *value = *mtrr;
        return VMK_OK;
    }
    switch (msr) {
    case MSR_TSC:
        *value = vmk_CPUReadTSC() + vcpu->tsc_offset;
        return VMK_OK;
    case MSR_MTRR_CAPABILITIES:
        *value = MTRR_CAPABILITIES;
        return VMK_OK;
    case MSR_DEBUG_CONTROL:
        return VMK_OK;
    case MSR_TSC_AUX:
        *value = guest_fpu_tsc_aux(vcpu->fpu);
        return VMK_OK;
    case MSR_HWCR:
        *value = vcpu->hwcr;
        return VMK_OK;
    default:
        return is_empty(msr) ? VMK_OK : VMK_NOT_FOUND;
    }
}

static VMK_ReturnStatus own_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value)
{
    vmk_uint64 *mtrr = mtrr_of(vcpu, msr);

    if (mtrr != NULL) {
        *mtrr = value;
        return VMK_OK;
    }
    switch (msr) {
    case MSR_TSC:
        vcpu_tsc_offset_set(vcpu, value - vmk_CPUReadTSC());
        return VMK_OK;
    case MSR_MTRR_CAPABILITIES:
        return VMK_BAD_PARAM;
    case MSR_DEBUG_CONTROL: /* No branch records, no branch steps: the bits do nothing. */
        return value & DEBUG_CONTROL_RESERVED ? VMK_BAD_PARAM : VMK_OK;
    case MSR_TSC_AUX:
        if (value & TSC_AUX_RESERVED) {
            return VMK_BAD_PARAM;
        }
        guest_fpu_tsc_aux_set(vcpu->fpu, value);
        return VMK_OK;
    case MSR_HWCR:
        vcpu->hwcr = value;
        return VMK_OK;
    default:
        /* Chip-set and workaround bits: kernels set some and don't care. */
        return is_empty(msr) ? VMK_OK : VMK_NOT_FOUND;
    }
}

static VMK_ReturnStatus unknown(struct vcpu *vcpu, vmk_uint32 msr, const char *what)
{
    if (vcpu->unknown_msrs++ == 0) {
        vmk_LogMessage("VM %s: vCPU %u %s MSR 0x%x, which it does not have: #GP; more are only counted",
                       vcpu->vm->name.string, vcpu->index, what, msr);
    }
    return VMK_BAD_PARAM;
}

VMK_ReturnStatus vcpu_msr_get(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 *value)
{
    vmk_StatusValue status = vmm_vendor->msr_get(vcpu, msr, value);

    if (status == VMK_NOT_FOUND) {
        status = lapic_msr_get(vcpu->lapic, msr, value);
    }
    if (status == VMK_NOT_FOUND) {
        status = guest_clock_msr_get(vcpu, msr, value);
    }
    if (status == VMK_NOT_FOUND) {
        status = own_get(vcpu, msr, value);
    }
    return status == VMK_NOT_FOUND ? unknown(vcpu, msr, "reads") : status;
}

VMK_ReturnStatus vcpu_msr_set(struct vcpu *vcpu, vmk_uint32 msr, vmk_uint64 value)
{
    vmk_StatusValue status = vmm_vendor->msr_set(vcpu, msr, value);

    if (status == VMK_NOT_FOUND) {
        status = lapic_msr_set(vcpu->lapic, msr, value);
        if (status == VMK_OK) {
            vcpu_look_again(vcpu);
        }
    }
    if (status == VMK_NOT_FOUND) {
        status = guest_clock_msr_set(vcpu, msr, value);
    }
    if (status == VMK_NOT_FOUND) {
        status = own_set(vcpu, msr, value);
    }
    return status == VMK_NOT_FOUND ? unknown(vcpu, msr, "writes") : status;
}
