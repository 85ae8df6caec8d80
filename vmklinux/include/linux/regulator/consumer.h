/* SPDX-License-Identifier: GPL-2.0-only */
/* consumer.h - power that software switches: a PCI device has none. */
#ifndef VMKLINUX_LINUX_REGULATOR_CONSUMER_H
#define VMKLINUX_LINUX_REGULATOR_CONSUMER_H

#include <linux/suspend.h>

struct regulator;

#endif
