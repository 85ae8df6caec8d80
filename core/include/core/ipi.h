/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ipi.h - interrupts from one CPU to another.
 */
#ifndef CORE_IPI_H
#define CORE_IPI_H

#include <vmkapi/base/types.h>

enum ipi {
    IPI_RESCHEDULE, /**< Look at need_resched on the way out of the interrupt; also ends an idle wait. */
    IPI_CALL,       /**< Run what smp_call() left. */
};

/** Interrupt another CPU (or this one). It must be online. Context: any; does not wait. */
void arch_send_ipi(vmk_uint32 cpu, enum ipi ipi);

#endif
