/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_commands.c - hardware pci ...
 */
#include <core/command.h>
#include <core/device.h>
#include <core/pci.h>
#include <core/pci_decode.h>
#include <vmkapi/lib/libc.h>

static bool address_candidate(unsigned n, char *text, vmk_ByteCount len)
{
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        if (n-- == 0) {
            vmk_Strlcpy(text, VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links)->name, len);
            return true;
        }
    }
    return false;
}

static const struct command_arg address_args[] = {{.name = "address",
                                                   .letter = 'a',
                                                   .type = COMMAND_STRING,
                                                   .flags = COMMAND_BARE,
                                                   .help = "Only this function, as 0000:00:02.0",
                                                   .candidate = address_candidate},
                                                  {0}};

static const struct format_column list_columns[] = {
    {"Address", FORMAT_STRING, NULL},      {"Vendor ID", FORMAT_STRING, NULL},
    {"Device ID", FORMAT_STRING, NULL},    {"SubVendor ID", FORMAT_STRING, NULL},
    {"SubDevice ID", FORMAT_STRING, NULL}, {"Revision", FORMAT_STRING, NULL},
    {"Device Class", FORMAT_STRING, NULL}, {"Device Class Name", FORMAT_STRING, NULL},
    {"Driver", FORMAT_STRING, NULL},       {0},
};

static void list_row(struct format *f, vmk_PCIDevice device)
{
    vmk_Name driver;

    format_row(f);
    format_string(f, device->name);
    format_stringf(f, "0x%04x", device->id.vendorID);
    format_stringf(f, "0x%04x", device->id.deviceID);
    format_stringf(f, "0x%04x", device->id.subVendorID);
    format_stringf(f, "0x%04x", device->id.subDeviceID);
    format_stringf(f, "0x%02x", device->id.revisionID);
    format_stringf(f, "0x%04x", device->id.classCode);
    format_string(f, pci_class_name(device->id.classCode));
    format_string(f, device->device != NULL && device_get_driver_name(device->device, &driver) == VMK_OK
                         ? driver.string
                         : NULL);
}

/** Make rows of every function the call is about. */
static VMK_ReturnStatus for_wanted(struct command_call *call,
                                   void (*emit)(struct format *f, vmk_PCIDevice device))
{
    const char *address = command_string(call, "address");
    bool found = address == NULL;
    vmk_ListLinks *item;

    VMK_LIST_FORALL (&pci_devices, item) {
        vmk_PCIDevice device = VMK_LIST_ENTRY(item, struct vmk_PCIDeviceInt, links);

        if (address == NULL || vmk_Strcmp(address, device->name) == 0) {
            emit(&call->format, device);
            found = true;
        }
    }
    return found ? VMK_OK
                 : command_fail(call, VMK_NOT_FOUND,
                                "there is no PCI function %s; 'hardware pci list' shows them", address);
}

static VMK_ReturnStatus pci_list(struct command_call *call)
{
    return for_wanted(call, list_row);
}
COMMAND(hardware_pci_list, .path = "hardware pci list", .help = "List PCI functions", .handler = pci_list,
        .args = address_args, .columns = list_columns, .shape = FORMAT_LIST);

static const struct format_column bar_columns[] = {
    {"Address", FORMAT_STRING, NULL},
    {"BAR", FORMAT_UINT, NULL},
    {"Type", FORMAT_STRING, NULL},
    {"Start", FORMAT_HEX, NULL},
    {"Size", FORMAT_UINT, "bytes"},
    {"Prefetchable", FORMAT_BOOL, NULL},
    {0},
};

static const char *bar_type(vmk_uint32 flags)
{
    if (flags & VMK_PCI_BAR_FLAGS_IO) {
        return "I/O";
    }
    return flags & VMK_PCI_BAR_FLAGS_MEM_64_BITS ? "memory64" : "memory";
}

static void bar_rows(struct format *f, vmk_PCIDevice device)
{
    for (unsigned i = 0; i < VMK_PCI_NUM_BARS; i++) {
        const vmk_PCIResource *bar = &device->bar[i];

        if (bar->size != 0) {
            format_row(f);
            format_string(f, device->name);
            format_uint(f, i);
            format_string(f, bar_type(bar->flags));
            format_hex(f, bar->start);
            format_uint(f, bar->size);
            format_bool(f, (bar->flags & VMK_PCI_BAR_FLAGS_MEM_PREFETCH) != 0);
        }
    }
}

static VMK_ReturnStatus pci_resource_list(struct command_call *call)
{
    return for_wanted(call, bar_rows);
}
COMMAND(hardware_pci_resource_list, .path = "hardware pci resource list",
        .help = "List the memory and ports of PCI functions", .handler = pci_resource_list,
        .args = address_args, .columns = bar_columns, .shape = FORMAT_LIST);
