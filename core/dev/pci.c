/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.c - PCI functions as VMKAPI shows them: identity, configuration space, mapped resources.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/pci.h>
#include <core/pci_config.h>
#include <core/pci_decode.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/mapping.h>

VMK_ReturnStatus vmk_PCIQueryDeviceID(vmk_PCIDevice device, vmk_PCIDeviceID *id)
{
    if (device == NULL || id == NULL) {
        return VMK_BAD_PARAM;
    }
    *id = device->id;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIQueryDeviceID);

VMK_ReturnStatus vmk_PCIQueryDeviceAddr(vmk_PCIDevice device, vmk_PCIDeviceAddr *addr)
{
    if (device == NULL || addr == NULL) {
        return VMK_BAD_PARAM;
    }
    *addr = device->addr;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIQueryDeviceAddr);

VMK_ReturnStatus vmk_PCIQueryIOResources(vmk_PCIDevice device, vmk_uint8 maxResource,
                                         vmk_PCIResource resources[])
{
    if (device == NULL || maxResource > VMK_PCI_NUM_BARS) {
        return VMK_BAD_PARAM;
    }
    for (unsigned i = 0; i < maxResource; i++) {
        resources[i] = device->bar[i];
    }
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIQueryIOResources);

static vmk_Bool in_config_space(vmk_PCIDevice device, vmk_PCIConfigAccess size, vmk_uint16 offset)
{
    return device != NULL &&
           (size == VMK_PCI_CONFIG_ACCESS_8 || size == VMK_PCI_CONFIG_ACCESS_16 ||
            size == VMK_PCI_CONFIG_ACCESS_32) &&
           offset % size == 0 && offset + size <= pci_config_size(&device->addr);
}

VMK_ReturnStatus vmk_PCIReadConfig(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                   vmk_PCIConfigAccess accessSize, vmk_uint16 offset, vmk_uint32 *data)
{
    if (!in_config_space(device, accessSize, offset)) {
        return VMK_BAD_PARAM;
    }
    *data = pci_config_read(&device->addr, offset, accessSize);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIReadConfig);

VMK_ReturnStatus vmk_PCIWriteConfig(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                    vmk_PCIConfigAccess accessSize, vmk_uint16 offset, vmk_uint32 data)
{
    if (!in_config_space(device, accessSize, offset)) {
        return VMK_BAD_PARAM;
    }
    pci_config_write(&device->addr, offset, accessSize, data);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIWriteConfig);

VMK_ReturnStatus vmk_PCIFindCapability(vmk_PCIDevice device, vmk_uint8 capID, vmk_uint16 *offset)
{
    if (device == NULL || offset == NULL) {
        return VMK_BAD_PARAM;
    }
    *offset = (vmk_uint16)pci_find_capability(pci_config_read_word, &device->addr, capID);
    return *offset != 0 ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_PCIFindCapability);

VMK_ReturnStatus vmk_PCIFindExtCapability(vmk_PCIDevice device, vmk_uint16 capID, vmk_uint16 *offset)
{
    if (device == NULL || offset == NULL) {
        return VMK_BAD_PARAM;
    }
    *offset = (vmk_uint16)pci_find_ext_capability(pci_config_read_word, &device->addr, capID);
    return *offset != 0 ? VMK_OK : VMK_NOT_FOUND;
}
VMK_EXPORT_SYMBOL(vmk_PCIFindExtCapability);

/** Tell the device the line size, in words, that memory-write-and-invalidate is about (PCI 3.0, 6.2.4). */
static vmk_Bool set_cache_line(const vmk_PCIDeviceAddr *addr)
{
    const vmk_uint32 words = VMK_L1_CACHELINE_SIZE / 4;

    pci_config_write(addr, PCI_REG_CACHE_LINE, 1, words);
    return pci_config_read(addr, PCI_REG_CACHE_LINE, 1) == words;
}

VMK_ReturnStatus vmk_PCIChangeCommand(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint16 clear,
                                      vmk_uint16 set)
{
    if (device == NULL) {
        return VMK_BAD_PARAM;
    }
    if ((set & VMK_PCI_COMMAND_MWI) != 0 && !set_cache_line(&device->addr)) {
        return VMK_NOT_SUPPORTED;
    }
    pci_config_update(&device->addr, PCI_REG_COMMAND, 2, clear, set);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIChangeCommand);

static vmk_Bool is_memory_bar(vmk_PCIDevice device, vmk_uint8 bar)
{
    return device != NULL && bar < VMK_PCI_NUM_BARS && device->bar[bar].size != 0 &&
           device->bar[bar].start != 0 && (device->bar[bar].flags & VMK_PCI_BAR_FLAGS_IO) == 0;
}

/** Count one more user of a mapping that is there. */
static vmk_Bool share_mapping(vmk_PCIDevice device, vmk_uint8 bar, vmk_VA *va)
{
    vmk_SpinlockLock(&device->lock);
    struct vmk_IOReservationInt *mapping = &device->mapping[bar];
    vmk_Bool shared = mapping->users != 0;
    if (shared) {
        mapping->users++;
        *va = mapping->va;
    }
    vmk_SpinlockUnlock(&device->lock);
    return shared;
}

/** Put a fresh mapping in place; @return VMK_FALSE when another world was faster. */
static vmk_Bool publish_mapping(vmk_PCIDevice device, vmk_uint8 bar, vmk_VA va)
{
    vmk_SpinlockLock(&device->lock);
    struct vmk_IOReservationInt *mapping = &device->mapping[bar];
    vmk_Bool first = mapping->users == 0;
    if (first) {
        mapping->users = 1;
        mapping->va = va;
    }
    vmk_SpinlockUnlock(&device->lock);
    return first;
}

/** A mapping as a module may name it. */
static vmk_IOReservation reservation_of(vmk_PCIDevice device, vmk_uint8 bar)
    VMK_NO_THREAD_SAFETY_ANALYSIS("a handle: what it points to is not looked at")
{
    return &device->mapping[bar];
}

VMK_ReturnStatus vmk_PCIMapIOResource(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint8 pciBar,
                                      vmk_IOReservation *reservation, vmk_VA *mappedAddress)
{
    if (!is_memory_bar(device, pciBar)) {
        return VMK_BAD_PARAM;
    }
    while (!share_mapping(device, pciBar, mappedAddress)) {
        vmk_StatusValue status =
            vmk_MapMMIO(moduleID, device->bar[pciBar].start, device->bar[pciBar].size, mappedAddress);
        if (status != VMK_OK) {
            return status;
        }
        if (publish_mapping(device, pciBar, *mappedAddress)) {
            break;
        }
        vmk_UnmapMMIO(*mappedAddress);
    }
    if (reservation != NULL) {
        *reservation = reservation_of(device, pciBar);
    }
    pci_config_update(&device->addr, PCI_REG_COMMAND, 2, 0, VMK_PCI_COMMAND_MEMORY);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIMapIOResource);

VMK_ReturnStatus vmk_PCIUnmapIOResource(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint8 pciBar)
{
    if (device == NULL || pciBar >= VMK_PCI_NUM_BARS) {
        return VMK_BAD_PARAM;
    }

    vmk_SpinlockLock(&device->lock);
    struct vmk_IOReservationInt *mapping = &device->mapping[pciBar];
    unsigned users = mapping->users;
    vmk_VA va = mapping->va;
    if (users != 0) {
        mapping->users--;
    }
    vmk_SpinlockUnlock(&device->lock);
    if (users == 1) {
        vmk_UnmapMMIO(va);
    }
    return users != 0 ? VMK_OK : VMK_BAD_PARAM;
}
VMK_EXPORT_SYMBOL(vmk_PCIUnmapIOResource);
