/* SPDX-License-Identifier: GPL-2.0-only */
/* rtnetlink.c - RTNL, the lock under which network devices are configured. */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/rtnetlink.h>

static DEFINE_MUTEX(rtnl_mutex);

void rtnl_lock(void) VMK_NO_THREAD_SAFETY_ANALYSIS("is RTNL")
{
    mutex_lock(&rtnl_mutex);
}
EXPORT_SYMBOL(rtnl_lock);

void rtnl_unlock(void) VMK_NO_THREAD_SAFETY_ANALYSIS("is RTNL")
{
    mutex_unlock(&rtnl_mutex);
}
EXPORT_SYMBOL(rtnl_unlock);

int rtnl_trylock(void)
{
    return mutex_trylock(&rtnl_mutex);
}
EXPORT_SYMBOL(rtnl_trylock);

int rtnl_is_locked(void)
{
    return mutex_is_locked(&rtnl_mutex);
}
EXPORT_SYMBOL(rtnl_is_locked);
