/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * jiffies.h - time in ticks of 1/HZ s since vmklinux was loaded, and its comparison across wrap-around.
 *
 * The variable is advanced from the nanosecond clock by a timer, and whenever a driver's timer or work runs.
 */
#ifndef VMKLINUX_LINUX_JIFFIES_H
#define VMKLINUX_LINUX_JIFFIES_H

#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/param.h>
#include <linux/time64.h>
#include <linux/typecheck.h>
#include <linux/types.h>

extern unsigned long volatile jiffies;

/* As in Linux, the count starts five minutes before its low half wraps, so that wrap-around is met early. */
#define INITIAL_JIFFIES  ((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

#define time_after(a, b)                                                                                     \
    (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((b) - (a)) < 0))
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b)                                                                                  \
    (typecheck(unsigned long, a) && typecheck(unsigned long, b) && ((long)((a) - (b)) >= 0))
#define time_before_eq(a, b)      time_after_eq(b, a)
#define time_in_range(a, b, c)    (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a)  time_before(jiffies, a)

static inline u64 get_jiffies_64(void)
{
    return jiffies;
}

static inline unsigned int jiffies_to_msecs(const unsigned long j)
{
    return (unsigned int)(j * (MSEC_PER_SEC / HZ));
}

static inline unsigned int jiffies_to_usecs(const unsigned long j)
{
    return (unsigned int)(j * (USEC_PER_SEC / HZ));
}

static inline u64 jiffies_to_nsecs(const unsigned long j)
{
    return (u64)j * (NSEC_PER_SEC / HZ);
}

/* Rounded up: a wait is never shorter than asked for. A negative time is for ever. */
static inline unsigned long msecs_to_jiffies(const unsigned int m)
{
    return (int)m < 0 ? MAX_JIFFY_OFFSET : ((unsigned long)m + MSEC_PER_SEC / HZ - 1) / (MSEC_PER_SEC / HZ);
}

static inline unsigned long usecs_to_jiffies(const unsigned int u)
{
    return ((unsigned long)u + USEC_PER_SEC / HZ - 1) / (USEC_PER_SEC / HZ);
}

static inline unsigned long nsecs_to_jiffies(u64 n)
{
    return n / (NSEC_PER_SEC / HZ);
}

/* Round to a whole second, so that timers that don't mind fire together. */
unsigned long round_jiffies(unsigned long j);
unsigned long round_jiffies_relative(unsigned long j);

#endif
