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

#define PM_EVENT_INVALID      (-1)
#define PM_EVENT_ON           0x0000
#define PM_EVENT_FREEZE       0x0001
#define PM_EVENT_SUSPEND      0x0002
#define PM_EVENT_HIBERNATE    0x0004
#define PM_EVENT_QUIESCE      0x0008
#define PM_EVENT_RESUME       0x0010
#define PM_EVENT_THAW         0x0020
#define PM_EVENT_RESTORE      0x0040
#define PM_EVENT_RECOVER      0x0080
#define PM_EVENT_USER         0x0100
#define PM_EVENT_REMOTE       0x0200
#define PM_EVENT_AUTO         0x0400
#define PM_EVENT_SLEEP        (PM_EVENT_SUSPEND | PM_EVENT_HIBERNATE)
#define PM_EVENT_AUTO_SUSPEND (PM_EVENT_AUTO | PM_EVENT_SUSPEND)
#define PM_EVENT_AUTO_RESUME  (PM_EVENT_AUTO | PM_EVENT_RESUME)

#define PMSG_ON               ((struct pm_message){.event = PM_EVENT_ON})
#define PMSG_FREEZE           ((struct pm_message){.event = PM_EVENT_FREEZE})
#define PMSG_SUSPEND          ((struct pm_message){.event = PM_EVENT_SUSPEND})
#define PMSG_HIBERNATE        ((struct pm_message){.event = PM_EVENT_HIBERNATE})
#define PMSG_RESUME           ((struct pm_message){.event = PM_EVENT_RESUME})
#define PMSG_AUTO_SUSPEND     ((struct pm_message){.event = PM_EVENT_AUTO_SUSPEND})
#define PMSG_AUTO_RESUME      ((struct pm_message){.event = PM_EVENT_AUTO_RESUME})
#define PMSG_IS_AUTO(msg)     (((msg).event & PM_EVENT_AUTO) != 0)

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

/*
 * DEVIATION-025 (dev_pm_info.set_latency_tolerance): never called: nobody says how slow a device may get to
 * save power.
 */

/* Whether the device may wake the system, and whether it shall; the state its driver last left it in. */
struct dev_pm_info {
    pm_message_t power_state;
    void (*set_latency_tolerance)(struct device *, s32);
    unsigned int can_wakeup : 1;
    unsigned int wakeup_enabled : 1;
};

#endif
