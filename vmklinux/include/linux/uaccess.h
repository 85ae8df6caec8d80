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

/* Traps: they end the driver with the caller's name. */
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long n);
unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long n);

#endif
