/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm_run.c - into the guest and out of it, and what the processor says about why.
 */
#include "svm.h"

#include <core/vmm/lapic.h>
#include <core/vmm/vm.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/pcpu.h>

#define VECTOR_DEBUG         1
#define VECTOR_MACHINE_CHECK 18
#define SHADOW_ENTRIES       16 /* More than one instruction can fault on the way to its end. */

/* Exit codes and the reasons, plus one: 0 is none. */
#define R(reason) (VCPU_EXIT_##reason + 1)
static const vmk_uint8 reasons[SVM_EXIT_CODES] = {
    [SVM_EXIT_CR0_WRITE... SVM_EXIT_CR15_WRITE] = R(CR_WRITE),
    [SVM_EXIT_EXCEPTION_FIRST... SVM_EXIT_EXCEPTION_LAST] = R(EXCEPTION),
    [SVM_EXIT_INTR] = R(INTERRUPT),
    [SVM_EXIT_NMI] = R(NMI),
    [SVM_EXIT_SMI] = R(INTERRUPT),
    [SVM_EXIT_INIT] = R(INTERRUPT),
    [SVM_EXIT_VINTR] = R(IRQ_WINDOW),
    [SVM_EXIT_RDPMC] = R(VIRTUALIZATION),
    [SVM_EXIT_CPUID] = R(CPUID),
    [SVM_EXIT_RSM] = R(VIRTUALIZATION),
    [SVM_EXIT_IRET] = R(NMI_WINDOW),
    [SVM_EXIT_INVD] = R(WBINVD),
    [SVM_EXIT_HLT] = R(HALT),
    [SVM_EXIT_INVLPGA] = R(VIRTUALIZATION),
    [SVM_EXIT_IOIO] = R(IO),
    [SVM_EXIT_MSR] = R(MSR_READ),
    [SVM_EXIT_SHUTDOWN] = R(SHUTDOWN),
    [SVM_EXIT_VMRUN] = R(VIRTUALIZATION),
    [SVM_EXIT_VMMCALL] = R(HYPERCALL),
    [SVM_EXIT_VMLOAD... SVM_EXIT_SKINIT] = R(VIRTUALIZATION),
    [SVM_EXIT_WBINVD] = R(WBINVD),
    [SVM_EXIT_MONITOR... SVM_EXIT_MWAIT_ARMED] = R(VIRTUALIZATION),
    [SVM_EXIT_RDPRU] = R(VIRTUALIZATION),
};
#undef R

static enum vcpu_exit_reason reason_of(vmk_uint32 code)
{
    if (VMK_LIKELY(code < SVM_EXIT_CODES && reasons[code] != 0)) {
        return reasons[code] - 1u;
    }
    switch (code) {
    case SVM_EXIT_NPF:
        return VCPU_EXIT_MEMORY;
    case SVM_EXIT_INVALID:
        return VCPU_EXIT_INVALID;
    default:
        return VCPU_EXIT_UNKNOWN;
    }
}

static void read_io(const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    vmk_uint32 info = (vmk_uint32)vmcb->exit_info1;

    exit->io.port = (vmk_uint16)(info >> IOIO_PORT_SHIFT);
    exit->io.size = (vmk_uint8)(info >> IOIO_SIZE_SHIFT & IOIO_SIZE_MASK);
    exit->io.in = (info & IOIO_IN) != 0;
    exit->io.string = (info & IOIO_STRING) != 0;
    exit->io.rep = (info & IOIO_REP) != 0;
    exit->next_rip = vmcb->exit_info2;
}

static void read_memory(const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    exit->memory.at = gpa(vmcb->exit_info2);
    exit->memory.write = (vmcb->exit_info1 & NPF_WRITE) != 0;
    exit->memory.fetch = (vmcb->exit_info1 & NPF_FETCH) != 0;
    exit->memory.walking = (vmcb->exit_info1 & NPF_WALKING) != 0;
}

static void read_exception(struct vcpu *vcpu, struct vcpu_exit *exit)
{
    exit->exception.vector = (vmk_uint8)(exit->code - SVM_EXIT_EXCEPTION_FIRST);
    exit->exception.error_code = (vmk_uint32)vmcb_of(vcpu)->exit_info1;
    if (exit->exception.vector == VECTOR_MACHINE_CHECK) {
        __asm__ volatile("int %0" ::"i"(VECTOR_MACHINE_CHECK)); /* As if it had come to the host. */
    } else if (exit->exception.vector == VECTOR_DEBUG && svm_nmi_stepped(vcpu)) {
        exit->reason = VCPU_EXIT_NMI_WINDOW;
    }
}

static void read_exit(struct vcpu *vcpu, const struct vmcb *vmcb, struct vcpu_exit *exit)
{
    exit->code = vmcb->exit_code & 0xffffffff;
    exit->next_rip = vmcb->next_rip;
    exit->reason = reason_of((vmk_uint32)exit->code);
    switch (exit->reason) {
    case VCPU_EXIT_IO:
        read_io(vmcb, exit);
        break;
    case VCPU_EXIT_MEMORY:
        read_memory(vmcb, exit);
        break;
    case VCPU_EXIT_EXCEPTION:
        read_exception(vcpu, exit);
        break;
    case VCPU_EXIT_MSR_READ:
        exit->reason = vmcb->exit_info1 & 1 ? VCPU_EXIT_MSR_WRITE : VCPU_EXIT_MSR_READ;
        break;
    case VCPU_EXIT_CR_WRITE:
        exit->cr.number = (vmk_uint8)(exit->code - SVM_EXIT_CR0_WRITE);
        break;
    case VCPU_EXIT_NMI_WINDOW:
        svm_nmi_step(vcpu);
        break;
    default:
        break;
    }
}

/* The guest reads its tables no older than they are at this moment; who changes them after has it leave. */
static void use_asid(struct vcpu *vcpu, struct svm_vcpu *svm, struct vmcb *vmcb, struct svm_cpu *cpu)
{
    vmk_uint64 generation = guest_memory_generation(vcpu->vm->memory);
    bool flush = asid_use(&cpu->asids, &svm->asid, vmk_GetPCPUNum(), generation);

    vmcb->asid = svm->asid.number;
    vmcb->tlb_control = flush ? TLB_FLUSH_ALL : TLB_FLUSH_NOTHING;
#ifdef VMK_DEBUG
    if (flush) {
        nested_tlb_flush(&cpu->model);
    }
    VMK_ASSERT(nested_tlb_enter(&cpu->model, svm->asid.number, vmcb->nested_cr3, generation));
#endif
}

/*
 * QEMU 7.2's VMRUN forgets the interrupt shadow. An interrupt would come between STI and HLT, and a guest
 * that has looked for its interrupt before would sleep for ever. So no window is open at an entry with a
 * shadow, and the shadow is still there when the guest leaves before it has done an instruction: where it
 * entered, that is, though one that jumps to itself is there as well, and not kept in the dark for ever.
 * What waits is looked at soon, by HLT mostly.
 */
static bool enter_shadow(struct vmcb *vmcb)
{
    if (VMK_LIKELY(!(vmcb->interrupt_shadow & SHADOW_INTERRUPT))) {
        return false;
    }
    vmcb->virtual_interrupt &= ~VINTR_IRQ;
    return true;
}

static void leave_shadow(struct vcpu *vcpu, vmk_uint64 entry_rip)
{
    struct svm_vcpu *svm = svm_of(vcpu);

    if (vcpu->rip == entry_rip && ++svm->shadow_entries < SHADOW_ENTRIES) {
        svm->vmcb->interrupt_shadow |= SHADOW_INTERRUPT;
    } else {
        svm->shadow_entries = 0;
    }
}

void svm_run(struct vcpu *vcpu, struct vcpu_exit *exit)
{
    struct svm_cpu *cpu = svm_cpu_here();
    struct svm_vcpu *svm = svm_of(vcpu);
    struct vmcb *vmcb = svm->vmcb;
    vmk_uint64 rip = vcpu->rip;
    bool shadow;

    use_asid(vcpu, svm, vmcb, cpu);
    if (vcpu->inject.kind != VCPU_EVENT_NONE) {
        svm_event_inject(vcpu);
    }
    vmcb->virtual_interrupt = svm->virtual_interrupt | lapic_cr8_get(vcpu->lapic);
    shadow = enter_shadow(vmcb);
    vmcb->rax = vcpu->gpr[GPR_RAX];
    vmcb->rsp = vcpu->gpr[GPR_RSP];
    vmcb->rip = rip;
    vmcb->rflags = vcpu->rflags;
    svm_enter(vcpu->gpr, svm->vmcb_ma, cpu->host_vmcb);
    vcpu->gpr[GPR_RAX] = vmcb->rax;
    vcpu->gpr[GPR_RSP] = vmcb->rsp;
    vcpu->rip = vmcb->rip;
    vcpu->rflags = vmcb->rflags;
    vcpu->cr3 = vmcb->cr3;
    vcpu->dr7 = vmcb->dr7;
    if (VMK_UNLIKELY(shadow)) {
        leave_shadow(vcpu, rip);
    }
    if (VMK_UNLIKELY((vmcb->interrupt_shadow & SHADOW_INTERRUPT) && (svm->virtual_interrupt & VINTR_IRQ))) {
        vcpu->look_after_exit = true;
    }
    vmcb->event_injection = 0;
    if (vmcb->exit_interrupt_info & EVENT_VALID) {
        svm_event_take_back(vcpu);
    }
    read_exit(vcpu, vmcb, exit);
}
