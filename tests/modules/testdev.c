/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * testdev.c - a native driver for QEMU's pci-testdev, which the kernel loads when it finds one.
 */
#include <vmkapi/base/logging.h>
#include <vmkapi/base/module.h>
#include <vmkapi/core/driver.h>
#include <vmkapi/hardware/pci.h>

VMK_MODULE_LICENSE("GPL v2");
VMK_MODULE_DESCRIPTION("Driver of QEMU's pci-testdev");

static const vmk_PCIMatch devices[] = {
    {.vendor = 0x1b36, .device = 0x0005, .subVendor = VMK_PCI_ANY, .subDevice = VMK_PCI_ANY}, {0}};
VMK_DEVICE_TABLE(pci, devices);

static vmk_Driver driver;

int init_module(void);
void cleanup_module(void);

static VMK_ReturnStatus attach(vmk_Device device)
{
    vmk_AddrCookie pci;
    vmk_PCIDeviceID id;
    vmk_StatusValue status = vmk_DeviceGetRegistrationData(device, &pci);

    if (status == VMK_OK) {
        status = vmk_PCIQueryDeviceID(pci.ptr, &id);
    }
    if (status != VMK_OK || id.vendorID != devices[0].vendor || id.deviceID != devices[0].device) {
        return status != VMK_OK ? status : VMK_NOT_THIS_DEVICE;
    }
    vmk_LogMessage("attached to %s", vmk_DeviceGetName(device));
    return VMK_OK;
}

static VMK_ReturnStatus detach(vmk_Device device)
{
    vmk_LogMessage("detached from %s", vmk_DeviceGetName(device));
    return VMK_OK;
}

static vmk_DriverOps ops = {.attachDevice = attach, .detachDevice = detach};

int init_module(void)
{
    vmk_DriverProps props = {.moduleID = vmk_ModuleCurrentID, .name = {"testdev"}, .ops = &ops};

    return vmk_DriverRegister(&props, &driver);
}

void cleanup_module(void)
{
    vmk_DriverUnregister(driver);
}
