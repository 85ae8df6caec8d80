/* SPDX-License-Identifier: GPL-2.0-only */
/* irqflags.h - this CPU's interrupts on and off. */
#ifndef VMKLINUX_LINUX_IRQFLAGS_H
#define VMKLINUX_LINUX_IRQFLAGS_H

#include <linux/typecheck.h>
#include <vmkapi/base/platform.h>

#define local_irq_disable() vmk_CPUDisableInterrupts()
#define local_irq_enable()  vmk_CPUEnableInterrupts()
#define local_irq_save(flags)                                                                                \
    do {                                                                                                     \
        typecheck(unsigned long, flags);                                                                     \
        flags = vmk_CPUSaveInterrupts();                                                                     \
    } while (0)
#define local_irq_restore(flags) vmk_CPURestoreInterrupts(flags)
#define irqs_disabled()          (!vmk_CPUHasIntsEnabled())

#endif
