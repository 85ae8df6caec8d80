/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi.c - ACPI comes up; host bridges, ECAM ranges.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_osl.h"
#include "acpi_power.h"

#include <core/acpi.h>
#include <vmkapi/base/logging.h>

#define HOST_BRIDGES_MAX 16

static struct acpi_host_bridge host_bridges[HOST_BRIDGES_MAX];
static unsigned host_bridge_count;
static const struct acpi_table_mcfg *mcfg;

/** Tell firmware that interrupts go by IOAPIC (ACPI 6.4, 5.8.1). */
static void announce_apic_mode(void)
{
    union acpi_object mode = {.integer = {.type = ACPI_TYPE_INTEGER, .value = 1}};
    struct acpi_object_list args = {.count = 1, .pointer = &mode};
    acpi_status status = acpi_evaluate_object(NULL, "\\_PIC", &args, NULL);

    if (ACPI_FAILURE(status) && status != AE_NOT_FOUND) {
        vmk_WarningMessage("\\_PIC failed (%s): interrupt routing may be wrong",
                           acpi_format_exception(status));
    }
}

static vmk_uint64 evaluate_integer(acpi_handle node, const char *name, vmk_uint64 otherwise)
{
    union acpi_object result;
    struct acpi_buffer buffer = {.length = sizeof(result), .pointer = &result};
    acpi_status status =
        acpi_evaluate_object_typed(node, (acpi_string)name, NULL, &buffer, ACPI_TYPE_INTEGER);

    return ACPI_SUCCESS(status) ? result.integer.value : otherwise;
}

/** Keep the largest window below 4 GiB. Called for each resource of a host bridge. */
static acpi_status note_window(struct acpi_resource *resource, void *context)
{
    struct acpi_host_bridge *bridge = context;
    struct acpi_resource_address64 range;
    const struct acpi_address64_attribute *at = &range.address;

    if (ACPI_FAILURE(acpi_resource_to_address64(resource, &range)) ||
        range.resource_type != ACPI_MEMORY_RANGE || range.producer_consumer != ACPI_PRODUCER) {
        return AE_OK;
    }
    vmk_uint64 base = at->minimum + at->translation_offset, end = base + at->address_length;
    if (end <= 1ul << 32 && end - base > bridge->mem_end - bridge->mem_base) {
        bridge->mem_base = base;
        bridge->mem_end = end;
    }
    return AE_OK;
}

/** Called for each device that is, or is compatible with, a PCI host bridge. */
static acpi_status note_host_bridge(acpi_handle node, u32 level, void *context, void **result)
{
    if (host_bridge_count == HOST_BRIDGES_MAX) {
        vmk_WarningMessage("more than %d PCI host bridges: the others are left out", HOST_BRIDGES_MAX);
        return AE_CTRL_TERMINATE;
    }
    struct acpi_host_bridge *bridge = &host_bridges[host_bridge_count++];

    bridge->node = node;
    bridge->seg = (vmk_uint16)evaluate_integer(node, METHOD_NAME__SEG, 0);
    bridge->bus = (vmk_uint8)evaluate_integer(node, METHOD_NAME__BBN, 0);
    acpi_status status = acpi_walk_resources(node, METHOD_NAME__CRS, note_window, bridge);
    if (ACPI_FAILURE(status)) {
        vmk_WarningMessage("host bridge of bus %02x: _CRS failed (%s)", bridge->bus,
                           acpi_format_exception(status));
    }
    return AE_OK;
}

/** Say which step failed; ACPICA has written why. */
static VMK_ReturnStatus report(const char *step, acpi_status status)
{
    if (ACPI_FAILURE(status)) {
        vmk_WarningMessage("%s failed: %s", step, acpi_format_exception(status));
    }
    return acpi_to_status(status);
}

static VMK_ReturnStatus start_interpreter(void)
{
    vmk_StatusValue status = report("start", acpi_initialize_subsystem());

    if (status == VMK_OK) {
        status = report("reading the table of tables", acpi_initialize_tables(NULL, 16, FALSE));
    }
    if (status == VMK_OK) {
        status = report("loading the namespace", acpi_load_tables());
    }
    if (status == VMK_OK) {
        status = report("taking over the hardware", acpi_enable_subsystem(ACPI_FULL_INITIALIZATION));
    }
    return status;
}

VMK_ReturnStatus acpi_init(void)
{
    if (acpi_os_get_root_pointer() == 0) {
        vmk_WarningMessage("firmware has no ACPI tables: no power-off, and no interrupts by pin");
        return VMK_NOT_FOUND;
    }
    vmk_StatusValue status = start_interpreter();
    if (status != VMK_OK) {
        return status;
    }
    announce_apic_mode();
    /* A device whose _INI fails is its own loss: the others are initialised all the same. */
    status = report("initialising devices", acpi_initialize_objects(ACPI_FULL_INITIALIZATION));

    acpi_get_devices(PCI_ROOT_HID_STRING, note_host_bridge, NULL, NULL);
    struct acpi_table_header *table;
    if (ACPI_SUCCESS(acpi_get_table(ACPI_SIG_MCFG, 1, &table))) {
        mcfg = (const struct acpi_table_mcfg *)table;
    }
    acpi_power_init();
    vmk_LogMessage("%u host bridge(s), interpreter %x", host_bridge_count, ACPI_CA_VERSION);
    return status;
}

VMK_ReturnStatus acpi_host_bridge_get(unsigned n, struct acpi_host_bridge *bridge)
{
    if (n >= host_bridge_count) {
        return VMK_NOT_FOUND;
    }
    *bridge = host_bridges[n];
    return VMK_OK;
}

VMK_ReturnStatus acpi_ecam_get(unsigned n, struct acpi_ecam *ecam)
{
    const struct acpi_mcfg_allocation *entry;

    if (mcfg == NULL || sizeof(*mcfg) + (n + 1) * sizeof(*entry) > mcfg->header.length) {
        return VMK_NOT_FOUND;
    }
    entry = (const struct acpi_mcfg_allocation *)(mcfg + 1) + n;
    *ecam = (struct acpi_ecam){.base = entry->address,
                               .seg = entry->pci_segment,
                               .first_bus = entry->start_bus_number,
                               .last_bus = entry->end_bus_number};
    return VMK_OK;
}

acpi_node acpi_pci_child(acpi_node bus, vmk_uint8 dev, vmk_uint8 fn)
{
    vmk_uint64 wanted = (vmk_uint64)dev << 16 | fn;
    acpi_handle child = NULL;

    if (bus == NULL) {
        return NULL;
    }
    while (ACPI_SUCCESS(acpi_get_next_object(ACPI_TYPE_DEVICE, bus, child, &child))) {
        if (evaluate_integer(child, METHOD_NAME__ADR, ~0ul) == wanted) {
            return child;
        }
    }
    return NULL;
}
