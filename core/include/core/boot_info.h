/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_info.h - what a boot loader told us, in one form whatever its protocol was.
 *
 * Filled once by core/arch/x86_64 from the PVH start info or the multiboot2 tags, before kmain().
 * Strings and modules stay where the loader put them; the page allocator keeps those pages out of use.
 */
#ifndef CORE_BOOT_INFO_H
#define CORE_BOOT_INFO_H

#include <vmkapi/base/types.h>

#define BOOT_MAX_REGIONS 128
#define BOOT_MAX_MODULES 16
#define BOOT_CMDLINE_MAX 1024

enum boot_region_type {
    BOOT_REGION_RAM,      /**< Free for the kernel. */
    BOOT_REGION_RESERVED, /**< Not RAM, or the firmware's for ever. */
    BOOT_REGION_ACPI,     /**< RAM with ACPI tables, kept as it is. */
};

struct boot_region {
    vmk_MA base;
    vmk_ByteCount len;
    enum boot_region_type type;
};

struct boot_module {
    vmk_MA base;
    vmk_ByteCount len;
    char name[64]; /**< From multiboot2's string; "initrd" under PVH. */
};

struct boot_info {
    const char *protocol; /**< "PVH" or "multiboot2". */
    char cmdline[BOOT_CMDLINE_MAX];
    vmk_MA rsdp; /**< 0 when the loader did not say. */
    unsigned nregions;
    struct boot_region regions[BOOT_MAX_REGIONS];
    unsigned nmodules;
    struct boot_module modules[BOOT_MAX_MODULES];
};

/** The one instance. Read-only after boot. */
extern struct boot_info boot_info;

#endif
