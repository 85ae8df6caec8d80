/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_release.c - a function whose driver has gone: made harmless.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/device.h>
#include <core/intr.h>
#include <core/pci.h>
#include <core/pci_config.h>
#include <vmkapi/base/logging.h>

/** Take off a handler the driver left behind: it may be in memory that is about to go. */
static void unregister_handler(vmk_IntrCookie cookie)
{
    const struct intr *intr = intr_find(cookie);

    if (intr->registered) {
        vmk_StatusValue status = vmk_IntrUnregister(intr->handler_module, cookie, intr->props.handlerData);
        (void)status; /* What it is registered with is what it is called with here. */
    }
}

static void release_interrupts(vmk_PCIDevice pci, const char *driver)
{
    if (pci->intr.type == VMK_PCI_INTERRUPT_TYPE_NONE) {
        return;
    }
    vmk_WarningMessage("%s: %s left it with %u interrupts allocated", pci->name, driver, pci->intr.count);
    for (unsigned i = 0; i < pci->intr.count; i++) {
        unregister_handler(pci->intr.cookie[i]);
    }
    vmk_StatusValue status = vmk_PCIFreeIntrCookie(VMK_VMKERNEL_MODULE_ID, pci);
    if (status != VMK_OK) {
        vmk_WarningMessage("%s: its interrupts cannot be freed: %s", pci->name, vmk_StatusToString(status));
    }
}

static void release_mappings(vmk_PCIDevice pci, const char *driver)
{
    for (vmk_uint8 bar = 0; bar < VMK_PCI_NUM_BARS; bar++) {
        vmk_Bool left = VMK_FALSE;

        while (vmk_PCIUnmapIOResource(VMK_VMKERNEL_MODULE_ID, pci, bar) == VMK_OK) {
            left = VMK_TRUE;
        }
        if (left) {
            vmk_WarningMessage("%s: %s left BAR %u mapped", pci->name, driver, bar);
        }
    }
}

void pci_driver_left(vmk_Device device, vmk_Driver driver)
{
    vmk_PCIDevice pci = device->registration_data.ptr;

    pci_config_update(&pci->addr, PCI_REG_COMMAND, 2, VMK_PCI_COMMAND_BUS_MASTER, 0);
    release_interrupts(pci, driver->name.string);
    release_mappings(pci, driver->name.string);
}
