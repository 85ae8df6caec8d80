/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dev.c - network devices: their life, their addresses, their configuration.
 *
 * A device is registered as an uplink by register_netdev() and opened when the network layer starts the
 * uplink. RTNL guards configuration, as in Linux.
 */
#include <linux/etherdevice.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <vmklinux/netdev.h>

/* Registered ones. */
static struct list_head netdevs VMK_GUARDED_BY(vmklinux_rtnl) = LIST_HEAD_INIT(netdevs);

static void init_tx_queues(struct net_device *dev)
{
    for (unsigned int i = 0; i < dev->num_tx_queues; i++) {
        struct netdev_queue *txq = &dev->_tx[i];

        txq->dev = dev;
        spin_lock_init(&txq->_xmit_lock);
        set_bit(__QUEUE_STATE_DRV_XOFF, &txq->state);
    }
}

struct net_device *vmklinux_alloc_netdev(struct module *module, int sizeof_priv, unsigned int txqs,
                                         unsigned int rxqs)
{
    size_t size = ALIGN(sizeof(struct net_device), NETDEV_ALIGN) + (size_t)sizeof_priv;
    struct net_device *dev = vmklinux_kvmalloc(module, size, GFP_KERNEL | __GFP_ZERO);

    if (!dev)
        return NULL;
    dev->_tx = vmklinux_kmalloc(module, txqs * sizeof(*dev->_tx), GFP_KERNEL | __GFP_ZERO);
    if (!dev->_tx) {
        kvfree(dev);
        return NULL;
    }
    dev->module = module;
    dev->num_tx_queues = dev->real_num_tx_queues = txqs;
    dev->num_rx_queues = dev->real_num_rx_queues = rxqs;
    dev->dev_addr = dev->mac_shadow;
    dev->addr_len = ETH_ALEN;
    dev->type = 1; /* ARPHRD_ETHER */
    dev->hard_header_len = ETH_HLEN;
    dev->mtu = ETH_DATA_LEN;
    dev->min_mtu = ETH_MIN_MTU;
    dev->max_mtu = ETH_DATA_LEN;
    dev->flags = IFF_BROADCAST | IFF_MULTICAST;
    dev->priv_flags = IFF_TX_SKB_SHARING;
    dev->state = BIT(__LINK_STATE_PRESENT);
    eth_broadcast_addr(dev->broadcast);
    INIT_LIST_HEAD(&dev->uc.list);
    INIT_LIST_HEAD(&dev->mc.list);
    INIT_LIST_HEAD(&dev->napi_list);
    spin_lock_init(&dev->addr_list_lock);
    init_tx_queues(dev);
    vmklinux_sched_init(dev);
    return dev;
}
EXPORT_SYMBOL(vmklinux_alloc_netdev);

static void flush_addresses(struct netdev_hw_addr_list *list)
{
    struct netdev_hw_addr *ha, *next;

    list_for_each_entry_safe (ha, next, &list->list, list)
        kfree(ha);
    INIT_LIST_HEAD(&list->list);
    list->count = 0;
}

void free_netdev(struct net_device *dev)
{
    struct napi_struct *napi, *next;

    list_for_each_entry_safe (napi, next, &dev->napi_list, dev_list)
        netif_napi_del(napi);
    flush_addresses(&dev->uc);
    flush_addresses(&dev->mc);
    kfree(dev->_tx);
    kvfree(dev);
}
EXPORT_SYMBOL(free_netdev);

/* --- registration --- */

static bool has_all_polls(struct net_device *dev)
{
    struct napi_struct *napi;

    list_for_each_entry (napi, &dev->napi_list, dev_list) {
        if (!napi->net_poll)
            return false;
    }
    return true;
}

static int add(struct net_device *dev) VMK_REQUIRES(vmklinux_rtnl)
{
    struct napi_struct *napi;
    int err = has_all_polls(dev) ? vmklinux_uplink_register(dev) : -ENOMEM;

    if (err)
        return err;
    list_for_each_entry (napi, &dev->napi_list, dev_list)
        vmklinux_napi_register_uplink(napi);
    strscpy(dev->name, vmk_UplinkNameGet(dev->uplink).string, sizeof(dev->name));
    list_add_tail(&dev->dev_list, &netdevs);
    if (!dev->dev.parent || dev->dev.parent->started)
        vmk_UplinkActivate(dev->uplink);
    return 0;
}

int register_netdev(struct net_device *dev)
{
    int err = 0;

    rtnl_lock();
    if (dev->addr_assign_type == NET_ADDR_PERM)
        memcpy(dev->perm_addr, dev->dev_addr, dev->addr_len);
    dev->wanted_features = dev->features & dev->hw_features;
    if (dev->netdev_ops->ndo_init)
        err = dev->netdev_ops->ndo_init(dev);
    if (!err) {
        (void)vmklinux_dev_update_features(dev);
        err = add(dev);
        if (err && dev->netdev_ops->ndo_uninit)
            dev->netdev_ops->ndo_uninit(dev);
    }
    rtnl_unlock();
    return err;
}
EXPORT_SYMBOL(register_netdev);

void vmklinux_netdevs_start(struct device *parent)
{
    struct net_device *dev;

    rtnl_lock();
    parent->started = true;
    list_for_each_entry (dev, &netdevs, dev_list) {
        if (dev->dev.parent == parent)
            vmk_UplinkActivate(dev->uplink);
    }
    rtnl_unlock();
}

void vmklinux_netdevs_stop(struct device *parent)
{
    struct net_device *dev;

    rtnl_lock();
    list_for_each_entry (dev, &netdevs, dev_list) {
        if (dev->dev.parent == parent)
            netif_device_detach(dev);
    }
    rtnl_unlock();
}

/* The uplink goes first and without RTNL: it has the device closed, which takes RTNL. */
void unregister_netdev(struct net_device *dev)
{
    struct napi_struct *napi;

    rtnl_lock();
    list_del(&dev->dev_list);
    rtnl_unlock();
    vmklinux_uplink_unregister(dev);
    rtnl_lock();
    dev_close(dev);
    list_for_each_entry (napi, &dev->napi_list, dev_list)
        vmk_NetPollUnregisterUplink(napi->net_poll);
    if (dev->netdev_ops->ndo_uninit)
        dev->netdev_ops->ndo_uninit(dev);
    rtnl_unlock();
}
EXPORT_SYMBOL(unregister_netdev);

/* --- up and down --- */

int dev_open(struct net_device *dev, struct netlink_ext_ack *extack)
{
    const struct net_device_ops *ops = dev->netdev_ops;
    int err = 0;

    ASSERT_RTNL();
    if (netif_running(dev))
        return 0;
    if (!netif_device_present(dev))
        return -ENODEV;
    set_bit(__LINK_STATE_START, &dev->state);
    if (ops->ndo_validate_addr)
        err = ops->ndo_validate_addr(dev);
    if (!err && ops->ndo_open)
        err = ops->ndo_open(dev);
    if (err) {
        clear_bit(__LINK_STATE_START, &dev->state);
        return err;
    }
    dev->flags |= IFF_UP;
    vmklinux_dev_apply_filter(dev);
    vmklinux_watchdog_up(dev);
    return 0;
}
EXPORT_SYMBOL(dev_open);

void dev_close(struct net_device *dev)
{
    ASSERT_RTNL();
    if (!netif_running(dev))
        return;
    vmklinux_watchdog_down(dev);
    netif_tx_disable(dev);
    clear_bit(__LINK_STATE_START, &dev->state);
    if (dev->netdev_ops->ndo_stop)
        dev->netdev_ops->ndo_stop(dev);
    dev->flags &= ~(unsigned int)IFF_UP;
}
EXPORT_SYMBOL(dev_close);

static int set_real_num(struct net_device *dev, unsigned int count, unsigned int max, unsigned int *real)
{
    if (count < 1 || count > max)
        return -EINVAL;
    *real = count;
    return 0;
}

int netif_set_real_num_tx_queues(struct net_device *dev, unsigned int txq)
{
    return set_real_num(dev, txq, dev->num_tx_queues, &dev->real_num_tx_queues);
}
EXPORT_SYMBOL(netif_set_real_num_tx_queues);

int netif_set_real_num_rx_queues(struct net_device *dev, unsigned int rxq)
{
    return set_real_num(dev, rxq, dev->num_rx_queues, &dev->real_num_rx_queues);
}
EXPORT_SYMBOL(netif_set_real_num_rx_queues);
