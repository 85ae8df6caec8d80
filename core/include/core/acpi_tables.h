/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_tables.h - finding an ACPI table long before there is an interpreter.
 *
 * Tables stay where the firmware put them, read-only in the direct map.
 */
#ifndef CORE_ACPI_TABLES_H
#define CORE_ACPI_TABLES_H

#include <vmkapi/base/types.h>

/** What every table begins with (ACPI specification 6.4, 5.2.6). */
struct acpi_header {
    char signature[4];
    vmk_uint32 len; /**< Of the whole table. */
    vmk_uint8 revision, checksum;
    char oem_id[6], oem_table_id[8];
    vmk_uint32 oem_revision, creator_id, creator_revision;
} VMK_ATTRIBUTE_PACKED;
VMK_STATIC_ASSERT(sizeof(struct acpi_header) == 36, "fixed by the ACPI specification");

/** @return the RSDP's machine address: the loader's word, else found in the BIOS area; 0 without ACPI. */
vmk_MA acpi_find_rsdp(void);

/** @return the first table with @p signature (four characters) and a right checksum; NULL when there is none.
 *  Context: any but NMI, from paging_init() on. */
const void *acpi_find_table(const char *signature);

#endif
