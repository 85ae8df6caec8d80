/* SPDX-License-Identifier: GPL-2.0-only */
/* phy.h - transceivers that are devices of their own: a PCI device has none. */
#ifndef VMKLINUX_LINUX_PHY_PHY_H
#define VMKLINUX_LINUX_PHY_PHY_H

#include <linux/pm_runtime.h>

struct phy;

#endif
