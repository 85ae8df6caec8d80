/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * delay.h - waiting: the delay family spins, the sleep family gives up the CPU.
 */
#ifndef VMKLINUX_LINUX_DELAY_H
#define VMKLINUX_LINUX_DELAY_H

#include <linux/math.h>
#include <linux/sched.h>

extern void __udelay(unsigned long usecs);
extern void __ndelay(unsigned long nsecs);

#define udelay(n) __udelay(n)
#define ndelay(n) __ndelay(n)
#define mdelay(n) __udelay((unsigned long)(n)*1000)

void msleep(unsigned int msecs);
unsigned long msleep_interruptible(unsigned int msecs);
void usleep_range_state(unsigned long min, unsigned long max, unsigned int state);

static inline void usleep_range(unsigned long min, unsigned long max)
{
    usleep_range_state(min, max, 0);
}

static inline void ssleep(unsigned int seconds)
{
    msleep(seconds * 1000);
}

static inline void fsleep(unsigned long usecs)
{
    if (usecs <= 10)
        udelay(usecs);
    else if (usecs <= 20000)
        usleep_range(usecs, 2 * usecs);
    else
        msleep((unsigned int)DIV_ROUND_UP(usecs, 1000));
}

#endif
