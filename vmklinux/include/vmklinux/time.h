/* SPDX-License-Identifier: GPL-2.0-only */
/* time.h - jiffies from the nanosecond clock. */
#ifndef VMKLINUX_TIME_H
#define VMKLINUX_TIME_H

#include <linux/jiffies.h>
#include <vmkapi/base/status.h>

/* Start and stop the tick that advances `jiffies`. Context: may block. */
void vmklinux_time_start(void);
void vmklinux_time_stop(void);

/* Advance `jiffies` to the present; before a driver's timer or work looks at it. Context: any. */
void vmklinux_jiffies_update(void);

/* When jiffy @j begins, in ns of vmk_GetTimerCycles(). */
vmk_uint64 vmklinux_jiffies_to_deadline(unsigned long j);

/* Jiffies as a time-out for vmk_WorldWait(), rounded up. */
vmk_uint32 vmklinux_jiffies_to_timeout_ms(long timeout);

#endif
