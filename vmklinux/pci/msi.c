/* SPDX-License-Identifier: GPL-2.0-only */
/* msi.c - changing between a function's INTx pin and its MSI. No handler may be attached meanwhile. */
#include <linux/export.h>
#include <linux/pci.h>
#include <vmklinux/status.h>

static int allocate(struct pci_dev *dev, vmk_PCIInterruptType type)
{
    vmk_IntrCookie cookie = 0;
    int err = vmklinux_errno(
        vmk_PCIAllocIntrCookie(dev->module->id, dev->vmk_pci, type, 1, 1, NULL, &cookie, NULL));

    dev->irq = err ? 0 : cookie;
    return err;
}

int pci_enable_msi(struct pci_dev *dev)
{
    int err;

    if (dev->msi_enabled || !dev->msi_cap)
        return -EINVAL;
    err = vmklinux_errno(vmk_PCIFreeIntrCookie(dev->module->id, dev->vmk_pci));
    if (err)
        return err;
    err = allocate(dev, VMK_PCI_INTERRUPT_TYPE_MSI);
    if (err)
        (void)allocate(dev, VMK_PCI_INTERRUPT_TYPE_LEGACY);
    else
        dev->msi_enabled = true;
    return err;
}
EXPORT_SYMBOL(pci_enable_msi);

void pci_disable_msi(struct pci_dev *dev)
{
    if (!dev->msi_enabled || WARN_ON(vmk_PCIFreeIntrCookie(dev->module->id, dev->vmk_pci) != VMK_OK))
        return;
    dev->msi_enabled = false;
    (void)allocate(dev, VMK_PCI_INTERRUPT_TYPE_LEGACY);
}
EXPORT_SYMBOL(pci_disable_msi);
