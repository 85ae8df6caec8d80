/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - the steps between boot.S and kmain().
 *
 * Context of all: boot CPU, interrupts off, low 4 GiB in the direct map.
 */
#ifndef ARCH_BOOT_H
#define ARCH_BOOT_H

#include <core/boot_info.h>

/** The first C function. @p info: the loader's structure; @p is_multiboot2: else it is PVH's. */
VMK_ATTRIBUTE_NORETURN void arch_boot(vmk_MA info, vmk_Bool is_multiboot2);

/** Fill @p boot from a loader's structure: regions as the loader has them, unsorted. */
void multiboot2_read(struct boot_info *boot, vmk_MA info);
void pvh_read(struct boot_info *boot, vmk_MA info);

/** The region type for a memory type of the firmware's (ACPI specification 6.4, table 15.3). */
enum boot_region_type boot_region_type_of(vmk_uint32 e820_type);

#endif
