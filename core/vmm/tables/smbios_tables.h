/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbios_tables.h - the SMBIOS structures of a VM (DMTF DSP0134 3.0.0).
 */
#ifndef CORE_VMM_TABLES_SMBIOS_TABLES_H
#define CORE_VMM_TABLES_SMBIOS_TABLES_H

#include <core/vmm/tables.h>

#include "table_area.h"

/** Lay them out; the entry point is first. */
void smbios_tables_put(struct table_area *area, const struct vm_tables_config *config);

#endif
