/* SPDX-License-Identifier: GPL-2.0-only */
/* pci.c - switching functions on and off, their regions, their power. */
#include <linux/export.h>
#include <linux/pci.h>
#include <vmklinux/status.h>

static int change_command(struct pci_dev *dev, u16 clear, u16 set)
{
    return vmklinux_errno(vmk_PCIChangeCommand(dev->module->id, dev->vmk_pci, clear, set));
}

/* Switch on decoding of those kinds of resource in @kinds that the function has. */
static int enable(struct pci_dev *dev, unsigned long kinds)
{
    unsigned long present = 0;
    int err;

    if (atomic_inc_return(&dev->enable_cnt) > 1)
        return 0;
    for (int i = 0; i < PCI_STD_NUM_BARS; i++)
        present |= pci_resource_flags(dev, i) & kinds;
    err = pci_set_power_state(dev, PCI_D0);
    /* Without power management a function is in D0 always. */
    if (!err || err == -EIO)
        err = change_command(dev, 0,
                             (present & IORESOURCE_IO ? PCI_COMMAND_IO : 0) |
                                 (present & IORESOURCE_MEM ? PCI_COMMAND_MEMORY : 0));
    if (err)
        atomic_dec(&dev->enable_cnt);
    return err;
}

int pci_enable_device(struct pci_dev *dev)
{
    return enable(dev, IORESOURCE_MEM | IORESOURCE_IO);
}
EXPORT_SYMBOL(pci_enable_device);

int pci_enable_device_mem(struct pci_dev *dev)
{
    return enable(dev, IORESOURCE_MEM);
}
EXPORT_SYMBOL(pci_enable_device_mem);

void pci_disable_device(struct pci_dev *dev)
{
    if (WARN(atomic_read(&dev->enable_cnt) <= 0, "%s: disabling a disabled device\n", pci_name(dev)))
        return;
    if (atomic_dec_return(&dev->enable_cnt) == 0)
        pci_clear_master(dev);
}
EXPORT_SYMBOL(pci_disable_device);

void pci_set_master(struct pci_dev *dev)
{
    dev->is_busmaster = change_command(dev, 0, PCI_COMMAND_MASTER) == 0;
}
EXPORT_SYMBOL(pci_set_master);

void pci_clear_master(struct pci_dev *dev)
{
    (void)change_command(dev, PCI_COMMAND_MASTER, 0);
    dev->is_busmaster = false;
}
EXPORT_SYMBOL(pci_clear_master);

int pci_set_mwi(struct pci_dev *dev)
{
    return change_command(dev, 0, PCI_COMMAND_INVALIDATE) ? -EINVAL : 0;
}
EXPORT_SYMBOL(pci_set_mwi);

void pci_clear_mwi(struct pci_dev *dev)
{
    (void)change_command(dev, PCI_COMMAND_INVALIDATE, 0);
}
EXPORT_SYMBOL(pci_clear_mwi);

void pci_intx(struct pci_dev *dev, int enable)
{
    (void)change_command(dev, enable ? PCI_COMMAND_INTX_DISABLE : 0, enable ? 0 : PCI_COMMAND_INTX_DISABLE);
}
EXPORT_SYMBOL(pci_intx);

int pci_select_bars(struct pci_dev *dev, unsigned long flags)
{
    int bars = 0;

    for (int i = 0; i < PCI_STD_NUM_BARS; i++) {
        if (pci_resource_flags(dev, i) & flags)
            bars |= 1 << i;
    }
    return bars;
}
EXPORT_SYMBOL(pci_select_bars);

/* A driver owns all of its function; requests guard against its own mistakes. */
int pci_request_selected_regions(struct pci_dev *pdev, int bars, const char *res_name)
{
    if (pdev->regions & (u32)bars)
        return -EBUSY;
    pdev->regions |= (u32)bars;
    return 0;
}
EXPORT_SYMBOL(pci_request_selected_regions);

void pci_release_selected_regions(struct pci_dev *pdev, int bars)
{
    pdev->regions &= ~(u32)bars;
}
EXPORT_SYMBOL(pci_release_selected_regions);

int pci_request_regions(struct pci_dev *pdev, const char *res_name)
{
    return pci_request_selected_regions(pdev, (1 << PCI_STD_NUM_BARS) - 1, res_name);
}
EXPORT_SYMBOL(pci_request_regions);

void pci_release_regions(struct pci_dev *pdev)
{
    pci_release_selected_regions(pdev, (1 << PCI_STD_NUM_BARS) - 1);
}
EXPORT_SYMBOL(pci_release_regions);

void __iomem *pci_ioremap_bar(struct pci_dev *pdev, int bar)
{
    if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM)) {
        dev_warn(&pdev->dev, "can't map BAR %d: it is no memory\n", bar);
        return NULL;
    }
    return vmklinux_ioremap(pdev->module, pci_resource_start(pdev, bar), pci_resource_len(pdev, bar));
}
EXPORT_SYMBOL(pci_ioremap_bar);

int pci_save_state(struct pci_dev *dev)
{
    int err = vmklinux_errno(vmk_PCISaveState(dev->module->id, dev->vmk_pci));

    dev->state_saved = !err;
    return err;
}
EXPORT_SYMBOL(pci_save_state);

void pci_restore_state(struct pci_dev *dev)
{
    if (dev->state_saved)
        (void)!vmk_PCIRestoreState(dev->module->id, dev->vmk_pci);
    dev->state_saved = false;
}
EXPORT_SYMBOL(pci_restore_state);

int pci_load_saved_state(struct pci_dev *dev, struct pci_saved_state *state)
{
    if (WARN_ON(state))
        return -EINVAL;
    dev->state_saved = false;
    return 0;
}
EXPORT_SYMBOL(pci_load_saved_state);

bool pci_device_is_present(struct pci_dev *pdev)
{
    u16 vendor;

    return pdev->error_state != pci_channel_io_perm_failure &&
           pci_read_config_word(pdev, PCI_VENDOR_ID, &vendor) == 0 && vendor == pdev->vendor;
}
EXPORT_SYMBOL(pci_device_is_present);

/* Power is not cut here: D3hot is the deepest state that software reaches. */
static vmk_PCIPowerState reachable(pci_power_t state)
{
    return min((__force int)state, (__force int)PCI_D3hot);
}

int pci_set_power_state(struct pci_dev *dev, pci_power_t state)
{
    vmk_PCIPowerState reached = reachable(state);
    vmk_StatusValue status = vmk_PCISetPowerState(dev->module->id, dev->vmk_pci, reached);

    if (status != VMK_OK)
        return status == VMK_NOT_SUPPORTED ? -EIO : vmklinux_errno(status);
    dev->current_state = (__force pci_power_t)reached;
    return 0;
}
EXPORT_SYMBOL(pci_set_power_state);

int pci_enable_wake(struct pci_dev *dev, pci_power_t state, bool enable)
{
    vmk_StatusValue status;

    if (!device_can_wakeup(&dev->dev))
        return enable ? -EINVAL : 0;
    if (!enable)
        return vmklinux_errno(vmk_PCIDisablePME(dev->module->id, dev->vmk_pci));
    status = vmk_PCIEnablePME(dev->module->id, dev->vmk_pci, reachable(state));
    return status == VMK_NOT_SUPPORTED ? -EINVAL : vmklinux_errno(status);
}
EXPORT_SYMBOL(pci_enable_wake);

int pci_wake_from_d3(struct pci_dev *dev, bool enable)
{
    return pci_enable_wake(dev, PCI_D3hot, enable);
}
EXPORT_SYMBOL(pci_wake_from_d3);

int pcix_get_mmrbc(struct pci_dev *dev)
{
    u32 bytes;

    return vmk_PCIGetMMRBC(dev->vmk_pci, &bytes) == VMK_OK ? (int)bytes : -EINVAL;
}
EXPORT_SYMBOL(pcix_get_mmrbc);

int pcix_set_mmrbc(struct pci_dev *dev, int mmrbc)
{
    return vmk_PCISetMMRBC(dev->module->id, dev->vmk_pci, (u32)mmrbc) == VMK_OK ? 0 : -EINVAL;
}
EXPORT_SYMBOL(pcix_set_mmrbc);
