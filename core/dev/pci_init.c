/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_init.c - PCI comes up: scan, resources, devices, drivers.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/device.h>
#include <core/pci.h>
#include <core/pci_config.h>
#include <core/pci_decode.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/lib/libc.h>

/** Take the interrupts firmware may have left a function raising: drivers ask for them anew. */
static void quiet(vmk_PCIDevice device)
{
    if (device->intx_maskable) {
        pci_config_update(&device->addr, PCI_REG_COMMAND, 2, 0, VMK_PCI_COMMAND_INTX_DISABLE);
    }
    if (device->cap.msi != 0) {
        pci_config_update(&device->addr, device->cap.msi + PCI_MSI_CONTROL, 2, PCI_MSI_ENABLE, 0);
    }
    if (device->cap.msix != 0) {
        pci_config_update(&device->addr, device->cap.msix + PCI_MSIX_CONTROL, 2, PCI_MSIX_ENABLE, 0);
    }
}

static VMK_ReturnStatus make_device(vmk_PCIDevice device)
{
    char modalias[PCI_MODALIAS_MAX];

    pci_format_modalias(&device->id, modalias, sizeof(modalias));
    struct device_request request = {
        .bus = &bus_pci,
        .address = device->name,
        .address_len = (vmk_uint32)vmk_Strlen(device->name),
        .identifier = modalias,
        .identifier_len = (vmk_uint32)vmk_Strlen(modalias),
        .registration_data = {.ptr = device},
        .module = VMK_VMKERNEL_MODULE_ID,
    };
    return device_add(&request, &device->device);
}

VMK_ReturnStatus pci_init(void)
{
    vmk_StatusValue status = pci_scan();
    unsigned count = 0;
    vmk_ListLinks *item;

    if (status != VMK_OK) {
        vmk_WarningMessage("the scan ended early: %s", vmk_StatusToString(status));
    }
    pci_assign_bars();
    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);

        vmk_LogMessage("%s %04x:%04x %s", device->name, device->id.vendorID, device->id.deviceID,
                       pci_class_name(device->id.classCode));
        count++;
        if (device->header_type == PCI_HEADER_DEVICE) {
            quiet(device);
            status = make_device(device);
            if (status != VMK_OK) {
                vmk_WarningMessage("%s: no driver can have it: %s", device->name, vmk_StatusToString(status));
            }
        }
    }
    vmk_LogMessage("%u functions", count);
    return status;
}

void pci_offer_devices(void)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);
        if (device->device != NULL) {
            device_offer(device->device);
        }
    }
}
