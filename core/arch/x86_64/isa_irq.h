/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * isa_irq.h - interrupts of the PC's own devices.
 */
#ifndef ARCH_ISA_IRQ_H
#define ARCH_ISA_IRQ_H

#include <core/irq_vector.h>

/** Have an ISA line call @p handler on the boot CPU, for good. @return VMK_OK; VMK_NOT_FOUND;
 * VMK_NO_RESOURCES. Context: world. */
VMK_ReturnStatus isa_irq_connect(vmk_uint8 isa_irq, irq_vector_handler handler, void *arg);

#endif
