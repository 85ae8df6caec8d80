/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netdev.h - net_device objects, between net/dev.c, net/uplink.c, net/ethtool.c and the buses.
 */
#ifndef VMKLINUX_NETDEV_H
#define VMKLINUX_NETDEV_H

#include <linux/netdevice.h>

/* Get, and free, what all network devices share. The first returns 0 or a negative errno. */
int vmklinux_net_start(void);
void vmklinux_net_stop(void);

/*
 * Make the network devices that were registered while @parent was probed known to the network layer: their
 * driver is ready for them now. Those registered later are known at once. Context: may block.
 */
void vmklinux_netdevs_start(struct device *parent) VMK_EXCLUDES(vmklinux_rtnl);

/* Detach the network devices of @parent: an open under way ends first, none comes after. Context: may block.
 */
void vmklinux_netdevs_stop(struct device *parent) VMK_EXCLUDES(vmklinux_rtnl);

/* Register @dev's uplink with all it can do; dev->uplink is set then. Returns 0 or a negative errno. */
int vmklinux_uplink_register(struct net_device *dev);
/* Nothing of the uplink's runs or will be called after that. */
void vmklinux_uplink_unregister(struct net_device *dev) VMK_EXCLUDES(vmklinux_rtnl);

/*
 * Release RTNL after an operation of the uplink's, and report what it did to @dev's carrier: who waits for a
 * link from now on waits for the one that comes back. Context: may block.
 */
void vmklinux_dev_configured(struct net_device *dev) VMK_RELEASE(vmklinux_rtnl);

/* Prepare what net/sch_generic.c keeps in a new device. */
void vmklinux_sched_init(struct net_device *dev);

/* Watch for a transmitter that hangs, and stop watching: ndo_tx_timeout is not running then. */
void vmklinux_watchdog_up(struct net_device *dev);
void vmklinux_watchdog_down(struct net_device *dev);

/* Tell the uplink what each ethtool operation of the driver makes it capable of. */
int vmklinux_ethtool_register(struct net_device *dev);

/* Speed in Mbps and duplex; VMK_LINK_SPEED_AUTO where the driver doesn't say. */
void vmklinux_ethtool_link_status(struct net_device *dev, vmk_LinkStatus *status) VMK_REQUIRES(vmklinux_rtnl);

/* Have a poll deliver to the device's uplink. */
void vmklinux_napi_register_uplink(struct napi_struct *napi);

/* Have the driver set its receive filter by dev->flags and address lists. */
void vmklinux_dev_apply_filter(struct net_device *dev) VMK_REQUIRES(vmklinux_rtnl);

/* Return 0 or a negative errno. */
int vmklinux_dev_set_mtu(struct net_device *dev, unsigned int mtu) VMK_REQUIRES(vmklinux_rtnl);
int vmklinux_dev_set_mac(struct net_device *dev, const u8 *mac) VMK_REQUIRES(vmklinux_rtnl);
int vmklinux_dev_set_filter(struct net_device *dev, bool promisc, bool allmulti) VMK_REQUIRES(vmklinux_rtnl);
int vmklinux_dev_set_multicast(struct net_device *dev, unsigned int count, const u8 (*addrs)[ETH_ALEN])
    VMK_REQUIRES(vmklinux_rtnl);
int vmklinux_dev_update_features(struct net_device *dev) VMK_REQUIRES(vmklinux_rtnl);
int vmklinux_dev_set_features(struct net_device *dev, netdev_features_t mask, bool on)
    VMK_REQUIRES(vmklinux_rtnl);

#endif
