/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_support.c - what sources of vmklinux call besides what is tested. */
#include <linux/bug.h>
#include <linux/netdevice.h>
#include <vmkapi/base/assert.h>

void vmklinux_warn(struct module *module, const char *file, int line, const char *fmt, ...)
{
}

void vmklinux_bug(struct module *module, const char *file, int line)
{
    vmk_Panic("BUG at %s:%d", file, line);
}

void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len)
{
}
