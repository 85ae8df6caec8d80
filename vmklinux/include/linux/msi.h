/* SPDX-License-Identifier: GPL-2.0-only */
/* msi.h - message signalled interrupts: drivers ask for vectors (linux/pci.h). */
#ifndef VMKLINUX_LINUX_MSI_H
#define VMKLINUX_LINUX_MSI_H

#include <linux/interrupt.h>
#include <linux/pci.h>

#endif
