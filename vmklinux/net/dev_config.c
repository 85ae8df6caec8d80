/* SPDX-License-Identifier: GPL-2.0-only */
/* dev_config.c - changing a device's MTU, addresses, receive filter and features. */
#include <linux/etherdevice.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <vmklinux/netdev.h>

int vmklinux_dev_set_mtu(struct net_device *dev, unsigned int mtu)
{
    int err = 0;

    if (mtu == dev->mtu)
        return 0;
    if (mtu < dev->min_mtu || (dev->max_mtu && mtu > dev->max_mtu))
        return -EINVAL;
    if (!netif_device_present(dev))
        return -ENODEV;
    if (dev->netdev_ops->ndo_change_mtu)
        err = dev->netdev_ops->ndo_change_mtu(dev, (int)mtu);
    else
        dev->mtu = mtu;
    return err;
}

void dev_addr_mod(struct net_device *dev, unsigned int offset, const void *addr, size_t len)
{
    memcpy(&dev->mac_shadow[offset], addr, len);
    if (dev->uplink)
        vmk_UplinkUpdateMAC(dev->uplink, dev->mac_shadow);
}
EXPORT_SYMBOL(dev_addr_mod);

int vmklinux_dev_set_mac(struct net_device *dev, const u8 *mac)
{
    struct sockaddr address = {.sa_family = dev->type};
    int err;

    if (!dev->netdev_ops->ndo_set_mac_address)
        return -EOPNOTSUPP;
    if (!netif_device_present(dev))
        return -ENODEV;
    memcpy(address.sa_data, mac, ETH_ALEN);
    err = dev->netdev_ops->ndo_set_mac_address(dev, &address);
    if (!err)
        dev->addr_assign_type = NET_ADDR_SET;
    return err;
}

void vmklinux_dev_apply_filter(struct net_device *dev)
{
    if (!(dev->flags & IFF_UP) || !netif_device_present(dev) || !dev->netdev_ops->ndo_set_rx_mode)
        return;
    spin_lock_bh(&dev->addr_list_lock);
    dev->netdev_ops->ndo_set_rx_mode(dev);
    spin_unlock_bh(&dev->addr_list_lock);
}

static void set_flag(struct net_device *dev, unsigned int flag, bool on)
{
    bool was = (dev->flags & flag) != 0;

    dev->flags = on ? dev->flags | flag : dev->flags & ~flag;
    if (was != on && (dev->flags & IFF_UP) && dev->netdev_ops->ndo_change_rx_flags)
        dev->netdev_ops->ndo_change_rx_flags(dev, (int)flag);
}

int vmklinux_dev_set_filter(struct net_device *dev, bool promisc, bool allmulti)
{
    set_flag(dev, IFF_PROMISC, promisc);
    set_flag(dev, IFF_ALLMULTI, allmulti);
    vmklinux_dev_apply_filter(dev);
    return 0;
}

/* All of @addrs in a list of their own, or none. */
static int make_list(struct net_device *dev, unsigned int count, const u8 (*addrs)[ETH_ALEN],
                     struct list_head *list)
{
    struct netdev_hw_addr *ha, *next;

    for (unsigned int i = 0; i < count; i++) {
        ha = vmklinux_kmalloc(dev->module, sizeof(*ha), GFP_KERNEL | __GFP_ZERO);
        if (!ha)
            goto fail;
        memcpy(ha->addr, addrs[i], ETH_ALEN);
        list_add_tail(&ha->list, list);
    }
    return 0;

fail:
    list_for_each_entry_safe (ha, next, list, list)
        kfree(ha);
    return -ENOMEM;
}

int vmklinux_dev_set_multicast(struct net_device *dev, unsigned int count, const u8 (*addrs)[ETH_ALEN])
{
    struct netdev_hw_addr *ha, *next;
    LIST_HEAD(new);
    LIST_HEAD(old);

    if (make_list(dev, count, addrs, &new))
        return -ENOMEM;
    spin_lock_bh(&dev->addr_list_lock);
    list_splice_init(&dev->mc.list, &old);
    list_splice(&new, &dev->mc.list);
    dev->mc.count = (int)count;
    spin_unlock_bh(&dev->addr_list_lock);
    list_for_each_entry_safe (ha, next, &old, list)
        kfree(ha);
    vmklinux_dev_apply_filter(dev);
    return 0;
}

/* An offload that stands on another goes with it. */
static netdev_features_t fix_features(struct net_device *dev, netdev_features_t features)
{
    if (dev->netdev_ops->ndo_fix_features)
        features = dev->netdev_ops->ndo_fix_features(dev, features);
    if (features & NETIF_F_HW_CSUM)
        features &= ~(NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM);
    if (!(features & NETIF_F_SG))
        features &= ~NETIF_F_ALL_TSO;
    if (!(features & (NETIF_F_HW_CSUM | NETIF_F_IP_CSUM)))
        features &= ~(NETIF_F_TSO | NETIF_F_TSO_ECN);
    if (!(features & (NETIF_F_HW_CSUM | NETIF_F_IPV6_CSUM)))
        features &= ~NETIF_F_TSO6;
    return features;
}

int vmklinux_dev_update_features(struct net_device *dev)
{
    netdev_features_t wanted = (dev->features & ~dev->hw_features) | dev->wanted_features;
    netdev_features_t features = fix_features(dev, wanted);
    int err = 0;

    if (dev->features == features)
        return 0;
    if (dev->netdev_ops->ndo_set_features)
        err = dev->netdev_ops->ndo_set_features(dev, features);
    if (err < 0)
        return err;
    /* Above zero: the driver has set dev->features itself. */
    if (err == 0)
        dev->features = features;
    return 0;
}

int vmklinux_dev_set_features(struct net_device *dev, netdev_features_t mask, bool on)
{
    if (mask & ~dev->hw_features)
        return -EOPNOTSUPP;
    dev->wanted_features = on ? dev->wanted_features | mask : dev->wanted_features & ~mask;
    return vmklinux_dev_update_features(dev);
}
