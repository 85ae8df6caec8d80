/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci.h - configuration space of bus 0, function 0 of each slot, by ports 0xcf8 and 0xcfc.
 */
#ifndef TESTS_VMM_GUEST_PCI_H
#define TESTS_VMM_GUEST_PCI_H

#include "guest.h"

static inline void pci_select(unsigned slot, unsigned offset)
{
    out32(0xcf8, 0x80000000u | slot << 11 | (offset & 0xfc));
}

static inline uint32_t pci_read(unsigned slot, unsigned offset)
{
    pci_select(slot, offset);
    return in32(0xcfc);
}

static inline uint8_t pci_read8(unsigned slot, unsigned offset)
{
    return (uint8_t)(pci_read(slot, offset) >> (offset & 3) * 8);
}

static inline void pci_write(unsigned slot, unsigned offset, uint32_t value)
{
    pci_select(slot, offset);
    out32(0xcfc, value);
}

#endif
