/* SPDX-License-Identifier: GPL-2.0-only */
/* pm_runtime.h - devices at rest while the system runs: there are none here, every device is always active.
 */
#ifndef VMKLINUX_LINUX_PM_RUNTIME_H
#define VMKLINUX_LINUX_PM_RUNTIME_H

#include <linux/device.h>

/*
 * DEVIATION-030 (pm_runtime_get_sync, pm_runtime_resume, pm_runtime_suspended): a device is always active:
 * the counts of its users are not kept, and its runtime_suspend and runtime_resume are never called.
 */
static inline int pm_runtime_get_sync(struct device *dev)
{
    return 1; /* was active already */
}

static inline int pm_runtime_resume(struct device *dev)
{
    return 1;
}

static inline int pm_runtime_put(struct device *dev)
{
    return 0;
}

static inline int pm_runtime_put_sync(struct device *dev)
{
    return 0;
}

static inline bool pm_runtime_suspended(struct device *dev)
{
    return false;
}

static inline bool pm_runtime_active(struct device *dev)
{
    return true;
}

static inline int pm_runtime_set_active(struct device *dev)
{
    return 0;
}

static inline void pm_runtime_get_noresume(struct device *dev)
{
}

static inline void pm_runtime_put_noidle(struct device *dev)
{
}

static inline void pm_runtime_enable(struct device *dev)
{
}

static inline void pm_runtime_disable(struct device *dev)
{
}

static inline void pm_runtime_allow(struct device *dev)
{
}

static inline void pm_runtime_forbid(struct device *dev)
{
}

#endif
