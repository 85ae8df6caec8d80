/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vcpu_event.c - what the guest takes next: exceptions, NMIs, interrupts; INIT and start-up.
 */
#include "vcpu_internal.h"

#include <core/clock.h>
#include <core/vmm/lapic.h>
#include <core/vmm/platform.h>
#include <core/vmm/vm.h>

#define VECTOR_NMI         2
#define LOOK_SOON_NS       100000
#define STARTUP_PAGE_SHIFT 12
#define STARTUP_SELECTOR   8 /* A page number, as a real-mode selector: shifted by this. */

/* APM vol. 2, 8.2.9: which two exceptions make a double fault. */
static bool is_contributory(vmk_uint8 vector)
{
    return vector == 0 || (vector >= 10 && vector <= 13);
}

static bool makes_double_fault(vmk_uint8 first, vmk_uint8 second)
{
    return (is_contributory(first) && is_contributory(second)) ||
           (first == VECTOR_PAGE_FAULT && (is_contributory(second) || second == VECTOR_PAGE_FAULT));
}

void vcpu_shut_down(struct vcpu *vcpu)
{
    vcpu->state = VCPU_SHUT_DOWN;
    vdev_vm_request(vcpu->vm, VM_REQUEST_TRIPLE_FAULT, 0);
}

void vcpu_inject_exception(struct vcpu *vcpu, vmk_uint8 vector, bool has_error_code, vmk_uint32 error_code)
{
    struct vcpu_event event = {.kind = VCPU_EVENT_EXCEPTION,
                               .vector = vector,
                               .has_error_code = has_error_code,
                               .error_code = error_code};
    const struct vcpu_event *first = &vcpu->inject;

    if (first->kind == VCPU_EVENT_EXCEPTION) {
        if (first->vector == VECTOR_DOUBLE_FAULT && vector != VECTOR_DEBUG) {
            vcpu->inject.kind = VCPU_EVENT_NONE;
            vcpu_shut_down(vcpu);
            return;
        }
        if (makes_double_fault(first->vector, vector)) {
            event.vector = VECTOR_DOUBLE_FAULT;
            event.has_error_code = true;
            event.error_code = 0;
        }
    } else if (first->kind != VCPU_EVENT_NONE) {
        vcpu->deferred = *first;
        vcpu_look_again(vcpu);
    }
    vcpu->inject = event;
}

void vcpu_inject_page_fault(struct vcpu *vcpu, vmk_uint64 address, vmk_uint32 error_code)
{
    vmm_vendor->cr2_set(vcpu, address);
    vcpu_inject_exception(vcpu, VECTOR_PAGE_FAULT, true, error_code);
}

void vcpu_inject_protection(struct vcpu *vcpu)
{
    vcpu_inject_exception(vcpu, VECTOR_PROTECTION, true, 0);
}

void vcpu_inject_undefined(struct vcpu *vcpu)
{
    vcpu_inject_exception(vcpu, VECTOR_UNDEFINED, false, 0);
}

void vcpu_advance(struct vcpu *vcpu, vmk_uint64 next_rip)
{
    bool ended = next_rip != vcpu->rip; /* Else a repeated one goes on. */

    vcpu->rip = next_rip;
    if (VMK_UNLIKELY((vcpu->rflags & (RFLAGS_TF | RFLAGS_RF)) | vcpu->breakpoints_met)) {
        vcpu_end_instruction(vcpu, ended);
    }
    vmm_vendor->shadow_clear(vcpu);
}

/* INIT: all but the FPU's and memory types' registers (APM vol. 2, 14.1.3). */
static void take_init(struct vcpu *vcpu)
{
    vmm_vendor->vcpu_reset(vcpu);
    lapic_reset(vcpu->lapic);
    vcpu->inject.kind = VCPU_EVENT_NONE;
    vcpu->deferred.kind = VCPU_EVENT_NONE;
    vcpu->nmi_pending = false;
    vcpu->state = vcpu->index == 0 ? VCPU_RUNS : VCPU_WAITS_FOR_STARTUP;
}

/* Real mode at the page the vector names (APM vol. 2, 15.27.8; Intel SDM vol. 3A, 9.4.4). */
static void take_startup(struct vcpu *vcpu)
{
    struct system_registers registers;
    vmk_uint64 page = vcpu->lapic->startup_vector;

    if (vcpu->state != VCPU_WAITS_FOR_STARTUP) {
        return;
    }
    vmm_vendor->system_get(vcpu, &registers);
    registers.segments[SEGMENT_CS].selector = (vmk_uint16)(page << STARTUP_SELECTOR);
    registers.segments[SEGMENT_CS].base = page << STARTUP_PAGE_SHIFT;
    vmm_vendor->system_set(vcpu, &registers);
    vcpu->rip = 0;
    vcpu->state = VCPU_RUNS;
}

static bool pic_waits(const struct vcpu *vcpu)
{
    return lapic_takes_extint(vcpu->lapic) && platform_extint_pending(vcpu->vm->platform);
}

static bool interrupt_waits(const struct vcpu *vcpu)
{
    return lapic_pending(vcpu->lapic) != LAPIC_NO_VECTOR || pic_waits(vcpu);
}

static void wake(struct vcpu *vcpu)
{
    if (vcpu->state == VCPU_HALTED) {
        vcpu->state = VCPU_RUNS;
        linger_wake(&vcpu->linger, clock_now_ns());
    }
}

static void inject_vector(struct vcpu *vcpu, int vector)
{
    vcpu->inject = (struct vcpu_event){.kind = VCPU_EVENT_INTERRUPT, .vector = (vmk_uint8)vector};
    vcpu->injected++;
    wake(vcpu);
}

static void inject_interrupt(struct vcpu *vcpu)
{
    int vector = lapic_pending(vcpu->lapic);

    if (vector != LAPIC_NO_VECTOR) {
        lapic_taken(vcpu->lapic, (vmk_uint8)vector);
        inject_vector(vcpu, vector);
    } else if (pic_waits(vcpu)) {
        vector = platform_extint_take(vcpu->vm->platform);
        if (vector != PLATFORM_NO_VECTOR) {
            inject_vector(vcpu, vector);
        }
    }
}

/* An exception came in between: it goes first, and what it displaced follows as soon as that can be. */
static void inject_deferred(struct vcpu *vcpu)
{
    bool nmi = vcpu->deferred.kind == VCPU_EVENT_NMI;

    if (nmi ? vmm_vendor->nmi_allowed(vcpu) : vmm_vendor->irq_allowed(vcpu)) {
        vcpu->inject = vcpu->deferred;
        vcpu->deferred.kind = VCPU_EVENT_NONE;
    } else if (nmi) {
        vmm_vendor->nmi_window(vcpu, true);
    } else {
        vmm_vendor->irq_window(vcpu, true);
    }
}

static void look(void *vcpu, vmk_uint64 now_ns)
{
    vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

void vcpu_look_soon(struct vcpu *vcpu)
{
    vcpu->look_timer.fire = look;
    vcpu->look_timer.device = vcpu;
    vdev_timer_arm(vcpu->vm, &vcpu->look_timer, vdev_now_ns(vcpu->vm) + LOOK_SOON_NS);
}

static void choose(struct vcpu *vcpu)
{
    if (vcpu->deferred.kind != VCPU_EVENT_NONE) {
        inject_deferred(vcpu);
    }
    if (vcpu->nmi_pending && vmm_vendor->nmi_allowed(vcpu)) {
        vcpu->nmi_pending = false;
        vcpu->inject = (struct vcpu_event){.kind = VCPU_EVENT_NMI, .vector = VECTOR_NMI};
        wake(vcpu);
    }
    if (vcpu->nmi_pending) {
        vmm_vendor->nmi_window(vcpu, true);
    }
    if (interrupt_waits(vcpu)) {
        if (vmm_vendor->irq_allowed(vcpu)) {
            inject_interrupt(vcpu);
        }
        vmm_vendor->irq_window(vcpu, interrupt_waits(vcpu));
    }
}

void vcpu_take_events(struct vcpu *vcpu)
{
    vmk_uint32 events = lapic_take_events(vcpu->lapic);

    if (events & LAPIC_EVENT_INIT) {
        take_init(vcpu);
    }
    if (events & LAPIC_EVENT_STARTUP) {
        take_startup(vcpu);
    }
    if (events & LAPIC_EVENT_NMI) {
        vcpu->nmi_pending = true;
    }
    if (vcpu->state == VCPU_RUNS || vcpu->state == VCPU_HALTED) {
        choose(vcpu);
    }
}
