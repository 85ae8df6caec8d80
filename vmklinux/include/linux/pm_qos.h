/* SPDX-License-Identifier: GPL-2.0-only */
/* pm_qos.h - how slow a device may be to save power: nobody here says, so nothing is exposed or asked. */
#ifndef VMKLINUX_LINUX_PM_QOS_H
#define VMKLINUX_LINUX_PM_QOS_H

#include <linux/device.h>

#define PM_QOS_LATENCY_TOLERANCE_NO_CONSTRAINT (-1)
#define PM_QOS_LATENCY_ANY                     ((s32)(~(__u32)0 >> 1))

static inline int dev_pm_qos_expose_latency_tolerance(struct device *dev)
{
    return 0;
}

static inline void dev_pm_qos_hide_latency_tolerance(struct device *dev)
{
}

static inline int dev_pm_qos_update_user_latency_tolerance(struct device *dev, s32 val)
{
    return 0;
}

#endif
