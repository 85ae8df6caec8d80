/* SPDX-License-Identifier: GPL-2.0-only */
/* utils.c - how often the packet path may log. */
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>

int net_ratelimit(void)
{
    static DEFINE_RATELIMIT_STATE(net_ratelimit_state, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

    return __ratelimit(&net_ratelimit_state);
}
EXPORT_SYMBOL(net_ratelimit);
