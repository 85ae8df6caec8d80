/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * time.c - jiffies, ktime, and waiting.
 *
 * The tick keeps `jiffies` a plain variable, which drivers read once per packet. A CPU that is late with it
 * does no harm: every entry into a driver by timer or work advances the variable first.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <vmkapi/base/time.h>
#include <vmkapi/base/world.h>
#include <vmklinux/time.h>

#define NSEC_PER_JIFFY (NSEC_PER_SEC / HZ)

unsigned long volatile jiffies = INITIAL_JIFFIES;
EXPORT_SYMBOL(jiffies);

static vmk_TimerObject tick;

void vmklinux_jiffies_update(void)
{
    unsigned long now = INITIAL_JIFFIES + vmk_GetTimerCycles() / NSEC_PER_JIFFY;
    unsigned long old = jiffies;

    while (time_after(now, old) && !try_cmpxchg(&jiffies, &old, now))
        ;
}

vmk_uint64 vmklinux_jiffies_to_deadline(unsigned long j)
{
    long from_start = (long)(j - INITIAL_JIFFIES);

    return from_start <= 0 ? 0 : (vmk_uint64)from_start * NSEC_PER_JIFFY;
}

vmk_uint32 vmklinux_jiffies_to_timeout_ms(long timeout)
{
    if (timeout >= (long)(INT_MAX / (MSEC_PER_SEC / HZ)))
        return VMK_TIMEOUT_UNLIMITED_MS;
    return timeout <= 0 ? 0 : jiffies_to_msecs((unsigned long)timeout);
}

static void tick_fired(vmk_AddrCookie unused)
{
    vmklinux_jiffies_update();
    vmk_TimerArm(&tick, vmklinux_jiffies_to_deadline(jiffies + 1));
}

void vmklinux_time_start(void)
{
    vmk_TimerInit(&tick, THIS_MODULE->id, tick_fired, (vmk_AddrCookie){.ptr = NULL});
    tick_fired((vmk_AddrCookie){.ptr = NULL});
}

void vmklinux_time_stop(void)
{
    /* The callback arms itself again: once disarmed with it not running, it stays so. */
    while (vmk_TimerDisarm(&tick, VMK_TRUE) || vmk_TimerIsArmed(&tick))
        ;
}

ktime_t ktime_get(void)
{
    return (ktime_t)vmk_GetTimerCycles();
}
EXPORT_SYMBOL(ktime_get);

void __udelay(unsigned long usecs)
{
    vmk_DelayUsecs((vmk_uint32)usecs);
}
EXPORT_SYMBOL(__udelay);

void __ndelay(unsigned long nsecs)
{
    vmk_DelayUsecs((vmk_uint32)DIV_ROUND_UP(nsecs, NSEC_PER_USEC));
}
EXPORT_SYMBOL(__ndelay);

/* Sleep for all of @ns, whatever wakes the world early. */
static void sleep_ns(u64 ns)
{
    u64 end = vmk_GetTimerCycles() + ns;

    for (u64 now = end - ns; now < end; now = vmk_GetTimerCycles()) {
        if (vmk_WorldSleep(DIV_ROUND_UP(end - now, NSEC_PER_USEC)) == VMK_DEATH_PENDING)
            break;
    }
    vmklinux_jiffies_update();
}

void msleep(unsigned int msecs)
{
    sleep_ns((u64)msecs * NSEC_PER_MSEC);
}
EXPORT_SYMBOL(msleep);

unsigned long msleep_interruptible(unsigned int msecs)
{
    msleep(msecs);
    return 0;
}
EXPORT_SYMBOL(msleep_interruptible);

void usleep_range_state(unsigned long min, unsigned long max, unsigned int state)
{
    sleep_ns((u64)min * NSEC_PER_USEC);
}
EXPORT_SYMBOL(usleep_range_state);

long schedule_timeout_uninterruptible(long timeout)
{
    if (timeout > 0)
        sleep_ns(jiffies_to_nsecs((unsigned long)timeout));
    return 0;
}
EXPORT_SYMBOL(schedule_timeout_uninterruptible);

long schedule_timeout_interruptible(long timeout)
{
    return schedule_timeout_uninterruptible(timeout);
}
EXPORT_SYMBOL(schedule_timeout_interruptible);

int vmklinux_cond_resched(void)
{
    if (!VMK_THIS_PCPU->need_resched)
        return 0;
    vmk_WorldYield();
    return 1;
}
EXPORT_SYMBOL(vmklinux_cond_resched);

/* Whole seconds: to the next one, unless it has only just begun. */
static unsigned long round_to_second(unsigned long j)
{
    unsigned long rem = j % HZ;
    unsigned long rounded = rem < HZ / 4 ? j - rem : j - rem + HZ;

    return time_after(rounded, jiffies) ? rounded : j;
}

unsigned long round_jiffies(unsigned long j)
{
    return round_to_second(j);
}
EXPORT_SYMBOL(round_jiffies);

unsigned long round_jiffies_relative(unsigned long j)
{
    return round_to_second(j + jiffies) - jiffies;
}
EXPORT_SYMBOL(round_jiffies_relative);
