/* SPDX-License-Identifier: GPL-2.0-only */
/* block.h - the block layer, and the storage adapters that PCI functions are. */
#ifndef VMKLINUX_BLOCK_H
#define VMKLINUX_BLOCK_H

#include <vmkapi/storage/block_path.h>

struct device;
struct pci_dev;

/* Start and stop the layer. Context: may block. Returns 0 or a negative errno. */
int vmklinux_block_start(void);
void vmklinux_block_stop(void);

/*
 * Make a function that is mass storage an adapter, before its driver probes it; take the adapter away when no
 * path is left. For other functions both do nothing. Context: may block. Returns 0 or a negative errno.
 */
int vmklinux_adapter_attach(struct pci_dev *pdev);
void vmklinux_adapter_detach(struct pci_dev *pdev);

/* The adapter that @dev is behind, or NULL. */
vmk_StorageAdapter vmklinux_adapter_of(struct device *dev);

/* The adapter whose driver keeps @driver_data with its PCI function, or NULL. Context: may block. */
vmk_StorageAdapter vmklinux_adapter_of_driver_data(const void *driver_data);

/* Note that the controller @dev has gone into service: each time but the first it was reset. Context: any. */
void vmklinux_adapter_in_service(struct device *dev);

#endif
