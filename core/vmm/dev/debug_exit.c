/* SPDX-License-Identifier: GPL-2.0-only */
#include "debug_exit.h"

static vmk_uint64 port_read(void *device, vmk_uint64 offset, unsigned size)
{
    return 0;
}

static void port_write(void *device, vmk_uint64 offset, unsigned size, vmk_uint64 value)
{
    struct debug_exit *debug_exit = device;

    vdev_vm_request(debug_exit->vm, VM_REQUEST_DEBUG_EXIT, (vmk_uint32)value);
}

static const struct io_ops port_ops = {.read = port_read, .write = port_write};

void debug_exit_init(struct debug_exit *debug_exit, struct vm *vm)
{
    *debug_exit = (struct debug_exit){.vm = vm};
    debug_exit->port = (struct io_region){"debug-exit", 0xf4, 4, &port_ops, debug_exit, vdev_device_lock(vm)};
}
