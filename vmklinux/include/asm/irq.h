/* SPDX-License-Identifier: GPL-2.0-only */
/* irq.h - interrupt numbers: small integers that vmklinux hands out, one per interrupt of a device. */
#ifndef VMKLINUX_ASM_IRQ_H
#define VMKLINUX_ASM_IRQ_H
#define NR_IRQS 256
#endif
