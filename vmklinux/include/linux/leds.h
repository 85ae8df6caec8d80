/* SPDX-License-Identifier: GPL-2.0-only */
/* leds.h - lights of the machine's: it has none that software switches. */
#ifndef VMKLINUX_LINUX_LEDS_H
#define VMKLINUX_LINUX_LEDS_H

#include <linux/types.h>

static inline void ledtrig_disk_activity(bool write)
{
}

#endif
