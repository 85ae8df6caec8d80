/* SPDX-License-Identifier: GPL-2.0-only */
/* devres.c - PCI functions and BARs that are given back with the driver (pcim_*). */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pci.h>
#include <linux/string.h>

/* One for each function that pcim_enable_device() was called for. */
struct pci_devres {
    bool pinned; /* stays enabled */
    int regions; /* BARs requested */
};

struct iomap_table {
    void __iomem *table[PCI_STD_NUM_BARS];
};

static void release_device(struct device *dev, void *res)
{
    struct pci_devres *devres = res;
    struct pci_dev *pdev = to_pci_dev(dev);

    pci_release_selected_regions(pdev, devres->regions);
    if (!devres->pinned)
        pci_disable_device(pdev);
}

static struct pci_devres *find_devres(struct pci_dev *pdev)
{
    return devres_find(&pdev->dev, release_device, NULL, NULL);
}

int pcim_enable_device(struct pci_dev *pdev)
{
    struct pci_devres *devres;
    int err;

    if (find_devres(pdev))
        return pci_enable_device(pdev);
    devres = vmklinux_devres_alloc(pdev->module, release_device, sizeof(*devres), GFP_KERNEL);
    if (!devres)
        return -ENOMEM;
    err = pci_enable_device(pdev);
    if (err)
        devres_free(devres);
    else
        devres_add(&pdev->dev, devres);
    return err;
}
EXPORT_SYMBOL(pcim_enable_device);

void pcim_pin_device(struct pci_dev *pdev)
{
    struct pci_devres *devres = find_devres(pdev);

    if (!WARN_ON(!devres))
        devres->pinned = true;
}
EXPORT_SYMBOL(pcim_pin_device);

static void release_iomaps(struct device *dev, void *res)
{
    struct iomap_table *iomaps = res;

    for (int i = 0; i < PCI_STD_NUM_BARS; i++) {
        if (iomaps->table[i])
            iounmap(iomaps->table[i]);
    }
}

static struct iomap_table *make_iomaps(struct pci_dev *pdev)
{
    struct iomap_table *iomaps =
        vmklinux_devres_alloc(pdev->module, release_iomaps, sizeof(*iomaps), GFP_KERNEL);

    if (iomaps)
        devres_add(&pdev->dev, iomaps);
    return iomaps;
}

void __iomem *const *pcim_iomap_table(struct pci_dev *pdev)
{
    struct iomap_table *iomaps = devres_find(&pdev->dev, release_iomaps, NULL, NULL);

    if (!iomaps)
        iomaps = make_iomaps(pdev);
    return iomaps ? iomaps->table : NULL;
}
EXPORT_SYMBOL(pcim_iomap_table);

static int map_bars(struct pci_dev *pdev, void __iomem **table, int mask)
{
    for (int i = 0; i < PCI_STD_NUM_BARS; i++) {
        if (!(mask & (1 << i)))
            continue;
        table[i] = pci_ioremap_bar(pdev, i);
        if (!table[i])
            return -ENOMEM;
    }
    return 0;
}

static void unmap_bars(void __iomem **table, int mask)
{
    for (int i = 0; i < PCI_STD_NUM_BARS; i++) {
        if (mask & (1 << i) && table[i]) {
            iounmap(table[i]);
            table[i] = NULL;
        }
    }
}

int pcim_iomap_regions(struct pci_dev *pdev, int mask, const char *name)
{
    void __iomem **table = (void __iomem **)pcim_iomap_table(pdev);
    struct pci_devres *devres = find_devres(pdev);
    int err;

    if (!table)
        return -ENOMEM;
    if (WARN_ON(!devres))
        return -EINVAL;
    err = pci_request_selected_regions(pdev, mask, name);
    if (err)
        return err;
    err = map_bars(pdev, table, mask);
    if (err) {
        unmap_bars(table, mask);
        pci_release_selected_regions(pdev, mask);
        return err;
    }
    devres->regions |= mask;
    return 0;
}
EXPORT_SYMBOL(pcim_iomap_regions);

int pcim_iomap_regions_request_all(struct pci_dev *pdev, int mask, const char *name)
{
    int rest = ((1 << PCI_STD_NUM_BARS) - 1) & ~mask;
    struct pci_devres *devres = find_devres(pdev);
    int err = pci_request_selected_regions(pdev, rest, name);

    if (err)
        return err;
    err = pcim_iomap_regions(pdev, mask, name);
    if (err)
        pci_release_selected_regions(pdev, rest);
    else
        devres->regions |= rest;
    return err;
}
EXPORT_SYMBOL(pcim_iomap_regions_request_all);

void pcim_iounmap_regions(struct pci_dev *pdev, int mask)
{
    void __iomem **table = (void __iomem **)pcim_iomap_table(pdev);
    struct pci_devres *devres = find_devres(pdev);

    if (!table || WARN_ON(!devres))
        return;
    unmap_bars(table, mask);
    pci_release_selected_regions(pdev, devres->regions & mask);
    devres->regions &= ~mask;
}
EXPORT_SYMBOL(pcim_iounmap_regions);
