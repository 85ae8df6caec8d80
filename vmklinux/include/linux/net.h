/* SPDX-License-Identifier: GPL-2.0-only */
/* net.h - included by drivers for net_ratelimit(). */
#include <linux/netdevice.h>
