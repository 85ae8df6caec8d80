/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_osl.h - between the files that ACPICA calls (acpi_osl*.c) and those that call it (acpi*.c).
 */
#ifndef DEV_ACPI_OSL_H
#define DEV_ACPI_OSL_H

#include <acpi/acpi.h>

#include <vmkapi/base/helper.h>
#include <vmkapi/base/status.h>

/** Where ACPICA's deferred work runs. Made by acpi_os_initialize(). */
extern vmk_Helper acpi_helper;

/** Our status for one of ACPICA's. */
VMK_ReturnStatus acpi_to_status(acpi_status status);

#endif
