/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink.h - RTNL: the one lock under which network devices are configured. */
#ifndef VMKLINUX_LINUX_RTNETLINK_H
#define VMKLINUX_LINUX_RTNETLINK_H

#include <linux/bug.h>
#include <linux/if_link.h>
#include <linux/types.h>
#include <vmkapi/base/thread_safety.h>

/* RTNL, for the annotations of what it guards; never defined. */
extern struct VMK_CAPABILITY("RTNL") vmklinux_rtnl vmklinux_rtnl;

extern void rtnl_lock(void) VMK_ACQUIRE(vmklinux_rtnl);
extern void rtnl_unlock(void) VMK_RELEASE(vmklinux_rtnl);
extern int rtnl_trylock(void) VMK_TRY_ACQUIRE(1, vmklinux_rtnl);
extern int rtnl_is_locked(void);

#define ASSERT_RTNL() WARN_ONCE(!rtnl_is_locked(), "RTNL: assertion failed at %s (%d)\n", __FILE__, __LINE__)

#endif
