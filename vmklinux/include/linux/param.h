/* SPDX-License-Identifier: GPL-2.0-only */
/* param.h - timer ticks per second. */
#ifndef VMKLINUX_LINUX_PARAM_H
#define VMKLINUX_LINUX_PARAM_H
#define HZ CONFIG_HZ
#endif
