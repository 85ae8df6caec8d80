/* SPDX-License-Identifier: GPL-2.0-only */
/* dma.h - the DMA engines behind a device. */
#ifndef VMKLINUX_DMA_H
#define VMKLINUX_DMA_H

#include <linux/device.h>

struct module;

/* Give @dev engines for 32-bit addresses, or take its engines away. Context: may block. Returns 0 or a
 * negative errno. */
int vmklinux_dma_init(struct module *module, struct device *dev);
void vmklinux_dma_exit(struct device *dev);

#endif
