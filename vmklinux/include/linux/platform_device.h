/* SPDX-License-Identifier: GPL-2.0-only */
/* platform_device.h - devices of no bus that can be asked what is on it: there are none here. */
#ifndef VMKLINUX_LINUX_PLATFORM_DEVICE_H
#define VMKLINUX_LINUX_PLATFORM_DEVICE_H

#include <linux/device.h>

struct platform_device {
    const char *name;
    int id;
    struct device dev;
};

static inline void *platform_get_drvdata(const struct platform_device *pdev)
{
    return dev_get_drvdata(&pdev->dev);
}

#endif
