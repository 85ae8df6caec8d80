/* SPDX-License-Identifier: GPL-2.0-only */
#include "dsdt.h"

#include <core/vmm/platform.h>
#include <core/vmm/vpci.h>

#include "aml.h"

#define CONFIG_PORTS      0xcf8u
#define CONFIG_PORTS_LEN  8u
#define ECAM_BYTES        0x100000u
#define HPET_BYTES        0x400u
#define FUNCTIONS_OF_SLOT 0xffffu
#define PIN_A             0u

/** A device of the ISA bus: an ID, ports, an interrupt. */
static void isa_device(struct table_area *area, const char *name, const char *id, vmk_uint16 base,
                       vmk_uint8 len, unsigned irq)
{
    unsigned device = aml_device_begin(area, name), resources;

    aml_name_eisa(area, "_HID", id);
    resources = aml_resources_begin(area);
    aml_resource_ports(area, base, len);
    aml_resource_irq(area, irq);
    aml_resources_end(area, resources);
    aml_end(area, device);
}

static void memory_device(struct table_area *area, const char *name, const char *id, vmk_uint32 base,
                          vmk_uint32 len)
{
    unsigned device = aml_device_begin(area, name), resources;

    aml_name_eisa(area, "_HID", id);
    resources = aml_resources_begin(area);
    aml_resource_memory(area, base, len);
    aml_resources_end(area, resources);
    aml_end(area, device);
}

/** What belongs to no driver, so that nothing else is put there. */
static void board_device(struct table_area *area)
{
    unsigned device = aml_device_begin(area, "MBRD"), resources;

    aml_name_eisa(area, "_HID", "PNP0C02");
    resources = aml_resources_begin(area);
    aml_resource_memory(area, VPCI_ECAM_BASE, ECAM_BYTES);
    aml_resource_ports(area, PLATFORM_PM_BASE, PLATFORM_PM_BYTES);
    aml_resource_ports(area, 0x4d0, 2);
    aml_resources_end(area, resources);
    aml_end(area, device);
}

static void pvpanic_device(struct table_area *area)
{
    unsigned device = aml_device_begin(area, "PEVT"), resources;

    aml_name_string(area, "_HID", "QEMU0001");
    resources = aml_resources_begin(area);
    aml_resource_ports(area, PLATFORM_PVPANIC, 1);
    aml_resources_end(area, resources);
    aml_end(area, device);
}

static void pci_resources(struct table_area *area)
{
    unsigned resources = aml_resources_begin(area);

    aml_window_bus(area, 0, 0);
    aml_resource_ports(area, CONFIG_PORTS, CONFIG_PORTS_LEN);
    aml_window_ports(area, 0, CONFIG_PORTS - 1);
    aml_window_ports(area, CONFIG_PORTS + CONFIG_PORTS_LEN, 0xffff);
    aml_window_memory(area, VPCI_WINDOW_BASE, VPCI_WINDOW_END - 1);
    aml_resources_end(area, resources);
}

/** 6.2.13: which line INTA# of each slot is wired to. */
static void pci_routing(struct table_area *area)
{
    unsigned routing = aml_package_begin(area, "_PRT", VPCI_SLOTS - 1);

    for (unsigned slot = 1; slot < VPCI_SLOTS; slot++) {
        unsigned entry = aml_element_begin(area, 4);

        aml_integer(area, (vmk_uint64)slot << 16 | FUNCTIONS_OF_SLOT);
        aml_integer(area, PIN_A);
        aml_integer(area, 0); /* Hard-wired: what follows is the line itself. */
        aml_integer(area, PLATFORM_GSI_PCI + slot % 4);
        aml_end(area, entry);
    }
    aml_end(area, routing);
}

/** A conventional host bridge: nothing of PCI Express that an operating system would have to ask for. */
static void pci_device(struct table_area *area)
{
    unsigned device = aml_device_begin(area, "PCI0");

    aml_name_eisa(area, "_HID", "PNP0A03");
    aml_name_integer(area, "_UID", 0);
    aml_name_integer(area, "_BBN", 0);
    pci_resources(area);
    pci_routing(area);
    aml_end(area, device);
}

void dsdt_put(struct table_area *area)
{
    unsigned scope, sleep;

    scope = aml_scope_begin(area, "\\_SB");
    pci_device(area);
    board_device(area);
    isa_device(area, "RTC", "PNP0B00", 0x70, 2, PLATFORM_GSI_RTC);
    isa_device(area, "COM1", "PNP0501", PLATFORM_UART_BASE, 8, PLATFORM_GSI_UART);
    memory_device(area, "HPET", "PNP0103", PLATFORM_HPET_BASE, HPET_BYTES);
    pvpanic_device(area);
    aml_end(area, scope);

    sleep = aml_package_begin(area, "\\_S5", 4);
    aml_integer(area, PLATFORM_PM_S5);
    aml_integer(area, PLATFORM_PM_S5);
    aml_integer(area, 0);
    aml_integer(area, 0);
    aml_end(area, sleep);
}
