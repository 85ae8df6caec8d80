/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_scan.c - finding buses and functions.
 *
 * Bus numbers and resources are taken as firmware set them. Every bus is visited once, so bridges that
 * firmware left pointing at each other end the walk, not the machine.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/heap.h>
#include <core/pci.h>
#include <core/pci_config.h>
#include <core/pci_decode.h>
#include <vmkapi/base/logging.h>

#define DEVICES_PER_BUS      32
#define FUNCTIONS_PER_DEVICE 8

vmk_ListLinks pci_buses = VMK_LIST_INITIALIZER(pci_buses);
vmk_ListLinks pci_devices = VMK_LIST_INITIALIZER(pci_devices);

/** Read all ones' answer from a BAR of @p words words and put its value back. */
static void size_bar(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned words, vmk_PCIResource *bar)
{
    vmk_uint64 value = 0, sized = 0;

    for (unsigned i = 0; i < words; i++) {
        unsigned reg = offset + 4 * i;
        vmk_uint32 word = pci_config_read(addr, reg, 4);

        pci_config_write(addr, reg, 4, ~0u);
        sized |= (vmk_uint64)pci_config_read(addr, reg, 4) << 32 * i;
        pci_config_write(addr, reg, 4, word);
        value |= (vmk_uint64)word << 32 * i;
    }
    pci_decode_bar(value, sized, bar);
}

static void read_bars(vmk_PCIDevice device)
{
    unsigned count = device->header_type == PCI_HEADER_DEVICE   ? VMK_PCI_NUM_BARS
                     : device->header_type == PCI_HEADER_BRIDGE ? 2
                                                                : 0;
    vmk_uint32 command = pci_config_read(&device->addr, PCI_REG_COMMAND, 2);

    /* While a BAR holds all ones it must not decode (PCI 3.0, 6.2.5.1). */
    pci_config_write(&device->addr, PCI_REG_COMMAND, 2,
                     command & ~(VMK_PCI_COMMAND_IO | VMK_PCI_COMMAND_MEMORY));
    for (unsigned i = 0; i < count; i++) {
        unsigned offset = PCI_REG_BAR0 + 4 * i;
        vmk_uint32 low = pci_config_read(&device->addr, offset, 4);
        vmk_Bool wide = pci_bar_is_64(low) && i + 1 < count;

        size_bar(&device->addr, offset, wide ? 2 : 1, &device->bar[i]);
        i += wide;
    }
    pci_config_write(&device->addr, PCI_REG_COMMAND, 2, command);
}

/** Whether the command register's INTx disable bit sticks: it came with PCI 2.3. */
static vmk_Bool probe_intx_disable(const vmk_PCIDeviceAddr *addr)
{
    vmk_uint32 command = pci_config_read(addr, PCI_REG_COMMAND, 2);

    pci_config_write(addr, PCI_REG_COMMAND, 2, command ^ VMK_PCI_COMMAND_INTX_DISABLE);
    vmk_uint32 flipped = pci_config_read(addr, PCI_REG_COMMAND, 2);
    pci_config_write(addr, PCI_REG_COMMAND, 2, command);
    return ((command ^ flipped) & VMK_PCI_COMMAND_INTX_DISABLE) != 0;
}

static void read_identity(vmk_PCIDevice device)
{
    const vmk_PCIDeviceAddr *addr = &device->addr;
    vmk_uint32 class_word = pci_config_read(addr, PCI_REG_REVISION, 4);

    device->header_type =
        (vmk_uint8)(pci_config_read(addr, PCI_REG_HEADER_TYPE, 1) & ~PCI_HEADER_MULTIFUNCTION);
    device->id.vendorID = (vmk_uint16)pci_config_read(addr, PCI_REG_VENDOR, 2);
    device->id.deviceID = (vmk_uint16)pci_config_read(addr, PCI_REG_DEVICE, 2);
    device->id.revisionID = (vmk_uint8)class_word;
    device->id.progIF = (vmk_uint8)(class_word >> 8);
    device->id.classCode = (vmk_uint16)(class_word >> 16);
    if (device->header_type == PCI_HEADER_DEVICE) {
        device->id.subVendorID = (vmk_uint16)pci_config_read(addr, PCI_REG_SUBSYSTEM_VENDOR, 2);
        device->id.subDeviceID = (vmk_uint16)pci_config_read(addr, PCI_REG_SUBSYSTEM, 2);
    }
    vmk_uint32 pin = pci_config_read(addr, PCI_REG_INTERRUPT_PIN, 1);
    device->intx_pin = pin <= 4 ? (vmk_uint8)pin : 0;
    device->intx_maskable = device->intx_pin != 0 && probe_intx_disable(addr);
}

static void read_capabilities(vmk_PCIDevice device)
{
    const struct {
        vmk_uint8 id;
        vmk_uint16 *offset;
    } wanted[] = {
        {PCI_CAP_POWER, &device->cap.pm},  {PCI_CAP_MSI, &device->cap.msi},
        {PCI_CAP_MSIX, &device->cap.msix}, {PCI_CAP_EXPRESS, &device->cap.express},
        {PCI_CAP_PCIX, &device->cap.pcix},
    };

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(wanted); i++) {
        *wanted[i].offset =
            (vmk_uint16)pci_find_capability(pci_config_read_word, &device->addr, wanted[i].id);
    }
}

static vmk_uint32 address_order(const vmk_PCIDeviceAddr *addr)
{
    return (vmk_uint32)addr->seg << 16 | (vmk_uint32)addr->bus << 8 | (vmk_uint32)addr->dev << 3 | addr->fn;
}

static void insert_by_address(vmk_PCIDevice device)
{
    vmk_ListLinks *before = vmk_ListLast(&pci_devices);

    while (!vmk_ListIsAtEnd(&pci_devices, before) &&
           address_order(&VMK_LIST_ENTRY(before, struct vmk_PCIDeviceInt, links)->addr) >
               address_order(&device->addr)) {
        before = vmk_ListPrev(before);
    }
    vmk_ListInsert(&device->links, before);
}

static VMK_ReturnStatus add_function(struct pci_bus *bus, const vmk_PCIDeviceAddr *addr, vmk_PCIDevice *added)
{
    vmk_PCIDevice device = vmk_HeapZalloc(heap_kernel, sizeof(*device));

    if (device == NULL) {
        return VMK_NO_MEMORY;
    }
    device->bus = bus;
    device->addr = *addr;
    vmk_SpinlockInit(&device->lock, "pci-device", VMK_RANK_PCI);
    pci_format_address(addr, device->name, sizeof(device->name));
    read_identity(device);
    read_capabilities(device);
    read_bars(device);
    insert_by_address(device);
    *added = device;
    return VMK_OK;
}

static struct pci_bus *find_bus(vmk_uint16 seg, vmk_uint8 number)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_buses, item) {
        struct pci_bus *bus = VMK_LIST_ENTRY(item, struct pci_bus, links);
        if (bus->seg == seg && bus->number == number) {
            return bus;
        }
    }
    return NULL;
}

static VMK_ReturnStatus add_bus(vmk_uint16 seg, vmk_uint8 number, vmk_PCIDevice bridge, acpi_node node)
{
    if (find_bus(seg, number) != NULL) {
        vmk_WarningMessage("bus %04x:%02x is claimed twice: by %s as well", seg, number,
                           bridge != NULL ? bridge->name : "a host bridge");
        return VMK_OK;
    }
    struct pci_bus *bus = vmk_HeapZalloc(heap_kernel, sizeof(*bus));
    if (bus == NULL) {
        return VMK_NO_MEMORY;
    }
    bus->seg = seg;
    bus->number = number;
    bus->bridge = bridge;
    bus->node = node;
    vmk_ListInsert(&bus->links, vmk_ListAtRear(&pci_buses));
    return pci_config_map_bus(seg, number);
}

/** Add the bus behind a bridge, unless firmware left the bridge unconfigured. */
static VMK_ReturnStatus add_bus_behind(vmk_PCIDevice bridge)
{
    vmk_uint8 secondary = (vmk_uint8)pci_config_read(&bridge->addr, PCI_REG_SECONDARY_BUS, 1);

    if (secondary <= bridge->addr.bus) {
        vmk_WarningMessage("%s: firmware gave this bridge no bus: what is behind it stays unseen",
                           bridge->name);
        return VMK_OK;
    }
    return add_bus(bridge->addr.seg, secondary, bridge,
                   acpi_pci_child(bridge->bus->node, bridge->addr.dev, bridge->addr.fn));
}

static VMK_ReturnStatus scan_function(struct pci_bus *bus, const vmk_PCIDeviceAddr *addr)
{
    vmk_PCIDevice device;
    vmk_StatusValue status = add_function(bus, addr, &device);

    if (status == VMK_OK && device->header_type == PCI_HEADER_BRIDGE) {
        status = add_bus_behind(device);
    }
    return status;
}

static VMK_ReturnStatus scan_bus(struct pci_bus *bus)
{
    vmk_PCIDeviceAddr addr = {.seg = bus->seg, .bus = bus->number};
    vmk_StatusValue status = VMK_OK;

    for (unsigned i = 0; i < DEVICES_PER_BUS * FUNCTIONS_PER_DEVICE && status == VMK_OK; i++) {
        addr.dev = (vmk_uint8)(i / FUNCTIONS_PER_DEVICE);
        addr.fn = (vmk_uint8)(i % FUNCTIONS_PER_DEVICE);
        vmk_Bool present = pci_config_read(&addr, PCI_REG_VENDOR, 2) != 0xffff;

        if (present) {
            status = scan_function(bus, &addr);
        }
        if (addr.fn == 0 &&
            !(present && pci_config_read(&addr, PCI_REG_HEADER_TYPE, 1) & PCI_HEADER_MULTIFUNCTION)) {
            i += FUNCTIONS_PER_DEVICE - 1;
        }
    }
    return status;
}

static VMK_ReturnStatus add_root_buses(void)
{
    struct acpi_host_bridge root;
    vmk_StatusValue status = VMK_OK;
    unsigned n = 0;

    while (status == VMK_OK && acpi_host_bridge_get(n, &root) == VMK_OK) {
        status = add_bus(root.seg, root.bus, NULL, root.node);
        n++;
    }
    return n != 0 ? status : add_bus(0, 0, NULL, NULL);
}

VMK_ReturnStatus pci_scan(void)
{
    vmk_StatusValue status = add_root_buses();
    vmk_ListLinks *item;

    /* Buses found on the way join at the list's end, so this visits them as well. */
    VMK_LIST_FORALL (&pci_buses, item) {
        if (status != VMK_OK) {
            break;
        }
        status = scan_bus(VMK_LIST_ENTRY(item, struct pci_bus, links));
    }
    return status;
}

VMK_ReturnStatus pci_route_intx(vmk_PCIDevice device, struct acpi_interrupt *interrupt)
{
    vmk_uint8 pin = device->intx_pin;

    while (pin != 0) {
        vmk_StatusValue status = acpi_pci_route(device->bus->node, device->addr.dev, pin, interrupt);
        if (status != VMK_NOT_FOUND || device->bus->bridge == NULL) {
            return status;
        }
        pin = (vmk_uint8)((pin - 1 + device->addr.dev) % 4 + 1);
        device = device->bus->bridge;
    }
    return VMK_NOT_FOUND;
}
