/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_pci.h - a virtio device as a PCI function (virtio 1.2, 4.1): capabilities, BARs, interrupts.
 *
 *   BAR 0  I/O     notifications: a write of anything to 4 * queue. An OUT tells its next RIP on exit, so a
 *                  kick needs no decoding, no page walk and no nested fault.
 *   BAR 1  memory  MSI-X
 *   BAR 4  memory  common configuration, interrupt status, the device's own configuration
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_PCI_H
#define CORE_VMM_VIRTIO_VIRTIO_PCI_H

#include "virtio_device.h"

/** Make the PCI function of a device whose queues are all there. Context: world, before it is plugged. */
void virtio_pci_init(struct virtio_device *device);

/** Interrupt the driver for a queue, or for the device's configuration. Context: world or bottom half; the
 * queue's lock may be held, the platform devices' not. */
void virtio_pci_signal(const struct virtio_queue *queue);
void virtio_pci_signal_config(struct virtio_device *device);

/** Take back an interrupt that nobody has seen to. Context: as above. */
void virtio_pci_quiet(struct virtio_device *device);

#endif
