/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_info.h - what a boot loader told us, in one form whatever its protocol was.
 *
 * Filled once by core/arch/x86_64 from the PVH start info or the multiboot2 tags, before kmain(). The regions
 * are then sorted, disjoint and page-aligned; the kernel's image, the boot modules, the first MiB and
 * whatever boot_alloc() handed out are BOOT_REGION_USED, so that BOOT_REGION_RAM is what the page allocator
 * may give away.
 */
#ifndef CORE_BOOT_INFO_H
#define CORE_BOOT_INFO_H

#include <vmkapi/base/types.h>

#define BOOT_MAX_REGIONS 128
#define BOOT_MAX_MODULES 16
#define BOOT_CMDLINE_MAX 1024

enum boot_region_type {
    BOOT_REGION_RAM,      /**< Free for the kernel. */
    BOOT_REGION_USED,     /**< RAM in use since boot: the kernel, its modules, its first page tables. */
    BOOT_REGION_ACPI,     /**< RAM with ACPI tables, kept as it is. */
    BOOT_REGION_RESERVED, /**< Not RAM, or the firmware's for ever. */
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

/**
 * Take zeroed RAM for good, before the page allocator is up.
 *
 * Turns the pages into BOOT_REGION_USED. @p npages whole pages, contiguous, aligned to @p align_bytes (a
 * power of two). A boot CPU without that much memory cannot go on: crash screen. Context: boot CPU, before
 * page_alloc_init() has read the regions.
 */
vmk_MA boot_alloc(vmk_uint64 npages, vmk_ByteCount align_bytes);

#endif
