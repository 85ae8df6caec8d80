/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioapic.h - finding the IOAPICs; core/irq_vector.h has their use.
 */
#ifndef ARCH_IOAPIC_H
#define ARCH_IOAPIC_H

#include <vmkapi/base/types.h>

/** Take over an IOAPIC of the MADT: all its lines masked. Context: boot CPU, once per IOAPIC. */
void ioapic_add(vmk_MA ma, vmk_uint32 first_gsi);

/** Note that an ISA line arrives as another interrupt, or otherwise than usual. @p flags: enum ioapic_flags.
 */
void ioapic_add_override(vmk_uint8 isa_irq, vmk_uint32 gsi, unsigned flags);

#endif
