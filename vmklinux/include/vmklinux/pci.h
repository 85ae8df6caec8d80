/* SPDX-License-Identifier: GPL-2.0-only */
/* pci.h - pci_dev objects, between the driver glue (pci/pci-driver.c) and the rest of pci/. */
#ifndef VMKLINUX_PCI_H
#define VMKLINUX_PCI_H

#include <linux/pci.h>

/*
 * Make a pci_dev for @device, whose driver is @drv: identity, resources, DMA engines, its INTx if it has one.
 * NULL without memory, or without a vector for that. Context: may block.
 */
struct pci_dev *vmklinux_pci_dev_create(struct pci_driver *drv, vmk_Device device, vmk_PCIDevice pci);
void vmklinux_pci_dev_destroy(struct pci_dev *pdev);

#endif
