/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_console_create.c - a console in a slot.
 */
#include <core/vmm/vm.h>

#include "virtio_console.h"
#include "virtio_life.h"

static const vmk_StatField stat_fields[] = {VIRTIO_STAT_FIELDS,
                                            VMK_STAT_FIELD(struct console_stats, bytes_in),
                                            VMK_STAT_FIELD(struct console_stats, bytes_out)};

static void destroy(struct virtio_device *device)
{
    vmk_HeapFree(device->vm->heap, VMK_CONTAINER_OF(device, struct virtio_console, device));
}

VMK_ReturnStatus virtio_console_create(struct vm *vm, unsigned slot,
                                       const struct virtio_console_options *options,
                                       struct virtio_device **device)
{
    struct virtio_console *console = vmk_HeapZalloc(vm->heap, sizeof(*console));
    vmk_StatusValue status;

    if (!console) {
        return VMK_NO_MEMORY;
    }
    virtio_console_init(console, vm, options);
    console->device.destroy = destroy;
    status = virtio_device_install(&console->device, slot,
                                   &(struct virtio_stats){.fields = stat_fields,
                                                          .num_fields = VMK_ARRAY_SIZE(stat_fields),
                                                          .base = &console->stats});
    if (status != VMK_OK) {
        destroy(&console->device);
        return status;
    }
    *device = &console->device;
    return VMK_OK;
}
