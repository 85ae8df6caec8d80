/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sysfs.h - reading and writing attributes of devices, by name, as /sys would let a user do.
 *
 * An attribute is one of the groups of the device, of its type, its class or its driver, or one added by
 * itself. Context: may block.
 */
#ifndef VMKLINUX_SYSFS_H
#define VMKLINUX_SYSFS_H

#include <linux/device.h>

/* Have @dev show attribute @name into @page, of PAGE_SIZE bytes, ended by a 0. Returns its length; -ENOENT;
 * -EACCES for one that cannot be read; or what the driver says. */
ssize_t vmklinux_attr_show(struct device *dev, const char *name, char *page);

/* Write @text to attribute @name. Returns 0; -ENOENT; -EACCES; or what the driver says. */
int vmklinux_attr_store(struct device *dev, const char *name, const char *text);

#endif
