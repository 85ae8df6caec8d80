/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_route.c - where the pins of a PCI bus lead: _PRT and the link devices it names (ACPI 6.4, 6.2.13).
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_link.h"
#include "acpi_osl.h"

#include <core/acpi.h>
#include <core/heap.h>
#include <core/irq_vector.h>
#include <core/mutex.h>
#include <vmkapi/base/logging.h>

/*
 * Tables read so far. A table holds for as long as the interrupt model does, and some firmware computes it at
 * great length: that of QEMU's `pc` took 0.4 s to read.
 */
struct table {
    struct table *next;
    acpi_handle bus;
    struct acpi_buffer buffer; /* Points nowhere when the bus has none. */
};
static struct mutex tables_mutex = MUTEX_INITIALIZER(tables_mutex, "acpi-routes");
static struct table *tables VMK_GUARDED_BY(tables_mutex);

static const struct table *read_table(acpi_handle bus) VMK_REQUIRES(&tables_mutex)
{
    struct table *table = vmk_HeapZalloc(heap_kernel, sizeof(*table));

    if (table == NULL) {
        return NULL;
    }
    table->bus = bus;
    table->buffer.length = ACPI_ALLOCATE_BUFFER;
    if (ACPI_FAILURE(acpi_get_irq_routing_table(bus, &table->buffer))) {
        table->buffer.pointer = NULL;
    }
    table->next = tables;
    tables = table;
    return table;
}

/** The bus's table, read if it has not been; NULL without memory. */
static const struct table *get_table(acpi_handle bus) VMK_REQUIRES(&tables_mutex)
{
    const struct table *table = tables;

    while (table != NULL && table->bus != bus) {
        table = table->next;
    }
    return table != NULL ? table : read_table(bus);
}

/** The table's entry for a pin, or NULL. @p pin from 0. */
static const struct acpi_pci_routing_table *find_entry(const struct table *table, vmk_uint8 dev,
                                                       vmk_uint8 pin)
{
    const char *at = table->buffer.pointer;

    while (at != NULL) {
        const struct acpi_pci_routing_table *entry = (const struct acpi_pci_routing_table *)at;
        if (entry->length == 0) {
            return NULL;
        }
        if (entry->address >> 16 == dev && entry->pin == pin) {
            return entry;
        }
        at += entry->length;
    }
    return NULL;
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
    vmk_StatusValue status = VMK_NO_MEMORY;

    if (bus == NULL) {
        return VMK_NOT_FOUND;
    }
    mutex_lock(&tables_mutex);
    const struct table *table = get_table(bus);
    if (table != NULL) {
        const struct acpi_pci_routing_table *entry = find_entry(table, dev, (vmk_uint8)(pin - 1));
        status = entry != NULL ? resolve(entry, bus, interrupt) : VMK_NOT_FOUND;
    }
    mutex_unlock(&tables_mutex);
    return status;
}
