/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_iterator.c - walking all functions from outside the kernel.
 */
#include <core/heap.h>
#include <core/account.h>
#include <core/pci.h>
#include <vmkapi/base/export.h>

struct vmk_PCIDevIteratorInt {
    vmk_ModuleID module;
    vmk_ListLinks *at; /**< The function given last, or the list itself. */
};

VMK_ReturnStatus vmk_PCIDevIteratorAlloc(vmk_ModuleID moduleID, vmk_PCIDevIterator *iterator)
{
    vmk_PCIDevIterator made = vmk_HeapAlloc(heap_kernel, sizeof(*made));

    if (made == NULL) {
        return VMK_NO_MEMORY;
    }
    *made = (struct vmk_PCIDevIteratorInt){.module = moduleID, .at = &pci_devices};
    account_add(moduleID, ACCOUNT_HEAP_BYTES, sizeof(*made));
    *iterator = made;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIDevIteratorAlloc);

void vmk_PCIDevIteratorFree(vmk_PCIDevIterator iterator)
{
    account_add(iterator->module, ACCOUNT_HEAP_BYTES, -(vmk_int64)sizeof(*iterator));
    vmk_HeapFree(heap_kernel, iterator);
}
VMK_EXPORT_SYMBOL(vmk_PCIDevIteratorFree);

VMK_ReturnStatus vmk_PCIDevIteratorGetFirst(vmk_PCIDevIterator iterator, vmk_PCIDevice *device)
{
    iterator->at = &pci_devices;
    return vmk_PCIDevIteratorGetNext(iterator, device);
}
VMK_EXPORT_SYMBOL(vmk_PCIDevIteratorGetFirst);

VMK_ReturnStatus vmk_PCIDevIteratorGetNext(vmk_PCIDevIterator iterator, vmk_PCIDevice *device)
{
    vmk_ListLinks *next = vmk_ListNext(iterator->at);

    if (vmk_ListIsAtEnd(&pci_devices, next)) {
        return VMK_NOT_FOUND;
    }
    iterator->at = next;
    *device = VMK_LIST_ENTRY(next, struct vmk_PCIDeviceInt, links);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIDevIteratorGetNext);
