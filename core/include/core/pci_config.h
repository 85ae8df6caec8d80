/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_config.h - configuration space by address, whether a device is known there or not.
 *
 * By ECAM where the MCFG table describes the bus and the bus has been mapped, otherwise by ports 0xcf8 and
 * 0xcfc, which reach segment 0 and the first 256 bytes only. What cannot be reached reads as all ones, as an
 * absent function does, and takes no writes.
 *
 * Context: any, unless said otherwise. Locks: one (rank PCI_CONFIG, interrupts off), a leaf.
 */
#ifndef CORE_PCI_CONFIG_H
#define CORE_PCI_CONFIG_H

#include <vmkapi/base/status.h>
#include <vmkapi/hardware/pci.h>

/** Read @p bytes (1, 2 or 4) at @p offset, a multiple of it. */
vmk_uint32 pci_config_read(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes);

/** Write @p bytes (1, 2 or 4) at @p offset, a multiple of it. */
void pci_config_write(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 value);

/** Clear, then set, bits of a register, atomically against other callers of this function. */
void pci_config_update(const vmk_PCIDeviceAddr *addr, unsigned offset, unsigned bytes, vmk_uint32 clear,
                       vmk_uint32 set);

/** The bytes of configuration space within reach: VMK_PCI_EXT_CONFIG_SIZE or VMK_PCI_CONFIG_SIZE. */
unsigned pci_config_size(const vmk_PCIDeviceAddr *addr);

/** Read a 32-bit word, all ones beyond the configuration space: a pci_word_reader for an address. */
vmk_uint32 pci_config_read_word(const void *addr, unsigned offset);

/**
 * Map a bus's part of ECAM, if there is one.
 *
 * Context: may block.
 * @return VMK_OK, also without ECAM; VMK_NO_MEMORY
 */
VMK_ReturnStatus pci_config_map_bus(vmk_uint16 seg, vmk_uint8 bus);

#endif
