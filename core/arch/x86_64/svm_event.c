/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * svm_event.c - giving the guest interrupts, NMIs and exceptions, and waiting until it can take them.
 *
 * Interrupts wait for IF and the end of a shadow by a virtual interrupt of the highest priority that is
 * intercepted when it is about to be taken (AMD64 APM vol. 2, 15.21.4). NMIs wait for the handler's IRET,
 * whose intercept comes before it is executed: the trap flag leads over it.
 */
#include "svm.h"

#define RFLAGS_TF       (1ul << 8)
#define RFLAGS_IF       (1ul << 9)
#define DR6_SINGLE_STEP (1ul << 14)

#define WINDOW_PRIORITY (0xful << 16)
#define WINDOW          (VINTR_IRQ | VINTR_IGNORE_TPR | WINDOW_PRIORITY)

bool svm_irq_allowed(const struct vcpu *vcpu)
{
    return vcpu->inject.kind == VCPU_EVENT_NONE && (vcpu->rflags & RFLAGS_IF) != 0 &&
           !(vmcb_of(vcpu)->interrupt_shadow & SHADOW_INTERRUPT);
}

bool svm_nmi_allowed(const struct vcpu *vcpu)
{
    return vcpu->inject.kind == VCPU_EVENT_NONE && svm_of(vcpu)->nmi == SVM_NMI_OPEN &&
           !(vmcb_of(vcpu)->interrupt_shadow & SHADOW_INTERRUPT);
}

void svm_irq_window(struct vcpu *vcpu, bool on)
{
    struct svm_vcpu *svm = svm_of(vcpu);

    if (on && (svm->vmcb->interrupt_shadow & SHADOW_INTERRUPT)) {
        vcpu_look_soon(vcpu); /* It stays shut at the next entry (svm_run.c). */
    }
    if (on) {
        svm->virtual_interrupt |= WINDOW;
        svm->vmcb->intercept3 |= INTERCEPT_VINTR;
    } else {
        svm->virtual_interrupt &= ~WINDOW;
        svm->vmcb->intercept3 &= ~INTERCEPT_VINTR;
    }
}

/* The IRET is intercepted anyhow, and a step over it ends in an exit. What is left is a shadow, which lasts
 * one instruction: the interrupt window tells its end if IF is set, else the next exit does. */
void svm_nmi_window(struct vcpu *vcpu, bool on)
{
    if (on && svm_of(vcpu)->nmi == SVM_NMI_OPEN) {
        svm_irq_window(vcpu, true);
    }
}

static const vmk_uint64 event_type[] = {
    [VCPU_EVENT_INTERRUPT] = EVENT_TYPE_INTERRUPT,
    [VCPU_EVENT_NMI] = EVENT_TYPE_NMI,
    [VCPU_EVENT_EXCEPTION] = EVENT_TYPE_EXCEPTION,
};

void svm_event_inject(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = svm_of(vcpu);
    const struct vcpu_event *event = &vcpu->inject;

    if (event->kind == VCPU_EVENT_NMI) {
        svm->nmi = SVM_NMI_MASKED;
        svm->vmcb->intercept3 |= INTERCEPT_IRET;
    }
    svm->vmcb->event_injection =
        EVENT_VALID | event_type[event->kind] | event->vector |
        (event->has_error_code ? EVENT_HAS_ERROR_CODE | (vmk_uint64)event->error_code << EVENT_ERROR_SHIFT
                               : 0);
    vcpu->inject.kind = VCPU_EVENT_NONE;
}

void svm_event_take_back(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = svm_of(vcpu);
    vmk_uint64 info = svm->vmcb->exit_interrupt_info;
    struct vcpu_event event = {.vector = (vmk_uint8)(info & EVENT_VECTOR),
                               .has_error_code = (info & EVENT_HAS_ERROR_CODE) != 0,
                               .error_code = (vmk_uint32)(info >> EVENT_ERROR_SHIFT)};

    switch (info & EVENT_TYPE) {
    case EVENT_TYPE_INTERRUPT:
        event.kind = VCPU_EVENT_INTERRUPT;
        break;
    case EVENT_TYPE_NMI:
        event.kind = VCPU_EVENT_NMI;
        svm->nmi = SVM_NMI_OPEN;
        svm->vmcb->intercept3 &= ~INTERCEPT_IRET;
        break;
    case EVENT_TYPE_EXCEPTION:
        event.kind = VCPU_EVENT_EXCEPTION;
        break;
    default: /* INT n: RIP is still at it, and it is executed again. */
        return;
    }
    vcpu->inject = event;
}

void svm_nmi_step(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = svm_of(vcpu);

    svm->nmi = SVM_NMI_STEPPING;
    svm->stepping_dr6 = svm->vmcb->dr6;
    svm->vmcb->intercept3 &= ~INTERCEPT_IRET;
    vcpu->rflags |= RFLAGS_TF;
}

bool svm_nmi_stepped(struct vcpu *vcpu)
{
    struct svm_vcpu *svm = svm_of(vcpu);

    if (svm->nmi != SVM_NMI_STEPPING || !(svm->vmcb->dr6 & DR6_SINGLE_STEP)) {
        return false;
    }
    svm->nmi = SVM_NMI_OPEN;
    svm->vmcb->dr6 = svm->stepping_dr6;
    return true;
}
