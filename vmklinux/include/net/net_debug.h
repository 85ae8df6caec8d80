/* SPDX-License-Identifier: GPL-2.0-only */
/* net_debug.h - log lines that name their network device: "vmnic0: text". */
#ifndef VMKLINUX_NET_NET_DEBUG_H
#define VMKLINUX_NET_NET_DEBUG_H

#include <linux/bug.h>
#include <linux/printk.h>

struct net_device;

__printf(3, 4) __cold
    void netdev_printk(const char *level, const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_emerg(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_alert(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_crit(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_err(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_warn(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_notice(const struct net_device *dev, const char *format, ...);
__printf(2, 3) __cold void netdev_info(const struct net_device *dev, const char *format, ...);

#ifdef DEBUG
#define netdev_dbg(__dev, format, args...) netdev_printk(KERN_DEBUG, __dev, format, ##args)
#else
#define netdev_dbg(__dev, format, args...)                                                                   \
    do {                                                                                                     \
        if (0)                                                                                               \
            netdev_printk(KERN_DEBUG, __dev, format, ##args);                                                \
    } while (0)
#endif

#define netif_printk(priv, type, level, dev, fmt, args...)                                                   \
    do {                                                                                                     \
        if (netif_msg_##type(priv))                                                                          \
            netdev_printk(level, (dev), fmt, ##args);                                                        \
    } while (0)

#define netif_level(level, priv, type, dev, fmt, args...)                                                    \
    do {                                                                                                     \
        if (netif_msg_##type(priv))                                                                          \
            netdev_##level(dev, fmt, ##args);                                                                \
    } while (0)

#define netif_err(priv, type, dev, fmt, args...)    netif_level(err, priv, type, dev, fmt, ##args)
#define netif_warn(priv, type, dev, fmt, args...)   netif_level(warn, priv, type, dev, fmt, ##args)
#define netif_notice(priv, type, dev, fmt, args...) netif_level(notice, priv, type, dev, fmt, ##args)
#define netif_info(priv, type, dev, fmt, args...)   netif_level(info, priv, type, dev, fmt, ##args)
#define netif_dbg(priv, type, dev, fmt, args...)                                                             \
    do {                                                                                                     \
        if (netif_msg_##type(priv))                                                                          \
            netdev_dbg(dev, fmt, ##args);                                                                    \
    } while (0)

#define netdev_WARN(dev, format, args...) WARN(1, "netdevice: %s: " format, netdev_name(dev), ##args)
#define netdev_WARN_ONCE(dev, format, args...)                                                               \
    WARN_ONCE(1, "netdevice: %s: " format, netdev_name(dev), ##args)

#endif
