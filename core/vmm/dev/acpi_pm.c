/* SPDX-License-Identifier: GPL-2.0-only */
#include "acpi_pm.h"

#include <core/vmm/platform.h>

#include "period.h"

#define TIMER_HZ         3579545ul
#define TIMER_HALF       (1ul << 31) /* Ticks after which its uppermost bit changes. */

#define PM1_TIMER        0x0001u
#define PM1_POWER_BUTTON 0x0100u
#define PM1_STATUS       0x8731u /* Those that are written 1 to clear. */
#define PM1_ENABLE       0x0721u

#define CONTROL_SCI      0x0001u
#define CONTROL_WRITABLE 0x1c02u
#define CONTROL_TYPE(c)  ((c) >> 10 & 7u)
#define CONTROL_SLEEP    0x2000u

#define STATUS           PLATFORM_PM_EVENT
#define ENABLE           (PLATFORM_PM_EVENT + 2)

static vmk_uint64 ticks(const struct acpi_pm *pm)
{
    return ticks_of_ns(vdev_now_ns(pm->vm), TIMER_HZ);
}

/** Bring status, line and alarm up to the clock. */
static void update(struct acpi_pm *pm)
{
    vmk_uint64 halves = ticks(pm) / TIMER_HALF, due = VDEV_NEVER;

    if (halves != ticks_of_ns(pm->settled_ns, TIMER_HZ) / TIMER_HALF) {
        pm->status |= PM1_TIMER;
    }
    pm->settled_ns = vdev_now_ns(pm->vm);
    vdev_irq_set(pm->vm, PLATFORM_GSI_SCI, (pm->status & pm->enable) != 0);
    if ((pm->enable & PM1_TIMER) != 0) {
        due = ns_of_ticks((halves + 1) * TIMER_HALF, TIMER_HZ);
    }
    vdev_timer_arm(pm->vm, &pm->alarm, due);
}

static void fire(void *device, vmk_uint64 now_ns)
{
    update(device);
}

static vmk_uint64 register_at(const struct acpi_pm *pm, unsigned at)
{
    switch (at) {
    case STATUS:
        return pm->status;
    case ENABLE:
        return pm->enable;
    case PLATFORM_PM_CONTROL:
        return pm->control | CONTROL_SCI;
    default:
        return 0;
    }
}

static vmk_uint64 ports_read(void *device, vmk_uint64 offset, unsigned size)
{
    struct acpi_pm *pm = device;
    unsigned at = (unsigned)offset;

    update(pm);
    if (at >= PLATFORM_PM_TIMER) {
        return (vmk_uint32)ticks(pm) >> (8 * (at - PLATFORM_PM_TIMER));
    }
    return (register_at(pm, at & ~1u) | register_at(pm, (at & ~1u) + 2) << 16) >> (8 * (at & 1u));
}

static void control_write(struct acpi_pm *pm, vmk_uint16 value)
{
    pm->control = value & CONTROL_WRITABLE;
    if ((value & CONTROL_SLEEP) != 0 && CONTROL_TYPE(value) == PLATFORM_PM_S5) {
        vdev_vm_request(pm->vm, VM_REQUEST_POWER_OFF, 0);
    }
}

static void register_write(struct acpi_pm *pm, unsigned at, vmk_uint16 value)
{
    switch (at) {
    case STATUS:
        pm->status &= (vmk_uint16) ~(value & PM1_STATUS);
        break;
    case ENABLE:
        pm->enable = value & PM1_ENABLE;
        break;
    case PLATFORM_PM_CONTROL:
        control_write(pm, value);
        break;
    default:
        break;
    }
}

static void ports_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct acpi_pm *pm = device;
    unsigned at = (unsigned)offset;

    update(pm);
    if (at % 2 != 0 || size == 1) {
        /* A byte of a register leaves the other as it is, and clears nothing there. */
        vmk_uint16 rest =
            (at & ~1u) == STATUS ? 0 : (vmk_uint16)(register_at(pm, at & ~1u) & (at % 2 ? 0xffu : 0xff00u));

        register_write(pm, at & ~1u, (vmk_uint16)(rest | (value & 0xffu) << (8 * (at % 2))));
    } else {
        register_write(pm, at, (vmk_uint16)value);
        if (size == 4) {
            register_write(pm, at + 2, (vmk_uint16)(value >> 16));
        }
    }
    update(pm);
}

static const struct io_ops ports_ops = {.read = ports_read, .write = ports_write, .max_size = 4};

void acpi_pm_power_button(struct acpi_pm *pm)
{
    pm->status |= PM1_POWER_BUTTON;
    update(pm);
}

void acpi_pm_reset(struct acpi_pm *pm)
{
    pm->status = pm->enable = pm->control = 0;
    pm->settled_ns = vdev_now_ns(pm->vm);
    vdev_timer_arm(pm->vm, &pm->alarm, VDEV_NEVER);
}

void acpi_pm_init(struct acpi_pm *pm, struct vm *vm)
{
    *pm = (struct acpi_pm){.vm = vm};
    pm->alarm = (struct vdev_timer){.fire = fire, .device = pm, .deadline_ns = VDEV_NEVER};
    pm->ports = (struct io_region){"acpi-pm", PLATFORM_PM_BASE,    PLATFORM_PM_BYTES, &ports_ops,
                                   pm,        vdev_device_lock(vm)};
    acpi_pm_reset(pm);
}
