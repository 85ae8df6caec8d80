/* SPDX-License-Identifier: GPL-2.0-only */
/* ratelimit.c - so many events per interval. */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ratelimit_types.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(ratelimit_lock); /* events are rare: one lock for all states */

/* Begin a new interval; whether events were refused in the last one goes to the log. */
static void begin_interval(struct ratelimit_state *rs, const char *func)
{
    if (rs->missed)
        printk(KERN_WARNING "%s: %d messages suppressed\n", func, rs->missed);
    rs->begin = jiffies;
    rs->printed = 0;
    rs->missed = 0;
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
    unsigned long flags;
    bool pass;

    if (!rs->interval)
        return 1;
    spin_lock_irqsave(&ratelimit_lock, flags);
    if (!rs->begin || time_after(jiffies, rs->begin + (unsigned long)rs->interval))
        begin_interval(rs, func);
    pass = rs->printed < rs->burst;
    rs->printed += pass;
    rs->missed += !pass;
    spin_unlock_irqrestore(&ratelimit_lock, flags);
    return pass;
}
EXPORT_SYMBOL(___ratelimit);
