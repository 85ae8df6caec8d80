/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ioapic.h - the I/O APIC (Intel 82093AA data sheet), version 0x20: with an EOI register, as in the ICHs.
 *
 * A line is high when its device wants an interrupt: a pin's polarity is the board's matter and is ignored.
 */
#ifndef CORE_VMM_DEV_IOAPIC_H
#define CORE_VMM_DEV_IOAPIC_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

#define IOAPIC_PINS 24u

struct ioapic {
    struct vm *vm;
    vmk_uint32 id, select;
    vmk_uint32 lines;                  /**< Bit n: pin n is high. */
    vmk_uint64 redirects[IOAPIC_PINS]; /**< As the guest reads them. */
    struct io_region registers;
};

void ioapic_init(struct ioapic *ioapic, struct vm *vm);
/** All pins masked. Every line is low: all devices are reset. */
void ioapic_reset(struct ioapic *ioapic);
void ioapic_irq_set(struct ioapic *ioapic, unsigned pin, bool high);
/** A processor has ended interrupt @p vector. */
void ioapic_eoi(struct ioapic *ioapic, vmk_uint8 vector);

#endif
