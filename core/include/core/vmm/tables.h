/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tables.h - what firmware would have told the guest: ACPI tables (ACPI 6.4) and SMBIOS (DSP0134 3.0), in the
 * BIOS area below 1 MiB, where guests search for both.
 */
#ifndef CORE_VMM_TABLES_H
#define CORE_VMM_TABLES_H

#include <core/vmm/vdev.h>
#include <vmkapi/base/heap.h>

/** The BIOS area, which the guest's memory map calls reserved. */
#define VM_TABLES_BASE 0xe0000ul
#define VM_TABLES_END  0x100000ul

/** What the tables say of this VM. */
struct vm_tables_config {
    const char *name;
    vmk_uint8 uuid[16];      /**< As it is written. */
    vmk_uint32 cpus;         /**< APIC IDs count from 0. */
    vmk_uint64 memory_bytes; /**< RAM, of which what exceeds GUEST_LOW_END begins at GUEST_HIGH_BASE. */
};

/**
 * Build the tables and write them to the guest's memory.
 *
 * @param[out] rsdp  where the root system description pointer is, for the boot protocols that hand it over.
 * @return VMK_OK, VMK_NO_MEMORY, VMK_BAD_ADDR_RANGE, VMK_NO_SPACE (they do not fit the area). Context: world.
 */
VMK_ReturnStatus vm_tables_build(struct vm *vm, vmk_HeapID heap, const struct vm_tables_config *config,
                                 gpa_t *rsdp);

#endif
