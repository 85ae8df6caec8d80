/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * msi.c - message-signalled interrupts (Intel SDM vol. 3A, 11.11).
 */
#include "cpu.h"

#include <core/irq_vector.h>

#define MSI_ADDRESS           0xfee00000ul
#define MSI_DESTINATION_SHIFT 12

/* Fixed delivery, edge-triggered, physical destination: all fields but destination and vector are 0. */
void arch_msi_message(vmk_uint32 cpu, vmk_uint8 vector, vmk_uint64 *address, vmk_uint32 *data)
{
    *address = MSI_ADDRESS | (vmk_uint64)cpus[cpu]->apic_id << MSI_DESTINATION_SHIFT;
    *data = vector;
}
