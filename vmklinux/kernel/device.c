/* SPDX-License-Identifier: GPL-2.0-only */
/* device.c - what devices of every bus have in common. */
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/export.h>

const char *dev_driver_string(const struct device *dev)
{
    return dev->driver ? dev->driver->name : dev->bus ? dev->bus->name : "";
}
EXPORT_SYMBOL(dev_driver_string);

int device_set_wakeup_enable(struct device *dev, bool enable)
{
    if (!dev->power.can_wakeup)
        return -EINVAL;
    dev->power.wakeup_enabled = enable;
    return 0;
}
EXPORT_SYMBOL(device_set_wakeup_enable);
