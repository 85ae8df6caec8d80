/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ethtool.h - between the files that make uplink capabilities of a driver's ethtool operations.
 *
 * An uplink gets a capability when the driver has the operations behind it. Each call takes RTNL and is
 * bracketed by the driver's begin and complete, as Linux's ethtool ioctl brackets it.
 */
#ifndef VMKLINUX_ETHTOOL_H
#define VMKLINUX_ETHTOOL_H

#include <linux/netdevice.h>
#include <vmkapi/net/net_uplink.h>
#include <vmklinux/status.h>

/* Take RTNL and have the driver make ready. Returns 0, or what the driver said; RTNL isn't held then. */
int vmklinux_ethtool_begin(struct net_device *dev) VMK_TRY_ACQUIRE(0, vmklinux_rtnl);

/* Let the driver rest again, and release RTNL. */
void vmklinux_ethtool_end(struct net_device *dev) VMK_RELEASE(vmklinux_rtnl);

/* Run @call between begin and complete, and leave its status. */
#define ETHTOOL(dev, call)                                                                                   \
    ({                                                                                                       \
        int err_ = vmklinux_ethtool_begin(dev);                                                              \
                                                                                                             \
        if (!err_) {                                                                                         \
            err_ = (call);                                                                                   \
            vmklinux_ethtool_end(dev);                                                                       \
        }                                                                                                    \
        vmklinux_status(err_);                                                                               \
    })

/* The same for an operation that returns nothing. */
#define ETHTOOL_VOID(dev, call) ETHTOOL(dev, ((call), 0))

/* ethtool_link.c */
extern const vmk_UplinkLinkSettingsOps vmklinux_ethtool_link_ops;

/* ethtool_dump.c */
extern const vmk_UplinkPrivStatsOps vmklinux_ethtool_stats_ops;
extern const vmk_UplinkRegDumpOps vmklinux_ethtool_regs_ops;
extern const vmk_UplinkEEPROMOps vmklinux_ethtool_eeprom_ops;
extern const vmk_UplinkSelfTestOps vmklinux_ethtool_test_ops;

/* ethtool_tune.c */
extern const vmk_UplinkRingParamsOps vmklinux_ethtool_ring_ops;
extern const vmk_UplinkCoalesceParamsOps vmklinux_ethtool_coalesce_ops;
extern const vmk_UplinkPauseParamsOps vmklinux_ethtool_pause_ops;

#endif
