/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_pm.h - ACPI's fixed hardware (ACPI 6.4, 4.8): PM1 event and control blocks, power management timer.
 *
 * There is no SMI command port: ACPI is on from the beginning (4.8.2.5).
 */
#ifndef CORE_VMM_DEV_ACPI_PM_H
#define CORE_VMM_DEV_ACPI_PM_H

#include <core/vmm/io_bus.h>
#include <core/vmm/vdev.h>

struct acpi_pm {
    struct vm *vm;
    vmk_uint16 status, enable, control;
    vmk_uint64 settled_ns; /**< The timer's status is right until then. */
    struct vdev_timer alarm;
    struct io_region ports;
};

void acpi_pm_init(struct acpi_pm *pm, struct vm *vm);
void acpi_pm_reset(struct acpi_pm *pm);

/** Somebody pressed the power button: the guest is asked to shut down. */
void acpi_pm_power_button(struct acpi_pm *pm);

#endif
