/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_decode.c - configuration space taken apart.
 */
#include <core/pci_decode.h>
#include <core/pci_regs.h>
#include <vmkapi/lib/libc.h>

static vmk_uint8 read_byte(pci_word_reader read, const void *arg, unsigned offset)
{
    return (vmk_uint8)(read(arg, offset & ~3u) >> (offset & 3u) * 8);
}

unsigned pci_find_capability(pci_word_reader read, const void *arg, vmk_uint8 id)
{
    if (((read(arg, PCI_REG_COMMAND) >> 16) & PCI_STATUS_CAPABILITIES) == 0) {
        return 0;
    }
    /* The two low bits of a pointer are reserved (PCI 3.0, 6.7); the header holds none below 0x40. */
    unsigned offset = read_byte(read, arg, PCI_REG_CAPABILITIES) & ~3u;
    for (unsigned steps = 0; offset >= 0x40 && steps < PCI_CAPABILITY_STEPS_MAX; steps++) {
        vmk_uint32 header = read(arg, offset);

        if ((vmk_uint8)header == 0xff) {
            return 0; /* The device is gone. */
        }
        if ((vmk_uint8)header == id) {
            return offset;
        }
        offset = (header >> 8) & 0xfcu;
    }
    return 0;
}

unsigned pci_find_ext_capability(pci_word_reader read, const void *arg, vmk_uint16 id)
{
    unsigned offset = PCI_REG_EXT_CAPABILITIES;

    for (unsigned steps = 0; offset >= PCI_REG_EXT_CAPABILITIES && steps < PCI_EXT_CAPABILITY_STEPS_MAX;
         steps++) {
        vmk_uint32 header = read(arg, offset);

        if (header == 0 || header == ~0u) {
            return 0; /* No extended space, or nothing in it (PCI Express 5.0, 7.6.2). */
        }
        if ((vmk_uint16)header == id) {
            return offset;
        }
        offset = (header >> 20) & ~3u;
    }
    return 0;
}

void pci_decode_bar(vmk_uint64 value, vmk_uint64 sized, vmk_PCIResource *resource)
{
    vmk_uint64 flag_bits = value & PCI_BAR_IO ? PCI_BAR_IO_FLAGS : PCI_BAR_MEM_FLAGS;

    *resource = (vmk_PCIResource){0};
    if (value & PCI_BAR_IO) {
        resource->flags = VMK_PCI_BAR_FLAGS_IO;
        /* The upper half may be hardwired to 0 on a machine with 64 Ki ports (PCI 3.0, 6.2.5.1). */
        sized |= 0xffff0000u;
    } else if (pci_bar_is_64((vmk_uint32)value)) {
        resource->flags = VMK_PCI_BAR_FLAGS_MEM_64_BITS;
    }
    if ((resource->flags & VMK_PCI_BAR_FLAGS_MEM_64_BITS) == 0) {
        value = (vmk_uint32)value;
        sized |= ~(vmk_uint64)0xffffffff;
    }
    if ((value & (PCI_BAR_IO | PCI_BAR_PREFETCH)) == PCI_BAR_PREFETCH) {
        resource->flags |= VMK_PCI_BAR_FLAGS_MEM_PREFETCH;
    }

    /* The writable address bits are the upper ones, without a gap: their complement is the size less one. */
    vmk_uint64 low = ~(sized & ~flag_bits);
    vmk_uint64 none = resource->flags & VMK_PCI_BAR_FLAGS_MEM_64_BITS ? ~(vmk_uint64)0 : 0xffffffff;
    if ((low & (low + 1)) != 0 || low == none) {
        *resource = (vmk_PCIResource){0};
        return;
    }
    resource->start = value & ~flag_bits;
    resource->size = low + 1;
}

void pci_format_address(const vmk_PCIDeviceAddr *addr, char *text, vmk_ByteCount len)
{
    vmk_Snprintf(text, len, "%04x:%02x:%02x.%x", addr->seg, addr->bus, addr->dev, addr->fn);
}

void pci_format_modalias(const vmk_PCIDeviceID *id, char *text, vmk_ByteCount len)
{
    vmk_Snprintf(text, len, "pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", id->vendorID, id->deviceID,
                 id->subVendorID, id->subDeviceID, id->classCode >> 8, id->classCode & 0xff, id->progIF);
}
