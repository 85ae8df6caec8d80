/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_decode.h - what configuration space says, taken apart. No hardware here: reads go through a function.
 */
#ifndef CORE_PCI_DECODE_H
#define CORE_PCI_DECODE_H

#include <vmkapi/base/types.h>
#include <vmkapi/hardware/pci.h>

/** Read a 32-bit word of somebody's configuration space; all ones beyond its end. */
typedef vmk_uint32 (*pci_word_reader)(const void *arg, unsigned offset);

/** Find a capability in the list at 0x34. @return its offset; 0 when absent or the list is broken */
unsigned pci_find_capability(pci_word_reader read, const void *arg, vmk_uint8 id);

/** Find an extended capability. @return its offset; 0 when absent or the list is broken */
unsigned pci_find_ext_capability(pci_word_reader read, const void *arg, vmk_uint16 id);

/**
 * Take a BAR apart.
 *
 * @param value  the BAR as found, a 64-bit one with its upper half
 * @param sized  the same after all ones were written
 * @param[out] resource  size 0 when the BAR is not implemented or makes no sense
 */
void pci_decode_bar(vmk_uint64 value, vmk_uint64 sized, vmk_PCIResource *resource);

/** Whether a BAR's low word announces that it is 64 bits wide. */
VMK_ALWAYS_INLINE vmk_Bool pci_bar_is_64(vmk_uint32 low)
{
    return (low & 7u) == 4u;
}

/** Write "0000:00:02.0". @p len is at least VMK_PCI_ADDRESS_NAME_MAX. */
void pci_format_address(const vmk_PCIDeviceAddr *addr, char *text, vmk_ByteCount len);

/** Room for a modalias with its NUL. */
#define PCI_MODALIAS_MAX 64

/** Write "pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00i00". @p len is at least PCI_MODALIAS_MAX. */
void pci_format_modalias(const vmk_PCIDeviceID *id, char *text, vmk_ByteCount len);

/** Name a class in words: "Ethernet controller"; the base class's name for an unknown subclass. */
const char *pci_class_name(vmk_uint16 class_code);

#endif
