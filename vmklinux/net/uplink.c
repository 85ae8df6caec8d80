/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uplink.c - a net_device as an uplink: the operations every NIC has, and its offloads.
 *
 * Transmission comes in lists; the queue's lock is held for all of a list. When the driver stops the queue,
 * the rest of the list stays with the uplink, which is told to wait; whoever wakes the queue then tells it to
 * go on.
 */
#include <linux/ethtool.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <vmkapi/net/net_uplink.h>
#include <vmklinux/netdev.h>
#include <vmklinux/skb_pkt.h>
#include <vmklinux/status.h>

vmk_PCPUStorage vmklinux_xmit_more;
EXPORT_SYMBOL(vmklinux_xmit_more);

int vmklinux_net_start(void)
{
    return vmklinux_errno(vmk_PCPUStorageAlloc(THIS_MODULE->id, sizeof(bool), &vmklinux_xmit_more));
}

void vmklinux_net_stop(void)
{
    vmk_PCPUStorageFree(THIS_MODULE->id, sizeof(bool), vmklinux_xmit_more);
}

/* --- transmission --- */

/* Tell the uplink to wait, unless the driver has woken the queue in between. */
static vmk_StatusValue stop_uplink_queue(struct netdev_queue *txq)
{
    struct net_device *dev = txq->dev;

    WRITE_ONCE(txq->uplink_stopped, true);
    vmk_UplinkQueueStop(dev->uplink, (vmk_uint32)(txq - dev->_tx));
    smp_mb();
    if (!netif_xmit_frozen_or_stopped(txq))
        vmklinux_queue_go(txq);
    return VMK_BUSY;
}

/* Leave the packets from @first on to the uplink. */
static void leave_from(vmk_PktList list, vmk_PktHandle *first)
{
    list->first = first;
    list->count = 0;
    for (const vmk_PktHandle *pkt = first; pkt; pkt = pkt->next)
        list->count++;
}

/* Offer packets to the driver until the list is empty or the queue is stopped. Locks: the queue's. */
static vmk_StatusValue transmit(struct net_device *dev, struct netdev_queue *txq, vmk_PktList list)
{
    netdev_tx_t (*start_xmit)(struct sk_buff *, struct net_device *) = dev->netdev_ops->ndo_start_xmit;
    unsigned int queue = (unsigned int)(txq - dev->_tx);
    vmk_PktHandle *pkt, *next;

    for (pkt = list->first; pkt; pkt = next) {
        next = pkt->next;
        *VMK_PCPU_HERE(bool, vmklinux_xmit_more) = next != NULL;
        if (unlikely(netif_xmit_frozen_or_stopped(txq)) ||
            unlikely(start_xmit(vmklinux_skb_for_tx(pkt, dev, queue), dev) == NETDEV_TX_BUSY)) {
            leave_from(list, pkt);
            return stop_uplink_queue(txq);
        }
    }
    vmk_PktListInit(list);
    return VMK_OK;
}

static vmk_StatusValue uplink_tx(vmk_AddrCookie data, vmk_PktList list)
{
    struct net_device *dev = data.ptr;
    /* With one queue the packets are not marked. */
    unsigned int index = dev->real_num_tx_queues == 1 ? 0 : vmk_PktListGetFirstPkt(list)->queueID;
    struct netdev_queue *txq = netdev_get_tx_queue(dev, index);
    vmk_StatusValue status;

    __netif_tx_lock(txq, smp_processor_id());
    status = transmit(dev, txq, list);
    txq_trans_cond_update(txq);
    __netif_tx_unlock(txq);
    return status;
}

/* --- configuration --- */

static vmk_StatusValue uplink_mtu_set(vmk_AddrCookie data, vmk_uint32 mtu)
{
    int err;

    rtnl_lock();
    err = vmklinux_dev_set_mtu(data.ptr, mtu);
    vmklinux_dev_configured(data.ptr);
    return vmklinux_status(err);
}

static vmk_StatusValue uplink_state_set(vmk_AddrCookie data, vmk_UplinkState state)
{
    int err;

    rtnl_lock();
    err = vmklinux_dev_set_filter(data.ptr, state & VMK_UPLINK_STATE_PROMISC,
                                  state & VMK_UPLINK_STATE_MULTICAST);
    rtnl_unlock();
    return vmklinux_status(err);
}

static vmk_StatusValue uplink_start(vmk_AddrCookie data)
{
    int err;

    rtnl_lock();
    err = dev_open(data.ptr, NULL);
    vmklinux_dev_configured(data.ptr);
    return vmklinux_status(err);
}

static vmk_StatusValue uplink_quiesce(vmk_AddrCookie data)
{
    rtnl_lock();
    dev_close(data.ptr);
    vmklinux_dev_configured(data.ptr);
    return VMK_OK;
}

static vmk_StatusValue uplink_reset(vmk_AddrCookie data)
{
    struct net_device *dev = data.ptr;
    int err = 0;

    rtnl_lock();
    if (netif_running(dev)) {
        dev_close(dev);
        err = dev_open(dev, NULL);
    }
    vmklinux_dev_configured(dev);
    return vmklinux_status(err);
}

static void copy_stats(const struct net_device_stats *from, vmk_UplinkStats *to)
{
    *to = (vmk_UplinkStats){
        .rxPkts = from->rx_packets,
        .txPkts = from->tx_packets,
        .rxBytes = from->rx_bytes,
        .txBytes = from->tx_bytes,
        .rxErrors = from->rx_errors,
        .txErrors = from->tx_errors,
        .rxDrops = from->rx_dropped,
        .txDrops = from->tx_dropped,
        .rxMulticastPkts = from->multicast,
        .collisions = from->collisions,
        .rxLengthErrors = from->rx_length_errors,
        .rxOverflowErrors = from->rx_over_errors,
        .rxCRCErrors = from->rx_crc_errors,
        .rxFrameAlignErrors = from->rx_frame_errors,
        .rxFifoErrors = from->rx_fifo_errors,
        .rxMissErrors = from->rx_missed_errors,
        .txAborted = from->tx_aborted_errors,
        .txCarrierErrors = from->tx_carrier_errors,
        .txFifoErrors = from->tx_fifo_errors,
        .txHeartbeatErrors = from->tx_heartbeat_errors,
        .txWindowErrors = from->tx_window_errors,
    };
}

/* What struct rtnl_link_stats64 begins with is net_device_stats in 64 bits. */
static void get_stats64(struct net_device *dev, struct net_device_stats *stats)
{
    struct rtnl_link_stats64 stats64 = {0};

    dev->netdev_ops->ndo_get_stats64(dev, &stats64);
    static_assert(sizeof(*stats) <= sizeof(stats64));
    static_assert(offsetof(struct rtnl_link_stats64, tx_compressed) ==
                  offsetof(struct net_device_stats, tx_compressed));
    memcpy(stats, &stats64, sizeof(*stats));
}

static vmk_StatusValue uplink_stats_get(vmk_AddrCookie data, vmk_UplinkStats *stats)
{
    struct net_device *dev = data.ptr;
    struct net_device_stats now = dev->stats;

    rtnl_lock();
    if (dev->netdev_ops->ndo_get_stats64)
        get_stats64(dev, &now);
    else if (dev->netdev_ops->ndo_get_stats)
        now = *dev->netdev_ops->ndo_get_stats(dev);
    rtnl_unlock();
    copy_stats(&now, stats);
    return VMK_OK;
}

/* --- offloads and filters --- */

/* Which Linux features, any of them, make an offload of the uplink's. */
static const struct {
    vmk_UplinkCap cap;
    netdev_features_t features;
} offloads[] = {
    {VMK_UPLINK_CAP_SG_TX, NETIF_F_SG},
    {VMK_UPLINK_CAP_HIGH_DMA, NETIF_F_HIGHDMA},
    {VMK_UPLINK_CAP_IPV4_CSO, NETIF_F_HW_CSUM | NETIF_F_IP_CSUM},
    {VMK_UPLINK_CAP_IPV6_CSO, NETIF_F_HW_CSUM | NETIF_F_IPV6_CSUM},
    {VMK_UPLINK_CAP_IPV4_TSO, NETIF_F_TSO},
    {VMK_UPLINK_CAP_IPV6_TSO, NETIF_F_TSO6},
    {VMK_UPLINK_CAP_VLAN_TX_INSERT, NETIF_F_HW_VLAN_CTAG_TX},
    {VMK_UPLINK_CAP_VLAN_RX_STRIP, NETIF_F_HW_VLAN_CTAG_RX},
    {VMK_UPLINK_CAP_RX_CSO, NETIF_F_RXCSUM},
};

static void update_caps(struct net_device *dev)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(offloads); i++) {
        if (vmk_UplinkCapIsRegistered(dev->uplink, offloads[i].cap))
            vmk_UplinkCapUpdate(dev->uplink, offloads[i].cap, (dev->features & offloads[i].features) != 0);
    }
}

static vmk_StatusValue uplink_cap_set(vmk_AddrCookie data, vmk_uint32 cap, vmk_Bool on)
{
    struct net_device *dev = data.ptr;
    int err = -EOPNOTSUPP;

    rtnl_lock();
    for (unsigned int i = 0; i < ARRAY_SIZE(offloads); i++) {
        if (offloads[i].cap == cap)
            err = vmklinux_dev_set_features(dev, offloads[i].features & dev->hw_features, on);
    }
    update_caps(dev);
    vmklinux_dev_configured(dev);
    return vmklinux_status(err);
}

static vmk_StatusValue vlan_set(vmk_AddrCookie data, vmk_uint16 vid, vmk_Bool on)
{
    struct net_device *dev = data.ptr;
    const struct net_device_ops *ops = dev->netdev_ops;
    int err;

    rtnl_lock();
    err = on ? ops->ndo_vlan_rx_add_vid(dev, htons(ETH_P_8021Q), vid)
             : ops->ndo_vlan_rx_kill_vid(dev, htons(ETH_P_8021Q), vid);
    rtnl_unlock();
    return vmklinux_status(err);
}

static vmk_StatusValue multicast_set(vmk_AddrCookie data, vmk_uint32 count, const vmk_EthAddress *addrs)
{
    int err;

    rtnl_lock();
    err = vmklinux_dev_set_multicast(data.ptr, count, addrs);
    rtnl_unlock();
    return vmklinux_status(err);
}

static vmk_StatusValue mac_set(vmk_AddrCookie data, const vmk_uint8 *mac)
{
    int err;

    rtnl_lock();
    err = vmklinux_dev_set_mac(data.ptr, mac);
    rtnl_unlock();
    return vmklinux_status(err);
}

static const vmk_UplinkOps uplink_ops = {
    .uplinkTx = uplink_tx,
    .uplinkMTUSet = uplink_mtu_set,
    .uplinkStateSet = uplink_state_set,
    .uplinkStatsGet = uplink_stats_get,
    .uplinkStart = uplink_start,
    .uplinkQuiesce = uplink_quiesce,
    .uplinkReset = uplink_reset,
    .uplinkCapSet = uplink_cap_set,
};

static const vmk_UplinkVLANFilterOps vlan_ops = {.vlanSet = vlan_set};
static const vmk_UplinkMulticastFilterOps multicast_ops = {.addrsSet = multicast_set};
static const vmk_UplinkMACOps mac_ops = {.macSet = mac_set};

/* --- registration --- */

static vmk_StatusValue register_caps(struct net_device *dev)
{
    const struct net_device_ops *ops = dev->netdev_ops;
    vmk_StatusValue status = VMK_OK;

    for (unsigned int i = 0; i < ARRAY_SIZE(offloads) && status == VMK_OK; i++) {
        if (offloads[i].features & dev->hw_features & ~dev->features &&
            !vmk_UplinkCapIsRegistered(dev->uplink, offloads[i].cap))
            status = vmk_UplinkCapRegister(dev->uplink, offloads[i].cap, NULL);
    }
    update_caps(dev);
    if (status == VMK_OK && (dev->features & NETIF_F_HW_VLAN_CTAG_FILTER) && ops->ndo_vlan_rx_add_vid)
        status = vmk_UplinkCapRegister(dev->uplink, VMK_UPLINK_CAP_VLAN_FILTER, &vlan_ops);
    if (status == VMK_OK && ops->ndo_set_rx_mode)
        status = vmk_UplinkCapRegister(dev->uplink, VMK_UPLINK_CAP_MULTICAST_FILTER, &multicast_ops);
    if (status == VMK_OK && ops->ndo_set_mac_address)
        status = vmk_UplinkCapRegister(dev->uplink, VMK_UPLINK_CAP_MAC_SET, &mac_ops);
    return status;
}

static void set_driver_info(struct net_device *dev, vmk_UplinkDriverInfo *info)
{
    struct ethtool_drvinfo drvinfo = {0};

    if (dev->ethtool_ops && dev->ethtool_ops->get_drvinfo)
        dev->ethtool_ops->get_drvinfo(dev, &drvinfo);
    strscpy(info->driver.string, dev->module->name, sizeof(info->driver.string));
    strscpy(info->version.string, drvinfo.version[0] ? drvinfo.version : "Linux 6.1",
            sizeof(info->version.string));
    strscpy(info->firmwareVersion.string, drvinfo.fw_version, sizeof(info->firmwareVersion.string));
    if (dev->dev.parent)
        strscpy(info->busAddress.string, dev_name(dev->dev.parent), sizeof(info->busAddress.string));
}

int vmklinux_uplink_register(struct net_device *dev)
{
    vmk_UplinkRegData reg = {
        .moduleID = dev->module->id,
        .ops = &uplink_ops,
        .driverData.ptr = dev,
        .mtu = dev->mtu,
        .minMTU = dev->min_mtu,
        .maxMTU = dev->max_mtu,
        .numTxQueues = min(dev->real_num_tx_queues, (unsigned int)VMK_UPLINK_MAX_TX_QUEUES),
    };
    vmk_Uplink uplink;
    int err;

    memcpy(reg.mac, dev->dev_addr, ETH_ALEN);
    set_driver_info(dev, &reg.driverInfo);
    for (unsigned int i = 0; i < ARRAY_SIZE(offloads); i++)
        reg.caps |= dev->features & offloads[i].features ? BIT(offloads[i].cap) : 0;
    err = vmklinux_errno(vmk_UplinkRegister(&reg, &uplink));
    if (err)
        return err;
    dev->uplink = uplink;
    err = vmklinux_errno(register_caps(dev));
    if (!err)
        err = vmklinux_ethtool_register(dev);
    if (err) {
        dev->uplink = NULL;
        vmk_UplinkUnregister(uplink);
    }
    return err;
}

void vmklinux_uplink_unregister(struct net_device *dev)
{
    /* From now on nothing is reported, though the driver goes on saying that its carrier changes. */
    rtnl_lock();
    dev->leaving = true;
    rtnl_unlock();
    vmk_UplinkUnregister(dev->uplink);
    WRITE_ONCE(dev->uplink, NULL);
    cancel_work_sync(&dev->link_work);
}
