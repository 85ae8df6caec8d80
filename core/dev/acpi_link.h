/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acpi_link.h - PCI interrupt link devices: switches between a PIRQ wire and an interrupt.
 */
#ifndef DEV_ACPI_LINK_H
#define DEV_ACPI_LINK_H

#include "acpi_osl.h"

#include <core/acpi.h>

/**
 * Switch a link device on, once, and tell where it leads. Context: world; may block.
 *
 * It keeps the interrupt firmware chose if that is among those it offers; else the one used least is taken.
 * @param name  for messages
 * @return VMK_OK; VMK_BAD_FORMAT when its methods fail or offer nothing; VMK_NO_MEMORY
 */
VMK_ReturnStatus acpi_link_enable(acpi_handle link, const char *name, struct acpi_interrupt *interrupt);

#endif
