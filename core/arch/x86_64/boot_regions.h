/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_regions.h - the machine's memory map, from the firmware's claims to disjoint pages.
 *
 * Pure logic over struct boot_info, also tested on the host.
 */
#ifndef ARCH_BOOT_REGIONS_H
#define ARCH_BOOT_REGIONS_H

#include <core/boot_info.h>

/**
 * Add a claim. RAM shrinks to whole pages, everything else grows to whole pages; an empty claim is ignored.
 *
 * A claim beyond BOOT_MAX_REGIONS is lost when it is RAM, and crashes the boot when it isn't.
 */
void boot_regions_add(struct boot_info *boot, vmk_MA base, vmk_ByteCount len, enum boot_region_type type);

/**
 * Sort the claims and make them disjoint: where several cover a page, the strongest wins (the last in
 * enum boot_region_type).
 */
void boot_regions_settle(struct boot_info *boot);

/** Turn the RAM of a range, where it is RAM, into BOOT_REGION_USED. The regions are settled before and after.
 */
void boot_regions_use(struct boot_info *boot, vmk_MA base, vmk_ByteCount len);

/**
 * Find room for @p len bytes in RAM that ends at or below @p limit, as high as possible.
 *
 * @return its base, aligned to @p align (a power of two, at least a page); 0 when there is none.
 */
vmk_MA boot_regions_find(const struct boot_info *boot, vmk_ByteCount len, vmk_ByteCount align, vmk_MA limit);

#endif
