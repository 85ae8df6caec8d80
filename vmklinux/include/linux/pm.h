/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pm.h - a driver's power management operations.
 *
 * DEVIATION-016 (dev_pm_ops, pci_driver.suspend, pci_driver.resume): never called: the system does not sleep,
 * and no device is put to rest while it runs.
 */
#ifndef VMKLINUX_LINUX_PM_H
#define VMKLINUX_LINUX_PM_H

#include <linux/types.h>

struct device;

typedef struct pm_message {
    int event;
} pm_message_t;

struct dev_pm_ops {
    int (*prepare)(struct device *dev);
    void (*complete)(struct device *dev);
    int (*suspend)(struct device *dev);
    int (*resume)(struct device *dev);
    int (*freeze)(struct device *dev);
    int (*thaw)(struct device *dev);
    int (*poweroff)(struct device *dev);
    int (*restore)(struct device *dev);
    int (*suspend_late)(struct device *dev);
    int (*resume_early)(struct device *dev);
    int (*freeze_late)(struct device *dev);
    int (*thaw_early)(struct device *dev);
    int (*poweroff_late)(struct device *dev);
    int (*restore_early)(struct device *dev);
    int (*suspend_noirq)(struct device *dev);
    int (*resume_noirq)(struct device *dev);
    int (*freeze_noirq)(struct device *dev);
    int (*thaw_noirq)(struct device *dev);
    int (*poweroff_noirq)(struct device *dev);
    int (*restore_noirq)(struct device *dev);
    int (*runtime_suspend)(struct device *dev);
    int (*runtime_resume)(struct device *dev);
    int (*runtime_idle)(struct device *dev);
};

#define SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)                                                       \
    .suspend = suspend_fn, .resume = resume_fn, .freeze = suspend_fn, .thaw = resume_fn,                     \
    .poweroff = suspend_fn, .restore = resume_fn,

#define SET_RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)                                                   \
    .runtime_suspend = suspend_fn, .runtime_resume = resume_fn, .runtime_idle = idle_fn,

#define SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn)                                                       \
    const struct dev_pm_ops __maybe_unused name = {SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)}

/* Whether the device may wake the system, and whether it shall. */
struct dev_pm_info {
    unsigned int can_wakeup : 1;
    unsigned int wakeup_enabled : 1;
};

#endif
