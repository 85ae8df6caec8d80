/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_power.h - the part of acpi_power.c that acpi_init() needs.
 */
#ifndef DEV_ACPI_POWER_H
#define DEV_ACPI_POWER_H

/** Have the power button switch the machine off. Context: world. */
void acpi_power_init(void);

#endif
