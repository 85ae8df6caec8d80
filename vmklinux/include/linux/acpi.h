/* SPDX-License-Identifier: GPL-2.0-only */
/* acpi.h - as without CONFIG_ACPI: what firmware says of devices, the VMKernel has read already. */
#ifndef VMKLINUX_LINUX_ACPI_H
#define VMKLINUX_LINUX_ACPI_H

#include <linux/device.h>

static inline bool acpi_storage_d3(struct device *dev)
{
    return false;
}

#endif
