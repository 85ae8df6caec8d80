/* SPDX-License-Identifier: GPL-2.0-only */
/* of.h - device trees: this machine has none. */
#ifndef VMKLINUX_LINUX_OF_H
#define VMKLINUX_LINUX_OF_H

struct device_node;

#endif
