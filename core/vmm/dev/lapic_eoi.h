/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lapic_eoi.h - the end of an interrupt that a guest need not leave for.
 *
 * The interface is KVM's, as the clock's is (guest_clock.h): the guest names a word of its memory, one for
 * each processor. Where nobody waits for an interrupt's end, its bit 0 is set when the interrupt is taken,
 * and the guest ends it by clearing the bit in place of writing the EOI register (Linux,
 * Documentation/virt/kvm/x86/msr.rst, MSR_KVM_PV_EOI_EN). So before anybody looks at what is in service, he
 * has to ask what became of the offer.
 *
 * Context: the LAPIC's own vCPU.
 */
#ifndef CORE_VMM_DEV_LAPIC_EOI_H
#define CORE_VMM_DEV_LAPIC_EOI_H

#include <core/vmm/lapic.h>

#define MSR_GUEST_EOI 0x4b564d04u

/** An interrupt was taken, whose end nobody waits for. */
void lapic_eoi_offer(struct lapic *lapic);

/** Take the last offer back. @return whether the guest has used it: the interrupt has ended. */
bool lapic_eoi_take_back(struct lapic *lapic);

/** Where the word is, with bit 0 set; 0: nowhere. @return VMK_OK; VMK_BAD_PARAM: #GP, and it is nowhere. */
VMK_ReturnStatus lapic_eoi_msr_set(struct lapic *lapic, vmk_uint64 value);

#endif
