/* SPDX-License-Identifier: GPL-2.0-only */
/* cdev.h - character devices. Nobody opens one here; their device is in the tree of devices all the same. */
#ifndef VMKLINUX_LINUX_CDEV_H
#define VMKLINUX_LINUX_CDEV_H

#include <linux/device.h>
#include <linux/fs.h>

struct cdev {
    struct module *owner;
    const struct file_operations *ops;
    dev_t dev;
};

void cdev_init(struct cdev *, const struct file_operations *);
int cdev_device_add(struct cdev *cdev, struct device *dev);
void cdev_device_del(struct cdev *cdev, struct device *dev);

#endif
