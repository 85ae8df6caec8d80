/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_pci_window.c - the way to a device's BARs through configuration space (4.1.4.9): for drivers that
 * run where BARs are not mapped, as firmware does.
 */
#include "virtio_pci_window.h"

#define TYPE 5 /* 4.1.4: VIRTIO_PCI_CAP_PCI_CFG. */

enum window {
    WINDOW_LEN = 2,
    WINDOW_TYPE = 3,
    WINDOW_BAR = 4,
    WINDOW_OFFSET = 8,
    WINDOW_LENGTH = 12,
    WINDOW_DATA = 16,
    WINDOW_END = 20
};

/** What the driver has asked for. */
struct access {
    struct io_region *region;
    vmk_uint32 offset, data;
    unsigned size;
};

/** @return false: nothing that a BAR would answer. */
static bool take_access(struct vpci_function *function, struct access *access)
{
    unsigned at = function->window.at - WINDOW_DATA, bar;

    vdev_lock(function->vm);
    bar = vpci_config_read(function, at + WINDOW_BAR, 1);
    access->offset = vpci_config_read(function, at + WINDOW_OFFSET, 4);
    access->size = vpci_config_read(function, at + WINDOW_LENGTH, 4);
    access->data = vpci_config_read(function, at + WINDOW_DATA, 4);
    vdev_unlock(function->vm);
    if (bar >= VPCI_BARS || (access->size != 1 && access->size != 2 && access->size != 4) ||
        access->offset % access->size != 0 || access->offset >= function->bars[bar].size) {
        return false;
    }
    access->region = &function->bars[bar].region;
    return true;
}

static void refresh(struct vpci_function *function)
{
    struct access access;
    vmk_uint64 value;

    if (take_access(function, &access)) {
        value = io_region_read(access.region, access.offset, access.size);
        vdev_lock(function->vm);
        vpci_config_put(function, function->window.at, access.size, (vmk_uint32)value);
        vdev_unlock(function->vm);
    }
}

static void written(struct vpci_function *function)
{
    struct access access;

    if (take_access(function, &access)) {
        io_region_write(access.region, access.offset, access.size, access.data);
    }
}

void virtio_pci_window_add(struct vpci_function *function)
{
    static const vmk_uint8 body[WINDOW_END] = {[WINDOW_LEN] = WINDOW_END, [WINDOW_TYPE] = TYPE};
    static const vmk_uint8 writable[WINDOW_END] = {[WINDOW_BAR] = 0xff,
                                                   [WINDOW_OFFSET... WINDOW_END - 1] = 0xff};

    function->window.at =
        vpci_capability_add(function, VIRTIO_PCI_CAPABILITY, body, writable, sizeof(body)) + WINDOW_DATA;
    function->window.refresh = refresh;
    function->window.written = written;
}

void virtio_pci_window_reset(struct vpci_function *function)
{
    unsigned at = function->window.at - WINDOW_DATA;

    vdev_lock(function->vm);
    vpci_config_put(function, at + WINDOW_BAR, 1, 0);
    for (unsigned i = WINDOW_OFFSET; i < WINDOW_END; i += 4) {
        vpci_config_put(function, at + i, 4, 0);
    }
    vdev_unlock(function->vm);
}
