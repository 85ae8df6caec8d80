/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * isa_irq.c - interrupts of the PC's own devices.
 */
#include "isa_irq.h"

VMK_ReturnStatus isa_irq_connect(vmk_uint8 isa_irq, irq_vector_handler handler, void *arg)
{
    unsigned flags;
    vmk_uint32 gsi = ioapic_isa_gsi(isa_irq, &flags);
    vmk_uint8 vector;
    vmk_StatusValue status = irq_vector_alloc(0, handler, arg, &vector);

    if (status != VMK_OK) {
        return status;
    }
    status = ioapic_route(gsi, 0, vector, flags);
    if (status != VMK_OK) {
        irq_vector_free(0, vector);
        return status;
    }
    ioapic_unmask(gsi);
    return VMK_OK;
}
