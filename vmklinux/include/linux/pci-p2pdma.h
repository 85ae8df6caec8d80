/* SPDX-License-Identifier: GPL-2.0-only */
/* pci-p2pdma.h - as without CONFIG_PCI_P2PDMA: no function's memory is another's to use. */
#ifndef VMKLINUX_LINUX_PCI_P2PDMA_H
#define VMKLINUX_LINUX_PCI_P2PDMA_H

#include <linux/pci.h>

static inline int pci_p2pdma_add_resource(struct pci_dev *pdev, int bar, size_t size, u64 offset)
{
    return -EOPNOTSUPP;
}

static inline void *pci_alloc_p2pmem(struct pci_dev *pdev, size_t size)
{
    return NULL;
}

static inline void pci_free_p2pmem(struct pci_dev *pdev, void *addr, size_t size)
{
}

static inline pci_bus_addr_t pci_p2pmem_virt_to_bus(struct pci_dev *pdev, void *addr)
{
    return 0;
}

static inline void pci_p2pmem_publish(struct pci_dev *pdev, bool publish)
{
}

#endif
