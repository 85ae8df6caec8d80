/* SPDX-License-Identifier: GPL-2.0-only */
/* probe.c - a pci_dev from what the VMKernel's bus driver found. */
#include <linux/export.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <vmklinux/dma.h>
#include <vmklinux/pci.h>
#include <vmklinux/status.h>

#define PATIENCE (30 * HZ)

struct bus_type pci_bus_type = {.name = "pci"};
EXPORT_SYMBOL(pci_bus_type);

static void set_identity(struct pci_dev *pdev)
{
    vmk_PCIDeviceAddr addr;
    vmk_PCIDeviceID id;

    if (vmk_PCIQueryDeviceID(pdev->vmk_pci, &id) != VMK_OK ||
        vmk_PCIQueryDeviceAddr(pdev->vmk_pci, &addr) != VMK_OK)
        BUG(); /* they fail for a NULL handle only */
    pdev->vendor = id.vendorID;
    pdev->device = id.deviceID;
    pdev->subsystem_vendor = id.subVendorID;
    pdev->subsystem_device = id.subDeviceID;
    pdev->class = (unsigned int)id.classCode << 8 | id.progIF;
    pdev->revision = id.revisionID;
    pdev->bus_object = (struct pci_bus){.number = addr.bus, .domain = addr.seg};
    pdev->bus = &pdev->bus_object;
    pdev->devfn = PCI_DEVFN(addr.dev, addr.fn);
    snprintf(pdev->name, sizeof(pdev->name), "%04x:%02x:%02x.%d", addr.seg, addr.bus, addr.dev, addr.fn);
}

static void set_resources(struct pci_dev *pdev)
{
    vmk_PCIResource bars[VMK_PCI_NUM_BARS];

    if (vmk_PCIQueryIOResources(pdev->vmk_pci, VMK_PCI_NUM_BARS, bars) != VMK_OK)
        return;
    for (int i = 0; i < VMK_PCI_NUM_BARS; i++) {
        struct resource *resource = &pdev->resource[i];

        resource->name = pdev->name;
        if (bars[i].size == 0)
            continue;
        resource->start = bars[i].start;
        resource->end = bars[i].start + bars[i].size - 1;
        resource->flags = bars[i].flags & VMK_PCI_BAR_FLAGS_IO ? IORESOURCE_IO : IORESOURCE_MEM;
        if (bars[i].flags & VMK_PCI_BAR_FLAGS_MEM_64_BITS)
            resource->flags |= IORESOURCE_MEM_64;
        if (bars[i].flags & VMK_PCI_BAR_FLAGS_MEM_PREFETCH)
            resource->flags |= IORESOURCE_PREFETCH;
    }
}

static void set_capabilities(struct pci_dev *pdev)
{
    u16 pmc = 0;

    pdev->pcie_cap = pci_find_capability(pdev, PCI_CAP_ID_EXP);
    pdev->msi_cap = pci_find_capability(pdev, PCI_CAP_ID_MSI);
    pdev->msix_cap = pci_find_capability(pdev, PCI_CAP_ID_MSIX);
    pdev->pm_cap = pci_find_capability(pdev, PCI_CAP_ID_PM);
    if (pdev->pm_cap && pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_PMC, &pmc) == 0)
        pdev->dev.power.can_wakeup = (pmc & PCI_PM_CAP_PME_MASK) != 0;
}

/* A device that firmware gave no route has interrupt 0, which nobody can request. */
static int set_interrupt(struct pci_dev *pdev)
{
    vmk_IntrCookie cookie = 0;
    vmk_StatusValue status = vmk_PCIAllocIntrCookie(pdev->module->id, pdev->vmk_pci,
                                                    VMK_PCI_INTERRUPT_TYPE_LEGACY, 1, 1, NULL, &cookie, NULL);

    pdev->irq = cookie;
    return status == VMK_NOT_SUPPORTED ? 0 : vmklinux_errno(status);
}

static void release_pci_dev(struct device *dev)
{
    complete(&to_pci_dev(dev)->unreferenced);
}

struct pci_dev *vmklinux_pci_dev_create(struct pci_driver *drv, vmk_Device device, vmk_PCIDevice pci)
{
    struct pci_dev *pdev = vmklinux_kmalloc(drv->module, sizeof(*pdev), GFP_KERNEL | __GFP_ZERO);

    if (!pdev)
        return NULL;
    device_initialize(&pdev->dev);
    init_completion(&pdev->unreferenced);
    pdev->dev.release = release_pci_dev;
    pdev->vmk_pci = pci;
    pdev->module = drv->module;
    pdev->driver = drv;
    pdev->error_state = pci_channel_io_normal;
    pdev->dma_mask = DMA_BIT_MASK(32);
    pdev->dev.dma_mask = &pdev->dma_mask;
    pdev->dev.vmk_device = device;
    pdev->dev.driver = &drv->driver;
    pdev->dev.bus = &pci_bus_type;
    pdev->dev.init_name = pdev->name;
    set_identity(pdev);
    set_resources(pdev);
    set_capabilities(pdev);
    if (vmklinux_dma_init(drv->module, &pdev->dev))
        goto free_pdev;
    if (set_interrupt(pdev))
        goto exit_dma;
    return pdev;

exit_dma:
    vmklinux_dma_exit(&pdev->dev);
free_pdev:
    kfree(pdev);
    return NULL;
}

/* A driver that keeps a reference for good may still use what is behind it: that stays, its module's. */
void vmklinux_pci_dev_destroy(struct pci_dev *pdev)
{
    bool unreferenced;

    devres_release_all(&pdev->dev);
    put_device(&pdev->dev);
    /* What a driver frees with the last reference, it frees by means of the device. */
    unreferenced = wait_for_completion_timeout(&pdev->unreferenced, PATIENCE) != 0;
    pci_free_irq_vectors(pdev);
    (void)!vmk_PCIFreeIntrCookie(pdev->module->id, pdev->vmk_pci);
    if (!unreferenced) {
        pr_err("%s: its driver keeps %u reference(s) to it, so what it holds stays; to have that back, "
               "restart the machine\n",
               pdev->name, kref_read(&pdev->dev.kobj.kref));
        return;
    }
    vmklinux_dma_exit(&pdev->dev);
    kfree(pdev);
}
