/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_interrupts.c - a function's interrupts: its INTx# pin, MSI, MSI-X.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/heap.h>
#include <core/intr.h>
#include <core/irq_vector.h>
#include <core/pci.h>
#include <core/pci_config.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/base/pcpu.h>
#include <vmkapi/base/platform.h>
#include <vmkapi/base/stress.h>
#include <vmkapi/core/mapping.h>

VMK_STRESS_POINT(interrupt_none_left, "A PCI function gets no interrupt");

static void intx_gate(void *arg, vmk_Bool open)
{
    vmk_PCIDevice device = arg;

    pci_config_update(&device->addr, PCI_REG_COMMAND, 2, open ? VMK_PCI_COMMAND_INTX_DISABLE : 0,
                      open ? 0 : VMK_PCI_COMMAND_INTX_DISABLE);
}

/* MSI (PCI 3.0, 6.8.1). One message each: the messages of one function differ only in their low data bits. */

static vmk_uint32 msi_control(vmk_PCIDevice device)
{
    return pci_config_read(&device->addr, device->cap.msi + PCI_MSI_CONTROL, 2);
}

static void msi_set_enabled(vmk_PCIDevice device, vmk_Bool enabled)
{
    pci_config_update(&device->addr, device->cap.msi + PCI_MSI_CONTROL, 2,
                      PCI_MSI_ENABLE | PCI_MSI_COUNT_MASK << PCI_MSI_ENABLED_SHIFT,
                      enabled ? PCI_MSI_ENABLE : 0);
}

static VMK_ReturnStatus msi_aim(void *source, unsigned index, vmk_uint32 pcpu, vmk_uint8 vector)
{
    vmk_PCIDevice device = source;
    const vmk_PCIDeviceAddr *addr = &device->addr;
    vmk_uint32 control = msi_control(device);
    vmk_Bool wide = (control & PCI_MSI_64) != 0;
    vmk_uint64 address;
    vmk_uint32 data;

    arch_msi_message(pcpu, vector, &address, &data);
    /* With MSI off no message can go out half old, half new. */
    msi_set_enabled(device, VMK_FALSE);
    pci_config_write(addr, device->cap.msi + PCI_MSI_ADDRESS, 4, (vmk_uint32)address);
    if (wide) {
        pci_config_write(addr, device->cap.msi + PCI_MSI_ADDRESS_HIGH, 4, (vmk_uint32)(address >> 32));
    }
    pci_config_write(addr, device->cap.msi + (wide ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), 2, data);
    msi_set_enabled(device, VMK_TRUE);
    return VMK_OK;
}

static void msi_hold(void *source, unsigned index, vmk_Bool held)
{
    vmk_PCIDevice device = source;
    vmk_uint32 control = msi_control(device);

    if (control & PCI_MSI_MASKABLE) {
        pci_config_write(&device->addr,
                         device->cap.msi + (control & PCI_MSI_64 ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32), 4,
                         held ? ~0u : 0);
    }
}

static const struct intr_line_ops msi_ops = {.aim = msi_aim, .hold = msi_hold, .edge = VMK_TRUE};

/* MSI-X (PCI 3.0, 6.8.2). */

static volatile vmk_uint32 *msix_entry(vmk_PCIDevice device, unsigned entry)
{
    return device->intr.table + entry * PCI_MSIX_ENTRY_WORDS;
}

static VMK_ReturnStatus msix_aim(void *source, unsigned index, vmk_uint32 pcpu, vmk_uint8 vector)
{
    volatile vmk_uint32 *entry = msix_entry(source, index);
    vmk_uint64 address;
    vmk_uint32 data;

    arch_msi_message(pcpu, vector, &address, &data);
    vmk_MMIOWrite32(&entry[PCI_MSIX_ADDRESS], (vmk_uint32)address);
    vmk_MMIOWrite32(&entry[PCI_MSIX_ADDRESS_HIGH], (vmk_uint32)(address >> 32));
    vmk_MMIOWrite32(&entry[PCI_MSIX_DATA], data);
    return VMK_OK;
}

static void msix_hold(void *source, unsigned index, vmk_Bool held)
{
    volatile vmk_uint32 *entry = msix_entry(source, index);

    vmk_MMIOWrite32(&entry[PCI_MSIX_VECTOR_CONTROL], held ? PCI_MSIX_VECTOR_MASKED : 0);
    (void)vmk_MMIORead32(&entry[PCI_MSIX_VECTOR_CONTROL]); /* Wait until the device has it. */
}

static const struct intr_line_ops msix_ops = {.aim = msix_aim, .hold = msix_hold, .edge = VMK_TRUE};

static unsigned msix_table_size(vmk_PCIDevice device)
{
    return device->cap.msix == 0 ? 0
                                 : (pci_config_read(&device->addr, device->cap.msix + PCI_MSIX_CONTROL, 2) &
                                    PCI_MSIX_SIZE_MASK) +
                                       1;
}

static VMK_ReturnStatus msix_map_table(vmk_PCIDevice device)
{
    unsigned entries = msix_table_size(device);
    vmk_uint32 where = pci_config_read(&device->addr, device->cap.msix + PCI_MSIX_TABLE, 4);
    unsigned bar = where & PCI_MSIX_BAR_MASK;
    vmk_uint32 offset = where & ~PCI_MSIX_BAR_MASK;
    vmk_VA va;

    if (bar >= VMK_PCI_NUM_BARS || device->bar[bar].flags & VMK_PCI_BAR_FLAGS_IO ||
        device->bar[bar].start == 0 ||
        (vmk_uint64)offset + entries * PCI_MSIX_ENTRY_BYTES > device->bar[bar].size) {
        vmk_WarningMessage("%s: the MSI-X table is said to be where no memory of the device is",
                           device->name);
        return VMK_NOT_SUPPORTED;
    }
    vmk_StatusValue status = vmk_MapMMIO(VMK_VMKERNEL_MODULE_ID, device->bar[bar].start + offset,
                                         (vmk_ByteCount)entries * PCI_MSIX_ENTRY_BYTES, &va);
    if (status == VMK_OK) {
        device->intr.table = (volatile vmk_uint32 *)va;
        pci_config_update(&device->addr, PCI_REG_COMMAND, 2, 0, VMK_PCI_COMMAND_MEMORY);
    }
    return status;
}

/** Switch MSI-X on with all entries masked, or off. */
static VMK_ReturnStatus msix_start(vmk_PCIDevice device)
{
    vmk_StatusValue status = msix_map_table(device);

    if (status != VMK_OK) {
        return status;
    }
    pci_config_update(&device->addr, device->cap.msix + PCI_MSIX_CONTROL, 2, 0,
                      PCI_MSIX_ENABLE | PCI_MSIX_FUNCTION_MASK);
    for (unsigned i = 0; i < msix_table_size(device); i++) {
        msix_hold(device, i, VMK_TRUE);
    }
    pci_config_update(&device->addr, device->cap.msix + PCI_MSIX_CONTROL, 2, PCI_MSIX_FUNCTION_MASK, 0);
    return VMK_OK;
}

static void msix_stop(vmk_PCIDevice device)
{
    pci_config_update(&device->addr, device->cap.msix + PCI_MSIX_CONTROL, 2, PCI_MSIX_ENABLE, 0);
    vmk_UnmapMMIO((vmk_VA)device->intr.table);
    device->intr.table = NULL;
}

static VMK_ReturnStatus intx_line(vmk_PCIDevice device, struct intr_line **line)
{
    struct acpi_interrupt route;
    vmk_StatusValue status = pci_route_intx(device, &route);

    if (status != VMK_OK) {
        vmk_WarningMessage("%s: firmware does not say where INT%c# leads", device->name,
                           'A' + device->intx_pin - 1);
        return VMK_NOT_SUPPORTED;
    }
    return intr_gsi_get(route.gsi, route.flags, line);
}

/** Make, or find, the line of the n-th interrupt. Messages are spread over the CPUs, the first on CPU 0. */
static VMK_ReturnStatus get_line(vmk_PCIDevice device, unsigned n, struct intr_line **line)
{
    switch (device->intr.type) {
    case VMK_PCI_INTERRUPT_TYPE_LEGACY:
        return intx_line(device, line);
    case VMK_PCI_INTERRUPT_TYPE_MSI:
        return intr_line_create(&msi_ops, device, n, 0, line);
    default:
        return intr_line_create(&msix_ops, device, device->intr.entry[n], n % vmk_NumPCPUs(), line);
    }
}

static void put_line(vmk_PCIDevice device, struct intr_line *line)
{
    if (device->intr.type == VMK_PCI_INTERRUPT_TYPE_LEGACY) {
        intr_gsi_put(line);
        return;
    }
    if (device->intr.type == VMK_PCI_INTERRUPT_TYPE_MSI) {
        msi_set_enabled(device, VMK_FALSE);
    }
    intr_line_destroy(line);
}

static VMK_ReturnStatus add_interrupt(vmk_ModuleID module, vmk_PCIDevice device)
{
    unsigned n = device->intr.count;
    vmk_Bool gated = device->intr.type == VMK_PCI_INTERRUPT_TYPE_LEGACY && device->intx_maskable;
    struct intr_line *line;

    vmk_StatusValue status =
        VMK_STRESS_HIT(interrupt_none_left) ? VMK_NO_RESOURCES : get_line(device, n, &line);
    if (status != VMK_OK) {
        return status;
    }
    status = intr_alloc(module, line, gated ? intx_gate : NULL, device, &device->intr.cookie[n]);
    if (status != VMK_OK) {
        put_line(device, line);
        return status;
    }
    device->intr.count++;
    return VMK_OK;
}

static void remove_interrupts(vmk_PCIDevice device)
{
    while (device->intr.count > 0) {
        vmk_IntrCookie cookie = device->intr.cookie[--device->intr.count];
        struct intr_line *line = intr_find(cookie)->line;

        intr_free(cookie);
        put_line(device, line);
    }
}

/** How many interrupts of a type the function has. */
static unsigned available(vmk_PCIDevice device, vmk_PCIInterruptType type)
{
    switch (type) {
    case VMK_PCI_INTERRUPT_TYPE_LEGACY:
        return device->intx_pin != 0;
    case VMK_PCI_INTERRUPT_TYPE_MSI:
        return device->cap.msi != 0;
    case VMK_PCI_INTERRUPT_TYPE_MSIX:
        return msix_table_size(device);
    default:
        return 0;
    }
}

/** Take note of which MSI-X entries are wanted. */
static VMK_ReturnStatus choose_entries(vmk_PCIDevice device, unsigned count, const vmk_uint16 *indexes)
{
    unsigned entries = msix_table_size(device);

    for (unsigned i = 0; i < count; i++) {
        device->intr.entry[i] = indexes != NULL ? indexes[i] : (vmk_uint16)i;
        if (device->intr.entry[i] >= entries) {
            return VMK_NO_RESOURCES;
        }
    }
    return VMK_OK;
}

/** Undo prepare() and what followed it. */
static void release(vmk_PCIDevice device)
{
    remove_interrupts(device);
    if (device->intr.table != NULL) {
        msix_stop(device);
    }
    vmk_HeapFree(heap_kernel, device->intr.cookie);
    vmk_HeapFree(heap_kernel, device->intr.entry);
    device->intr = (struct pci_interrupts){.type = VMK_PCI_INTERRUPT_TYPE_NONE};
}

static VMK_ReturnStatus prepare(vmk_PCIDevice device, vmk_PCIInterruptType type, unsigned count,
                                const vmk_uint16 *indexes)
{
    device->intr.cookie = vmk_HeapZalloc(heap_kernel, count * sizeof(*device->intr.cookie));
    device->intr.entry = vmk_HeapZalloc(heap_kernel, count * sizeof(*device->intr.entry));
    if (device->intr.cookie == NULL || device->intr.entry == NULL) {
        return VMK_NO_MEMORY;
    }
    device->intr.type = type;
    if (type != VMK_PCI_INTERRUPT_TYPE_MSIX) {
        return VMK_OK; /* MSI goes on when its message is set. */
    }
    vmk_StatusValue status = choose_entries(device, count, indexes);
    return status == VMK_OK ? msix_start(device) : status;
}

VMK_ReturnStatus vmk_PCIAllocIntrCookie(vmk_ModuleID moduleID, vmk_PCIDevice device,
                                        vmk_PCIInterruptType type, vmk_uint32 numDesired,
                                        vmk_uint32 numRequired, const vmk_uint16 *indexArray,
                                        vmk_IntrCookie *intrArray, vmk_uint32 *numAllocated)
{
    if (device == NULL || intrArray == NULL || numRequired == 0 || numRequired > numDesired ||
        (numAllocated == NULL && numRequired != numDesired)) {
        return VMK_BAD_PARAM;
    }
    if (device->intr.type != VMK_PCI_INTERRUPT_TYPE_NONE) {
        return VMK_BUSY;
    }
    unsigned count = available(device, type);
    if (count == 0) {
        return VMK_NOT_SUPPORTED;
    }
    count = count < numDesired ? count : numDesired;
    if (count < numRequired) {
        return VMK_NO_RESOURCES;
    }

    vmk_StatusValue status = prepare(device, type, count, indexArray);
    if (status != VMK_OK) {
        goto out_release;
    }
    while (status == VMK_OK && device->intr.count < count) {
        status = add_interrupt(moduleID, device);
    }
    if (device->intr.count < numRequired) {
        goto out_release;
    }
    if (type != VMK_PCI_INTERRUPT_TYPE_LEGACY) {
        intx_gate(device, VMK_FALSE);
    }
    for (unsigned i = 0; i < device->intr.count; i++) {
        intrArray[i] = device->intr.cookie[i];
    }
    if (numAllocated != NULL) {
        *numAllocated = device->intr.count;
    }
    return VMK_OK;

out_release:
    release(device);
    return status;
}
VMK_EXPORT_SYMBOL(vmk_PCIAllocIntrCookie);

VMK_ReturnStatus vmk_PCIFreeIntrCookie(vmk_ModuleID moduleID, vmk_PCIDevice device)
{
    if (device == NULL) {
        return VMK_BAD_PARAM;
    }
    for (unsigned i = 0; i < device->intr.count; i++) {
        if (intr_find(device->intr.cookie[i])->registered) {
            return VMK_BUSY;
        }
    }
    if (device->intr.type != VMK_PCI_INTERRUPT_TYPE_NONE) {
        release(device);
    }
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIFreeIntrCookie);
