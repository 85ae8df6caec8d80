/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_power.c - power states, power management events, saved registers, PCI-X read size.
 */
#define VMK_LOG_MODULE "PCI"

#include <core/pci.h>
#include <core/pci_config.h>
#include <vmkapi/base/export.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>

/* How long a state change takes (PCI power management 1.2, 5.4): to or from D3hot, to or from D2. */
#define D3_DELAY_US 10000
#define D2_DELAY_US 200

/*
 * PCI Express registers that software sets (PCI Express 5.0, 7.5.3): device, link, slot, root, and the second
 * device, link and slot registers. Version 1 of the capability may end after the first two.
 */
static const vmk_uint16 express_registers[] = {0x08, 0x10, 0x18, 0x1c, 0x28, 0x30, 0x38};
#define EXPRESS_V1_REGISTERS 2

static vmk_uint32 read16(vmk_PCIDevice device, unsigned offset)
{
    return pci_config_read(&device->addr, offset, 2);
}

static void write16(vmk_PCIDevice device, unsigned offset, vmk_uint32 value)
{
    pci_config_write(&device->addr, offset, 2, value);
}

static unsigned express_register_count(vmk_PCIDevice device)
{
    if (device->cap.express == 0) {
        return 0;
    }
    vmk_uint32 version = read16(device, device->cap.express + PCI_EXPRESS_FLAGS) & PCI_EXPRESS_VERSION;
    return version >= 2 ? VMK_ARRAY_SIZE(express_registers) : EXPRESS_V1_REGISTERS;
}

static vmk_PCIPowerState power_state(vmk_PCIDevice device)
{
    return device->cap.pm == 0
               ? VMK_PCI_POWER_D0
               : (vmk_PCIPowerState)(read16(device, device->cap.pm + PCI_PM_CONTROL) & PCI_PM_CTRL_STATE);
}

static vmk_Bool has_power_state(vmk_PCIDevice device, vmk_PCIPowerState state)
{
    if (state == VMK_PCI_POWER_D0) {
        return VMK_TRUE;
    }
    if (device->cap.pm == 0) {
        return VMK_FALSE;
    }
    vmk_uint32 capabilities = read16(device, device->cap.pm + PCI_PM_CAPABILITIES);
    return state == VMK_PCI_POWER_D3HOT || (state == VMK_PCI_POWER_D1 && (capabilities & PCI_PM_CAP_D1)) ||
           (state == VMK_PCI_POWER_D2 && (capabilities & PCI_PM_CAP_D2));
}

static void wait_for_transition(vmk_PCIPowerState from, vmk_PCIPowerState to)
{
    if (from == VMK_PCI_POWER_D3HOT || to == VMK_PCI_POWER_D3HOT) {
        vmk_uint64 end = vmk_GetTimerCycles() + D3_DELAY_US * VMK_NSEC_PER_USEC;
        vmk_StatusValue status = VMK_OK;

        /* A world about to die gets no sleep, and owes the device its time all the same. */
        while (vmk_GetTimerCycles() < end && status == VMK_OK) {
            status = vmk_WorldSleep(D3_DELAY_US);
        }
        if (status != VMK_OK) {
            vmk_DelayUsecs(D3_DELAY_US);
        }
    } else if (from == VMK_PCI_POWER_D2 || to == VMK_PCI_POWER_D2) {
        vmk_DelayUsecs(D2_DELAY_US);
    }
}

VMK_ReturnStatus vmk_PCISetPowerState(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_PCIPowerState state)
{
    if (device == NULL || state > VMK_PCI_POWER_D3HOT) {
        return VMK_BAD_PARAM;
    }
    if (!has_power_state(device, state)) {
        return VMK_NOT_SUPPORTED;
    }
    vmk_PCIPowerState old = power_state(device);
    if (old == state) {
        return VMK_OK;
    }
    /* Writing the event bit back as it reads would clear the event. */
    pci_config_update(&device->addr, device->cap.pm + PCI_PM_CONTROL, 2,
                      PCI_PM_CTRL_STATE | PCI_PM_CTRL_PME_STATUS, state);
    wait_for_transition(old, state);
    return power_state(device) == state ? VMK_OK : VMK_TIMEOUT;
}
VMK_EXPORT_SYMBOL(vmk_PCISetPowerState);

VMK_ReturnStatus vmk_PCIGetPowerState(vmk_PCIDevice device, vmk_PCIPowerState *state)
{
    if (device == NULL || state == NULL) {
        return VMK_BAD_PARAM;
    }
    *state = power_state(device);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIGetPowerState);

VMK_ReturnStatus vmk_PCIEnablePME(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_PCIPowerState state)
{
    if (device == NULL || state > VMK_PCI_POWER_D3HOT) {
        return VMK_BAD_PARAM;
    }
    if (device->cap.pm == 0 || (read16(device, device->cap.pm + PCI_PM_CAPABILITIES) &
                                (1u << (PCI_PM_CAP_PME_SHIFT + state))) == 0) {
        return VMK_NOT_SUPPORTED;
    }
    pci_config_update(&device->addr, device->cap.pm + PCI_PM_CONTROL, 2, 0,
                      PCI_PM_CTRL_PME | PCI_PM_CTRL_PME_STATUS);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIEnablePME);

VMK_ReturnStatus vmk_PCIDisablePME(vmk_ModuleID moduleID, vmk_PCIDevice device)
{
    if (device == NULL) {
        return VMK_BAD_PARAM;
    }
    if (device->cap.pm == 0) {
        return VMK_NOT_SUPPORTED;
    }
    pci_config_update(&device->addr, device->cap.pm + PCI_PM_CONTROL, 2, PCI_PM_CTRL_PME,
                      PCI_PM_CTRL_PME_STATUS);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIDisablePME);

VMK_ReturnStatus vmk_PCISaveState(vmk_ModuleID moduleID, vmk_PCIDevice device)
{
    if (device == NULL) {
        return VMK_BAD_PARAM;
    }
    struct pci_saved_state *saved = &device->saved;
    unsigned express_count = express_register_count(device);

    for (unsigned i = 0; i < VMK_ARRAY_SIZE(saved->header); i++) {
        saved->header[i] = pci_config_read(&device->addr, 4 * i, 4);
    }
    for (unsigned i = 0; i < express_count; i++) {
        saved->express[i] = (vmk_uint16)read16(device, device->cap.express + express_registers[i]);
    }
    if (device->cap.pcix != 0) {
        saved->pcix = (vmk_uint16)read16(device, device->cap.pcix + PCI_PCIX_COMMAND);
    }
    saved->header[PCI_REG_COMMAND / 4] &= 0xffff; /* The status half clears what is written to it. */
    saved->valid = VMK_TRUE;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCISaveState);

VMK_ReturnStatus vmk_PCIRestoreState(vmk_ModuleID moduleID, vmk_PCIDevice device)
{
    if (device == NULL) {
        return VMK_BAD_PARAM;
    }
    struct pci_saved_state *saved = &device->saved;
    unsigned express_count = express_register_count(device);

    if (!saved->valid) {
        return VMK_NOT_FOUND;
    }
    for (unsigned i = 0; i < express_count; i++) {
        write16(device, device->cap.express + express_registers[i], saved->express[i]);
    }
    /* Backwards, so that the BARs are right before the command register lets them decode. */
    for (unsigned i = VMK_ARRAY_SIZE(saved->header); i-- > 0;) {
        pci_config_write(&device->addr, 4 * i, 4, saved->header[i]);
    }
    if (device->cap.pcix != 0) {
        write16(device, device->cap.pcix + PCI_PCIX_COMMAND, saved->pcix);
    }
    saved->valid = VMK_FALSE;
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIRestoreState);

VMK_ReturnStatus vmk_PCIGetMMRBC(vmk_PCIDevice device, vmk_uint32 *bytes)
{
    if (device == NULL || bytes == NULL) {
        return VMK_BAD_PARAM;
    }
    if (device->cap.pcix == 0) {
        return VMK_NOT_SUPPORTED;
    }
    vmk_uint32 command = read16(device, device->cap.pcix + PCI_PCIX_COMMAND);
    *bytes = 512u << ((command & PCI_PCIX_MMRBC_MASK) >> PCI_PCIX_MMRBC_SHIFT);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCIGetMMRBC);

VMK_ReturnStatus vmk_PCISetMMRBC(vmk_ModuleID moduleID, vmk_PCIDevice device, vmk_uint32 bytes)
{
    vmk_uint32 code = 0;

    while (code < 4 && 512u << code != bytes) {
        code++;
    }
    if (device == NULL || code == 4) {
        return VMK_BAD_PARAM;
    }
    if (device->cap.pcix == 0) {
        return VMK_NOT_SUPPORTED;
    }
    vmk_uint32 status = pci_config_read(&device->addr, device->cap.pcix + PCI_PCIX_STATUS, 4);
    if (code > ((status >> PCI_PCIX_DESIGNED_SHIFT) & 3u)) {
        return VMK_NOT_SUPPORTED;
    }
    pci_config_update(&device->addr, device->cap.pcix + PCI_PCIX_COMMAND, 2, PCI_PCIX_MMRBC_MASK,
                      code << PCI_PCIX_MMRBC_SHIFT);
    return VMK_OK;
}
VMK_EXPORT_SYMBOL(vmk_PCISetMMRBC);
