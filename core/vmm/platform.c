/* SPDX-License-Identifier: GPL-2.0-only */
#include <core/vmm/platform.h>

#include <core/vmm/vpci.h>

#include "dev/acpi_pm.h"
#include "dev/debug_exit.h"
#include "dev/hpet.h"
#include "dev/i8042.h"
#include "dev/ioapic.h"
#include "dev/pic.h"
#include "dev/pit.h"
#include "dev/pvpanic.h"
#include "dev/rtc.h"
#include "dev/uart.h"

struct platform {
    struct vm *vm;
    vmk_HeapID heap;
    struct pic pic;
    struct ioapic ioapic;
    struct pit pit;
    struct rtc rtc;
    struct hpet hpet;
    struct acpi_pm acpi_pm;
    struct uart uart;
    struct i8042 i8042;
    struct debug_exit debug_exit;
    struct pvpanic pvpanic;
    struct vpci_bus pci;
};

#define PORT_REGIONS(p)                                                                                      \
    {                                                                                                        \
        &(p)->pic.master_ports, &(p)->pic.slave_ports, &(p)->pic.edge_level_ports, &(p)->pit.ports,          \
            &(p)->pit.control_port, &(p)->rtc.ports, &(p)->acpi_pm.ports, &(p)->uart.ports,                  \
            &(p)->i8042.data_port, &(p)->i8042.command_port, &(p)->i8042.control_port,                       \
            &(p)->debug_exit.port, &(p)->pvpanic.port                                                        \
    }
#define MMIO_REGIONS(p)                                                                                      \
    {                                                                                                        \
        &(p)->ioapic.registers, &(p)->hpet.registers                                                         \
    }

static void detach(struct io_bus *bus, struct io_region *const *regions, unsigned count)
{
    while (count-- > 0) {
        io_bus_detach(bus, regions[count]);
    }
}

/** Attach all, or none. */
static VMK_ReturnStatus attach(struct io_bus *bus, struct io_region *const *regions, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        vmk_StatusValue status = io_bus_attach(bus, regions[i]);

        if (status != VMK_OK) {
            detach(bus, regions, i);
            return status;
        }
    }
    return VMK_OK;
}

static void take_legacy(void *arg, bool taken)
{
    struct platform *platform = arg;

    pit_mute(&platform->pit, taken);
    rtc_mute(&platform->rtc, taken);
}

static void detach_all(struct platform *platform)
{
    struct io_region *ports[] = PORT_REGIONS(platform), *mmio[] = MMIO_REGIONS(platform);

    detach(vdev_ports(platform->vm), ports, VMK_ARRAY_SIZE(ports));
    detach(vdev_mmio(platform->vm), mmio, VMK_ARRAY_SIZE(mmio));
}

static VMK_ReturnStatus attach_all(struct platform *platform)
{
    struct io_region *ports[] = PORT_REGIONS(platform), *mmio[] = MMIO_REGIONS(platform);
    vmk_StatusValue status = attach(vdev_ports(platform->vm), ports, VMK_ARRAY_SIZE(ports));

    if (status != VMK_OK) {
        return status;
    }
    status = attach(vdev_mmio(platform->vm), mmio, VMK_ARRAY_SIZE(mmio));
    if (status != VMK_OK) {
        detach(vdev_ports(platform->vm), ports, VMK_ARRAY_SIZE(ports));
        return status;
    }
    status = vpci_bus_init(&platform->pci, platform->vm);
    if (status != VMK_OK) {
        detach_all(platform);
    }
    return status;
}

VMK_ReturnStatus platform_create(struct vm *vm, vmk_HeapID heap, const struct platform_console *console,
                                 struct platform **made)
{
    struct platform *platform = vmk_HeapZalloc(heap, sizeof(*platform));
    vmk_StatusValue status;

    if (platform == NULL) {
        return VMK_NO_MEMORY;
    }
    platform->vm = vm;
    platform->heap = heap;
    pic_init(&platform->pic, vm);
    ioapic_init(&platform->ioapic, vm);
    pit_init(&platform->pit, vm);
    rtc_init(&platform->rtc, vm);
    hpet_init(&platform->hpet, vm, take_legacy, platform);
    acpi_pm_init(&platform->acpi_pm, vm);
    uart_init(&platform->uart, vm, console);
    i8042_init(&platform->i8042, vm);
    debug_exit_init(&platform->debug_exit, vm);
    pvpanic_init(&platform->pvpanic, vm);
    status = attach_all(platform);
    if (status != VMK_OK) {
        vmk_HeapFree(heap, platform);
        return status;
    }
    *made = platform;
    return VMK_OK;
}

/** All but PCI functions; no timer is armed then. */
static void reset_devices(struct platform *platform)
{
    vdev_lock(platform->vm);
    pic_reset(&platform->pic);
    ioapic_reset(&platform->ioapic);
    pit_reset(&platform->pit);
    rtc_reset(&platform->rtc);
    hpet_reset(&platform->hpet);
    acpi_pm_reset(&platform->acpi_pm);
    uart_reset(&platform->uart);
    i8042_reset(&platform->i8042);
    vdev_unlock(platform->vm);
}

void platform_reset(struct platform *platform)
{
    vpci_bus_reset(&platform->pci);
    reset_devices(platform);
}

void platform_destroy(struct platform *platform)
{
    reset_devices(platform);
    vpci_bus_detach(&platform->pci);
    detach_all(platform);
    vmk_HeapFree(platform->heap, platform);
}

void platform_irq_set(struct platform *platform, unsigned gsi, bool high)
{
    if (gsi >= PLATFORM_GSIS) {
        return;
    }
    ioapic_irq_set(&platform->ioapic, gsi, high);
    if (gsi == PLATFORM_GSI_PIT) {
        pic_irq_set(&platform->pic, 0, high);
    } else if (gsi < PLATFORM_GSI_PCI) {
        pic_irq_set(&platform->pic, gsi, high);
    }
}

void platform_eoi(struct platform *platform, vmk_uint8 vector)
{
    ioapic_eoi(&platform->ioapic, vector);
}

bool platform_extint_pending(const struct platform *platform)
{
    return pic_pending(&platform->pic);
}

int platform_extint_take(struct platform *platform)
{
    int vector = PLATFORM_NO_VECTOR;

    vdev_lock(platform->vm);
    if (pic_pending(&platform->pic)) {
        vector = pic_acknowledge(&platform->pic);
    }
    vdev_unlock(platform->vm);
    return vector;
}

vmk_ByteCount platform_input(struct platform *platform, const void *bytes, vmk_ByteCount len)
{
    vmk_ByteCount taken;

    vdev_lock(platform->vm);
    taken = uart_receive(&platform->uart, bytes, len);
    vdev_unlock(platform->vm);
    return taken;
}

void platform_power_button(struct platform *platform)
{
    vdev_lock(platform->vm);
    acpi_pm_power_button(&platform->acpi_pm);
    vdev_unlock(platform->vm);
}

struct vpci_bus *platform_pci(struct platform *platform)
{
    return &platform->pci;
}
