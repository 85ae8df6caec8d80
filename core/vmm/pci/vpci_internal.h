/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vpci_internal.h - what the parts of vpci.h say to each other. All with the device lock held.
 */
#ifndef CORE_VMM_PCI_VPCI_INTERNAL_H
#define CORE_VMM_PCI_VPCI_INTERNAL_H

#include <core/vmm/vpci.h>

#define VPCI_CONFIG_BYTES 256u

/** @return whether the command register was written: the caller tells the device, without the lock. */
bool vpci_config_write(struct vpci_function *function, unsigned offset, unsigned size, vmk_uint32 value);

/** Attach and detach BARs as command register and BARs say. */
void vpci_bars_update(struct vpci_function *function);

/** The message control register was written: what was held back may be sent. */
void vpci_msix_control_written(struct vpci_function *function);
void vpci_msix_reset(struct vpci_function *function);

/** Drive the line that @p function shares with others. */
void vpci_intx_update(struct vpci_function *function);

#endif
