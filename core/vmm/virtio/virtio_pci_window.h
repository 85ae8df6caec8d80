/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * virtio_pci_window.h - the PCI configuration access capability (virtio 1.2, 4.1.4.9): BAR, offset and length
 * in configuration space, and four bytes that stand for what is there, whether the BAR is mapped or not.
 *
 * An access that no BAR would answer (length other than 1, 2 or 4, an offset that is no multiple of it or
 * lies outside of the BAR) is none: the bytes are memory then.
 */
#ifndef CORE_VMM_VIRTIO_VIRTIO_PCI_WINDOW_H
#define CORE_VMM_VIRTIO_VIRTIO_PCI_WINDOW_H

#include <core/vmm/vpci.h>

#define VIRTIO_PCI_CAPABILITY 0x09 /**< Vendor-specific: all of virtio's are. */

/** Give @p function the capability. Context: world, before it is plugged. */
void virtio_pci_window_add(struct vpci_function *function);

/** As at power-on. Context: world. */
void virtio_pci_window_reset(struct vpci_function *function);

#endif
