/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink.h - RTNL: the one lock under which network devices are configured. */
#ifndef VMKLINUX_LINUX_RTNETLINK_H
#define VMKLINUX_LINUX_RTNETLINK_H

#include <linux/bug.h>
#include <linux/if_link.h>
#include <linux/types.h>

extern void rtnl_lock(void);
extern void rtnl_unlock(void);
extern int rtnl_trylock(void);
extern int rtnl_is_locked(void);

#define ASSERT_RTNL() WARN_ONCE(!rtnl_is_locked(), "RTNL: assertion failed at %s (%d)\n", __FILE__, __LINE__)

#endif
