/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.h - hosted: a machine's memory, and page tables that only remember.
 *
 * RAM is seen at VMK_DIRECT_MAP_BASE as in the kernel, page descriptors at VMK_FRAME_ARRAY_BASE; for hosted
 * builds both lie in the lower half. Mappings anywhere else are noted, not made.
 */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <core/boot_info.h>

/** A memory map with @p mib MiB of RAM from 0 on, its first two MiB in use, and a hole below 4 GiB. */
void machine_describe(unsigned mib);

/** Add a region to boot_info's map. */
void machine_add_region(vmk_MA base, vmk_ByteCount len, enum boot_region_type type);

/** Put memory behind boot_info's regions, and start page allocator, heaps and mappings. */
void machine_start(void);

/** Pages noted as mapped. */
vmk_uint64 machine_mapped_pages(void);

/** Calls of arch_tlb_shootdown() so far. */
unsigned machine_shootdowns(void);

/** Let the next @p count arch_map_page() calls succeed, and the one behind fail; ~0 is no failure. */
void machine_fail_map_after(unsigned count);

#endif
