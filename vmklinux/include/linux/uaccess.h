/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uaccess.h - no user memory reaches a driver here: what comes from the console is copied before the driver
 * sees it.
 */
#ifndef VMKLINUX_LINUX_UACCESS_H
#define VMKLINUX_LINUX_UACCESS_H

#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#endif
