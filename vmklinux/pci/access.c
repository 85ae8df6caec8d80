/* SPDX-License-Identifier: GPL-2.0-only */
/* access.c - configuration space. */
#include <linux/export.h>
#include <linux/pci.h>
#include <vmklinux/status.h>

static int read_config(const struct pci_dev *dev, vmk_PCIConfigAccess size, int where, u32 *val)
{
    int err = where < 0
                  ? -EINVAL
                  : vmklinux_errno(vmk_PCIReadConfig(dev->module->id, dev->vmk_pci, size, (u16)where, val));

    /* As from a device that does not answer. */
    if (err)
        *val = ~0u;
    return err;
}

static int write_config(const struct pci_dev *dev, vmk_PCIConfigAccess size, int where, u32 val)
{
    return where < 0
               ? -EINVAL
               : vmklinux_errno(vmk_PCIWriteConfig(dev->module->id, dev->vmk_pci, size, (u16)where, val));
}

#define CONFIG_ACCESS(name, type, size)                                                                      \
    int pci_read_config_##name(const struct pci_dev *dev, int where, type *val)                              \
    {                                                                                                        \
        u32 data;                                                                                            \
        int err = read_config(dev, size, where, &data);                                                      \
                                                                                                             \
        *val = (type)data;                                                                                   \
        return err;                                                                                          \
    }                                                                                                        \
    EXPORT_SYMBOL(pci_read_config_##name);                                                                   \
    int pci_write_config_##name(const struct pci_dev *dev, int where, type val)                              \
    {                                                                                                        \
        return write_config(dev, size, where, val);                                                          \
    }                                                                                                        \
    EXPORT_SYMBOL(pci_write_config_##name)

CONFIG_ACCESS(byte, u8, VMK_PCI_CONFIG_ACCESS_8);
CONFIG_ACCESS(word, u16, VMK_PCI_CONFIG_ACCESS_16);
CONFIG_ACCESS(dword, u32, VMK_PCI_CONFIG_ACCESS_32);

u8 pci_find_capability(struct pci_dev *dev, int cap)
{
    u16 offset;

    return vmk_PCIFindCapability(dev->vmk_pci, (u8)cap, &offset) == VMK_OK ? (u8)offset : 0;
}
EXPORT_SYMBOL(pci_find_capability);

u16 pci_find_ext_capability(struct pci_dev *dev, int cap)
{
    u16 offset;

    return vmk_PCIFindExtCapability(dev->vmk_pci, (u16)cap, &offset) == VMK_OK ? offset : 0;
}
EXPORT_SYMBOL(pci_find_ext_capability);
