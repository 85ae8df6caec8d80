/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_class.c - class codes in words (PCI Code and ID Assignment 1.11, section 1).
 */
#include <core/pci_decode.h>

static const struct class_name {
    vmk_uint16 code;
    const char *name;
} subclasses[] = {
    {0x0100, "SCSI controller"},
    {0x0101, "IDE controller"},
    {0x0104, "RAID controller"},
    {0x0105, "ATA controller"},
    {0x0106, "SATA controller"},
    {0x0107, "SAS controller"},
    {0x0108, "NVM controller"},
    {0x0200, "Ethernet controller"},
    {0x0280, "Network controller"},
    {0x0300, "VGA controller"},
    {0x0401, "Audio device"},
    {0x0403, "HD audio device"},
    {0x0500, "RAM memory"},
    {0x0600, "Host bridge"},
    {0x0601, "ISA bridge"},
    {0x0604, "PCI bridge"},
    {0x0680, "Bridge"},
    {0x0700, "Serial controller"},
    {0x0780, "Communication controller"},
    {0x0800, "Interrupt controller"},
    {0x0806, "IOMMU"},
    {0x0880, "System peripheral"},
    {0x0c03, "USB controller"},
    {0x0c05, "SMBus controller"},
};

static const char *const base_classes[] = {
    "Unclassified device",
    "Storage controller",
    "Network controller",
    "Display controller",
    "Multimedia controller",
    "Memory controller",
    "Bridge",
    "Communication controller",
    "System peripheral",
    "Input device",
    "Docking station",
    "Processor",
    "Serial bus controller",
    "Wireless controller",
    "Intelligent controller",
    "Satellite controller",
    "Encryption controller",
    "Signal processing controller",
    "Processing accelerator",
};

const char *pci_class_name(vmk_uint16 class_code)
{
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(subclasses); i++) {
        if (subclasses[i].code == class_code) {
            return subclasses[i].name;
        }
    }
    unsigned base = class_code >> 8;
    return base < VMK_ARRAY_SIZE(base_classes) ? base_classes[base] : base_classes[0];
}
