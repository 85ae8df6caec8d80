/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pm_wakeup.h - which devices may wake the system.
 *
 * The wish is kept; it has an effect on power-off, when the driver arms its device.
 */
#ifndef VMKLINUX_LINUX_PM_WAKEUP_H
#define VMKLINUX_LINUX_PM_WAKEUP_H

#include <linux/device.h>

static inline bool device_can_wakeup(struct device *dev)
{
    return dev->power.can_wakeup;
}

static inline void device_set_wakeup_capable(struct device *dev, bool capable)
{
    dev->power.can_wakeup = capable;
}

static inline bool device_may_wakeup(struct device *dev)
{
    return dev->power.can_wakeup && dev->power.wakeup_enabled;
}

/* -EINVAL when the device cannot wake the system. */
extern int device_set_wakeup_enable(struct device *dev, bool enable);

static inline int device_wakeup_enable(struct device *dev)
{
    return device_set_wakeup_enable(dev, true);
}

#endif
