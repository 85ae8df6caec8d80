/* SPDX-License-Identifier: GPL-2.0-only */
/* ratelimit_types.h - how many events in how long a caller lets through. */
#ifndef VMKLINUX_LINUX_RATELIMIT_TYPES_H
#define VMKLINUX_LINUX_RATELIMIT_TYPES_H

#include <linux/param.h>
#include <linux/types.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST    10

struct ratelimit_state {
    int interval;        /* in jiffies; 0: no limit */
    int burst;           /* events per interval */
    int missed;          /* events refused since the last one let through */
    int printed;         /* events let through in this interval */
    unsigned long begin; /* when the interval began */
};

#define RATELIMIT_STATE_INIT(name, interval_init, burst_init)                                                \
    {                                                                                                        \
        .interval = interval_init, .burst = burst_init                                                       \
    }

#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init)                                              \
    struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)

/* Whether one more event may pass now. Context: any. */
extern int ___ratelimit(struct ratelimit_state *rs, const char *func);
#define __ratelimit(state) ___ratelimit(state, __func__)

#endif
