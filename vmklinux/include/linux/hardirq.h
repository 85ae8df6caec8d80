/* SPDX-License-Identifier: GPL-2.0-only */
/* hardirq.h - interrupt context. */
#ifndef VMKLINUX_LINUX_HARDIRQ_H
#define VMKLINUX_LINUX_HARDIRQ_H

#include <linux/preempt.h>

/* Wait for handlers of @irq that run now to return. Context: may block. */
extern void synchronize_irq(unsigned int irq);

#endif
