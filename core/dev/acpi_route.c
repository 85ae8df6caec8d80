/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_route.c - where the pins of a PCI bus lead: _PRT and the link devices it names (ACPI 6.4, 6.2.13).
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_link.h"
#include "acpi_osl.h"

#include <core/acpi.h>
#include <core/irq_vector.h>
#include <vmkapi/base/logging.h>

/** The table's entry for a pin, or NULL. @p pin from 0. */
static const struct acpi_pci_routing_table *find_entry(const struct acpi_buffer *table, vmk_uint8 dev,
                                                       vmk_uint8 pin)
{
    const char *at = table->pointer;

    for (;;) {
        const struct acpi_pci_routing_table *entry = (const struct acpi_pci_routing_table *)at;
        if (entry->length == 0) {
            return NULL;
        }
        if (entry->address >> 16 == dev && entry->pin == pin) {
            return entry;
        }
        at += entry->length;
    }
}

static VMK_ReturnStatus resolve(const struct acpi_pci_routing_table *entry, acpi_handle bus,
                                struct acpi_interrupt *interrupt)
{
    acpi_handle link;

    if (entry->source[0] == '\0') {
        /* Wired to the IOAPIC: PCI's own trigger and polarity. */
        *interrupt =
            (struct acpi_interrupt){.gsi = entry->source_index, .flags = IOAPIC_LEVEL | IOAPIC_ACTIVE_LOW};
        return VMK_OK;
    }
    if (ACPI_FAILURE(acpi_get_handle(bus, (acpi_string)entry->source, &link))) {
        vmk_WarningMessage("_PRT names a link device %s that is not there", entry->source);
        return VMK_BAD_FORMAT;
    }
    return acpi_link_enable(link, entry->source, interrupt);
}

VMK_ReturnStatus acpi_pci_route(acpi_node bus, vmk_uint8 dev, vmk_uint8 pin, struct acpi_interrupt *interrupt)
{
    struct acpi_buffer table = {.length = ACPI_ALLOCATE_BUFFER};
    VMK_ReturnStatus status = VMK_NOT_FOUND;

    if (bus == NULL || ACPI_FAILURE(acpi_get_irq_routing_table(bus, &table))) {
        return VMK_NOT_FOUND;
    }
    const struct acpi_pci_routing_table *entry = find_entry(&table, dev, (vmk_uint8)(pin - 1));
    if (entry != NULL) {
        status = resolve(entry, bus, interrupt);
    }
    acpi_os_free(table.pointer);
    return status;
}
