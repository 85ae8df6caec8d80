/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_osl_hw.c - what ACPICA asks of its host: ports, memory, configuration space, its interrupt.
 */
#define VMK_LOG_MODULE "ACPI"

#include "acpi_osl.h"

#include <core/intr.h>
#include <core/irq_vector.h>
#include <core/pci_config.h>
#include <vmkapi/base/logging.h>
#include <vmkapi/platform/x86/ioport.h>

acpi_status acpi_os_read_port(acpi_io_address address, u32 *value, u32 width)
{
    vmk_IOPortAddr port = (vmk_IOPortAddr)address;

    switch (width) {
    case 8:
        *value = vmk_IOPortRead8(port);
        return AE_OK;
    case 16:
        *value = vmk_IOPortRead16(port);
        return AE_OK;
    case 32:
        *value = vmk_IOPortRead32(port);
        return AE_OK;
    default:
        return AE_BAD_PARAMETER;
    }
}

acpi_status acpi_os_write_port(acpi_io_address address, u32 value, u32 width)
{
    vmk_IOPortAddr port = (vmk_IOPortAddr)address;

    switch (width) {
    case 8:
        vmk_IOPortWrite8(port, (vmk_uint8)value);
        return AE_OK;
    case 16:
        vmk_IOPortWrite16(port, (vmk_uint16)value);
        return AE_OK;
    case 32:
        vmk_IOPortWrite32(port, value);
        return AE_OK;
    default:
        return AE_BAD_PARAMETER;
    }
}

static acpi_status load(const volatile void *from, u64 *value, u32 width)
{
    switch (width) {
    case 8:
        *value = *(const volatile u8 *)from;
        return AE_OK;
    case 16:
        *value = *(const volatile u16 *)from;
        return AE_OK;
    case 32:
        *value = *(const volatile u32 *)from;
        return AE_OK;
    case 64:
        *value = *(const volatile u64 *)from;
        return AE_OK;
    default:
        return AE_BAD_PARAMETER;
    }
}

static acpi_status store(volatile void *to, u64 value, u32 width)
{
    switch (width) {
    case 8:
        *(volatile u8 *)to = (u8)value;
        return AE_OK;
    case 16:
        *(volatile u16 *)to = (u16)value;
        return AE_OK;
    case 32:
        *(volatile u32 *)to = (u32)value;
        return AE_OK;
    case 64:
        *(volatile u64 *)to = value;
        return AE_OK;
    default:
        return AE_BAD_PARAMETER;
    }
}

acpi_status acpi_os_read_memory(acpi_physical_address address, u64 *value, u32 width)
{
    void *mapped = acpi_os_map_memory(address, width / 8);

    if (mapped == NULL) {
        return AE_NO_MEMORY;
    }
    acpi_status status = load(mapped, value, width);
    acpi_os_unmap_memory(mapped, width / 8);
    return status;
}

acpi_status acpi_os_write_memory(acpi_physical_address address, u64 value, u32 width)
{
    void *mapped = acpi_os_map_memory(address, width / 8);

    if (mapped == NULL) {
        return AE_NO_MEMORY;
    }
    acpi_status status = store(mapped, value, width);
    acpi_os_unmap_memory(mapped, width / 8);
    return status;
}

static vmk_Bool config_access_valid(const struct acpi_pci_id *id, u32 reg, u32 width)
{
    return (width == 8 || width == 16 || width == 32) && reg % (width / 8) == 0 &&
           reg + width / 8 <= VMK_PCI_EXT_CONFIG_SIZE && id->bus <= 0xff && id->device <= 31 &&
           id->function <= 7;
}

static vmk_PCIDeviceAddr pci_address(const struct acpi_pci_id *id)
{
    return (vmk_PCIDeviceAddr){.seg = id->segment,
                               .bus = (vmk_uint8)id->bus,
                               .dev = (vmk_uint8)id->device,
                               .fn = (vmk_uint8)id->function};
}

acpi_status acpi_os_read_pci_configuration(struct acpi_pci_id *pci_id, u32 reg, u64 *value, u32 width)
{
    if (!config_access_valid(pci_id, reg, width)) {
        return AE_BAD_PARAMETER;
    }
    vmk_PCIDeviceAddr addr = pci_address(pci_id);
    *value = pci_config_read(&addr, reg, width / 8);
    return AE_OK;
}

acpi_status acpi_os_write_pci_configuration(struct acpi_pci_id *pci_id, u32 reg, u64 value, u32 width)
{
    if (!config_access_valid(pci_id, reg, width)) {
        return AE_BAD_PARAMETER;
    }
    vmk_PCIDeviceAddr addr = pci_address(pci_id);
    pci_config_write(&addr, reg, width / 8, (vmk_uint32)value);
    return AE_OK;
}

/* ACPICA has one interrupt, the system control interrupt. */
static struct sci {
    struct intr_line *line;
    vmk_IntrCookie cookie;
    acpi_osd_handler routine;
    void *context;
} sci;

static VMK_ReturnStatus acknowledge_sci(void *data, vmk_IntrCookie cookie)
{
    return sci.routine(sci.context) == ACPI_INTERRUPT_HANDLED ? VMK_OK : VMK_NOT_THIS_DEVICE;
}

/** Where the line firmware calls @p interrupt_number leads; level, low where no override says otherwise. */
static VMK_ReturnStatus get_sci_line(u32 interrupt_number)
{
    unsigned flags = IOAPIC_EDGE_HIGH;
    vmk_uint32 gsi = interrupt_number;

    if (interrupt_number < 16) {
        gsi = ioapic_isa_gsi((vmk_uint8)interrupt_number, &flags);
    }
    if ((flags & IOAPIC_LEVEL) == 0) {
        flags = IOAPIC_LEVEL | IOAPIC_ACTIVE_LOW;
    }
    return intr_gsi_get(gsi, flags, &sci.line);
}

acpi_status acpi_os_install_interrupt_handler(u32 interrupt_number, acpi_osd_handler service_routine,
                                              void *context)
{
    vmk_IntrProps props = {
        .deviceName = {"acpi"}, .acknowledgeInterrupt = acknowledge_sci, .handlerData = &sci};

    vmk_StatusValue status = get_sci_line(interrupt_number);
    if (status != VMK_OK) {
        goto out;
    }
    status = intr_alloc(VMK_VMKERNEL_MODULE_ID, sci.line, NULL, NULL, &sci.cookie);
    if (status != VMK_OK) {
        goto out_line;
    }
    sci.routine = service_routine;
    sci.context = context;
    status = vmk_IntrRegister(VMK_VMKERNEL_MODULE_ID, sci.cookie, &props);
    if (status != VMK_OK) {
        goto out_intr;
    }
    status = vmk_IntrEnable(sci.cookie);
    return status == VMK_OK ? AE_OK : AE_ERROR;

out_intr:
    intr_free(sci.cookie);
out_line:
    intr_gsi_put(sci.line);
out:
    vmk_WarningMessage("no interrupt %u for ACPI events: %s", interrupt_number, vmk_StatusToString(status));
    return AE_NOT_ACQUIRED;
}

acpi_status acpi_os_remove_interrupt_handler(u32 interrupt_number, acpi_osd_handler service_routine)
{
    if (vmk_IntrUnregister(VMK_VMKERNEL_MODULE_ID, sci.cookie, &sci) != VMK_OK) {
        return AE_NOT_EXIST;
    }
    intr_free(sci.cookie);
    intr_gsi_put(sci.line);
    return AE_OK;
}
