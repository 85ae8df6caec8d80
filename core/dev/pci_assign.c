/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_assign.c - addresses for memory BARs that firmware left without.
 *
 * Room is looked for in what the bus forwards: behind a bridge its memory window, on a root bus the host
 * bridge's largest window of 32-bit memory. Windows themselves are firmware's and are not moved. Ports are
 * not assigned: no driver here lives by them alone.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/pci.h>
#include <core/pci_config.h>
#include <vmkapi/base/logging.h>

struct window {
    vmk_uint64 base, end;
};

/** The memory a bus forwards; empty when unknown. */
static struct window bus_window(const struct pci_bus *bus)
{
    struct acpi_host_bridge root;

    if (bus->bridge != NULL) {
        /* PCI-to-PCI bridge specification 1.2, 3.2.5.8: the upper 12 bits, the rest is zeros or ones. */
        vmk_uint32 base = pci_config_read(&bus->bridge->addr, PCI_REG_BRIDGE_MEM_BASE, 2) & 0xfff0u;
        vmk_uint32 limit = pci_config_read(&bus->bridge->addr, PCI_REG_BRIDGE_MEM_LIMIT, 2) & 0xfff0u;

        return (struct window){(vmk_uint64)base << 16,
                               limit < base ? 0 : ((vmk_uint64)limit << 16) + 0x100000};
    }
    for (unsigned n = 0; acpi_host_bridge_get(n, &root) == VMK_OK; n++) {
        if (root.seg == bus->seg && root.bus == bus->number) {
            return (struct window){root.mem_base, root.mem_end};
        }
    }
    return (struct window){0, 0};
}

static vmk_Bool is_memory(const vmk_PCIResource *bar)
{
    return bar->size != 0 && (bar->flags & VMK_PCI_BAR_FLAGS_IO) == 0;
}

/** The end of what is in use at @p start and behind, or @p start when @p size bytes there are free. */
static vmk_uint64 end_of_conflict(const vmk_PCIResource *used, vmk_uint64 start, vmk_ByteCount size)
{
    vmk_Bool overlaps =
        is_memory(used) && used->start != 0 && used->start < start + size && start < used->start + used->size;

    return overlaps ? used->start + used->size : start;
}

static vmk_Bool is_behind(const struct pci_bus *bus, vmk_PCIDevice bridge)
{
    while (bus->bridge != NULL && bus->bridge != bridge) {
        bus = bus->bridge->bus;
    }
    return bus->bridge != NULL;
}

/** Move @p start up past everything it would collide with on @p bus. */
static vmk_uint64 skip_conflicts(const struct pci_bus *bus, vmk_uint64 start, vmk_ByteCount size)
{
    vmk_uint64 before;

    do {
        vmk_ListLinks *item;

        before = start;
        VMK_LIST_FORALL (&pci_devices, item) {
            const vmk_PCIDevice other = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);
            struct window behind = {0, 0};

            for (unsigned i = 0; i < VMK_PCI_NUM_BARS; i++) {
                start = end_of_conflict(&other->bar[i], start, size);
            }
            if (other->header_type == PCI_HEADER_BRIDGE && !is_behind(bus, other)) {
                behind = bus_window(&(struct pci_bus){.bridge = other});
            }
            if (behind.base < start + size && start < behind.end) {
                start = behind.end;
            }
        }
        start = (start + size - 1) & ~(size - 1);
    } while (start != before);
    return start;
}

static void write_bar(vmk_PCIDevice device, unsigned index)
{
    const vmk_PCIResource *bar = &device->bar[index];
    unsigned offset = PCI_REG_BAR0 + 4 * index;

    pci_config_write(&device->addr, offset, 4, (vmk_uint32)bar->start);
    if (bar->flags & VMK_PCI_BAR_FLAGS_MEM_64_BITS) {
        pci_config_write(&device->addr, offset + 4, 4, (vmk_uint32)(bar->start >> 32));
    }
}

static vmk_Bool place_bar(vmk_PCIDevice device, unsigned index)
{
    vmk_PCIResource *bar = &device->bar[index];
    struct window window = bus_window(device->bus);
    vmk_uint64 start = (window.base + bar->size - 1) & ~(bar->size - 1);

    if (bar->size <= window.end - window.base) {
        start = skip_conflicts(device->bus, start, bar->size);
    }
    if (start == 0 || start + bar->size > window.end) {
        vmk_WarningMessage("%s: firmware gave BAR %u no address, and there is no room for its 0x%lx bytes",
                           device->name, index, bar->size);
        return VMK_FALSE;
    }
    bar->start = start;
    write_bar(device, index);
    vmk_LogMessage("%s: BAR %u placed at 0x%lx", device->name, index, start);
    return VMK_TRUE;
}

unsigned pci_assign_bars(void)
{
    unsigned placed = 0;
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);

        for (unsigned i = 0; i < VMK_PCI_NUM_BARS; i++) {
            if (is_memory(&device->bar[i]) && device->bar[i].start == 0) {
                placed += place_bar(device, i);
            }
        }
    }
    return placed;
}
