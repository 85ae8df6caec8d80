/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_tables.h - the static ACPI tables (ACPI 6.4, 5.2; HPET 1.0a, 3.2.4; PCI Firmware 3.0, 4.1.2).
 */
#ifndef CORE_VMM_TABLES_ACPI_TABLES_H
#define CORE_VMM_TABLES_ACPI_TABLES_H

#include <core/vmm/tables.h>

#include "table_area.h"

/** Lay all of them out; the root system description pointer is first. */
void acpi_tables_put(struct table_area *area, const struct vm_tables_config *config);

#endif
