/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irq_vector.h - a CPU's interrupt vectors, and the ways a device's interrupt gets to one.
 *
 * Each CPU has vectors of its own, so a vector is a pair (cpu, vector). The handler runs in interrupt context
 * on that CPU; the end-of-interrupt is sent for it after it returns.
 */
#ifndef CORE_IRQ_VECTOR_H
#define CORE_IRQ_VECTOR_H

#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

/**
 * Find and take over the interrupt controllers, and learn of the other CPUs, from ACPI's table "APIC".
 *
 * Context: boot CPU, after kmap_init(), interrupts off.
 */
void irq_vector_init(void);

typedef void (*irq_vector_handler)(void *arg);

/**
 * Take a free vector of CPU @p cpu.
 *
 * @return VMK_OK, VMK_NO_RESOURCES (all taken), VMK_BAD_PARAM (no such CPU), VMK_NOT_SUPPORTED (devices
 * cannot name that CPU: its APIC ID is above 254). Context: any but NMI.
 */
VMK_ReturnStatus irq_vector_alloc(vmk_uint32 cpu, irq_vector_handler handler, void *arg, vmk_uint8 *vector);

/**
 * Give a vector back; its source must be masked. Returns when the handler no longer runs.
 *
 * Context: world.
 */
void irq_vector_free(vmk_uint32 cpu, vmk_uint8 vector);

enum ioapic_flags {
    IOAPIC_EDGE_HIGH = 0, /**< ISA. */
    IOAPIC_LEVEL = 1u << 0,
    IOAPIC_ACTIVE_LOW = 1u << 1,
};

/**
 * Send global system interrupt @p gsi to a vector, masked until ioapic_unmask().
 *
 * @return VMK_OK or VMK_NOT_FOUND (no IOAPIC has that gsi). Context: any but NMI.
 */
VMK_ReturnStatus ioapic_route(vmk_uint32 gsi, vmk_uint32 cpu, vmk_uint8 vector, unsigned flags);

/** Hold an interrupt back in its IOAPIC, or let it through. The gsi must be routed. Context: any but NMI. */
void ioapic_mask(vmk_uint32 gsi);
void ioapic_unmask(vmk_uint32 gsi);

/** Translate an ISA interrupt line by the MADT's overrides. @p flags: ioapic_flags. Context: any. */
vmk_uint32 ioapic_isa_gsi(vmk_uint8 isa_irq, unsigned *flags);

/** Compose the message-signalled interrupt that raises (cpu, vector). Context: any. */
void arch_msi_message(vmk_uint32 cpu, vmk_uint8 vector, vmk_uint64 *address, vmk_uint32 *data);

#endif
