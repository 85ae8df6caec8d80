/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bus.c - the bus types there are, and addresses on the logical one.
 */
#include <core/account.h>
#include <core/device.h>
#include <core/heap.h>
#include <core/pci.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/logical_bus.h>
#include <vmkapi/hardware/pci.h>
#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>

const struct vmk_BusTypeInt bus_pci = {.name = VMK_PCI_BUS_NAME, .left = pci_driver_left};
const struct vmk_BusTypeInt bus_logical = {.name = VMK_LOGICAL_BUS_NAME};

static const vmk_BusType bus_types[] = {&bus_pci, &bus_logical};

VMK_ReturnStatus vmk_BusTypeFind(const vmk_Name *name, vmk_BusType *busType)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(bus_types); i++) {
        if (vmk_Strcmp(bus_types[i]->name, name->string) == 0) {
            *busType = bus_types[i];
            return VMK_OK;
        }
    }
    return VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_BusTypeFind);

void vmk_BusTypeRelease(vmk_BusType busType)
{
    (void)busType; /* Built in: they never go. */
}
VMK_EXPORT_SYMBOL(vmk_BusTypeRelease);

VMK_ReturnStatus vmk_BusTypeGetName(vmk_BusType busType, vmk_Name *name)
{
    return vmk_NameInitialize(name, busType->name);
}
VMK_EXPORT_SYMBOL(vmk_BusTypeGetName);

VMK_ReturnStatus vmk_LogicalCreateBusAddress(vmk_Driver driver, vmk_Device parent, vmk_uint32 logicalPort,
                                             char **busAddress, vmk_uint32 *busAddressLen)
{
    char *address = vmk_HeapAlloc(heap_kernel, DEVICE_ADDRESS_MAX);

    if (address == NULL) {
        return VMK_NO_MEMORY;
    }
    *busAddressLen =
        (vmk_uint32)vmk_Scnprintf(address, DEVICE_ADDRESS_MAX, "%s:%u", parent->address, logicalPort);
    *busAddress = address;
    account_add(driver->module, ACCOUNT_HEAP_BYTES, DEVICE_ADDRESS_MAX);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_LogicalCreateBusAddress);

void vmk_LogicalFreeBusAddress(vmk_Driver driver, char *busAddress)
{
    account_add(driver->module, ACCOUNT_HEAP_BYTES, -DEVICE_ADDRESS_MAX);
    vmk_HeapFree(heap_kernel, busAddress);
}
VMK_EXPORT_SYMBOL(vmk_LogicalFreeBusAddress);
