/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dsdt.h - the machine as ACPI's name space tells it: the PCI bus with its windows and interrupt lines, the
 * devices that cannot be found otherwise, and how to power off.
 */
#ifndef CORE_VMM_TABLES_DSDT_H
#define CORE_VMM_TABLES_DSDT_H

#include "table_area.h"

/** Write the definition block that follows the DSDT's header. */
void dsdt_put(struct table_area *area);

#endif
