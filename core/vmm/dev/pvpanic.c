/* SPDX-License-Identifier: GPL-2.0-only */
#include "pvpanic.h"

#include <core/vmm/platform.h>

#define PANICKED     0x01u
#define CRASH_LOADED 0x02u

static vmk_uint64 port_read(void *device, vmk_uint64 offset, unsigned size)
{
    return PANICKED | CRASH_LOADED; /* The events that are understood. */
}

static void port_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct pvpanic *pvpanic = device;

    /* With a crash kernel loaded the guest goes on by itself. */
    if ((value & PANICKED) != 0) {
        vdev_vm_request(pvpanic->vm, VM_REQUEST_PANIC, 0);
    }
}

static const struct io_ops port_ops = {.read = port_read, .write = port_write, .max_size = 1};

void pvpanic_init(struct pvpanic *pvpanic, struct vm *vm)
{
    *pvpanic = (struct pvpanic){.vm = vm};
    pvpanic->port =
        (struct io_region){"pvpanic", PLATFORM_PVPANIC, 1, &port_ops, pvpanic, vdev_device_lock(vm)};
}
