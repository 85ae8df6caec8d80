/* SPDX-License-Identifier: GPL-2.0-only */
/* suspend.h - the system does not sleep (linux/pm.h says more). */
#ifndef VMKLINUX_LINUX_SUSPEND_H
#define VMKLINUX_LINUX_SUSPEND_H

#include <linux/types.h>

static inline bool pm_suspend_via_firmware(void)
{
    return false;
}

static inline bool pm_suspend_default_s2idle(void)
{
    return false;
}

static inline bool system_entering_hibernation(void)
{
    return false;
}

#endif
