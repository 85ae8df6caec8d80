/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool_tune.c - what of a device can be tuned: rings, interrupt coalescing, flow control. */
#include <linux/errno.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <vmklinux/ethtool.h>

static vmk_StatusValue ring_get(vmk_AddrCookie data, vmk_UplinkRingParams *params)
{
    struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};
    struct kernel_ethtool_ringparam kernel_ring = {0};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status =
        ETHTOOL_VOID(dev, dev->ethtool_ops->get_ringparam(dev, &ring, &kernel_ring, NULL));

    *params = (vmk_UplinkRingParams){
        .rxMaxPending = ring.rx_max_pending,
        .rxMiniMaxPending = ring.rx_mini_max_pending,
        .rxJumboMaxPending = ring.rx_jumbo_max_pending,
        .txMaxPending = ring.tx_max_pending,
        .rxPending = ring.rx_pending,
        .rxMiniPending = ring.rx_mini_pending,
        .rxJumboPending = ring.rx_jumbo_pending,
        .txPending = ring.tx_pending,
    };
    return status;
}

/* Report why a driver refused, if it says. */
static int with_reason(struct net_device *dev, int err, const struct netlink_ext_ack *extack)
{
    if (err && extack->_msg)
        netdev_warn(dev, "%s\n", extack->_msg);
    return err;
}

static int set_ring(struct net_device *dev, struct ethtool_ringparam *ring)
{
    struct kernel_ethtool_ringparam kernel_ring = {0};
    struct ethtool_ringparam max = {.cmd = ETHTOOL_GRINGPARAM};
    struct netlink_ext_ack extack = {NULL};

    dev->ethtool_ops->get_ringparam(dev, &max, &kernel_ring, &extack);
    if (ring->rx_pending > max.rx_max_pending || ring->rx_mini_pending > max.rx_mini_max_pending ||
        ring->rx_jumbo_pending > max.rx_jumbo_max_pending || ring->tx_pending > max.tx_max_pending)
        return -EINVAL;
    return with_reason(dev, dev->ethtool_ops->set_ringparam(dev, ring, &kernel_ring, &extack), &extack);
}

static vmk_StatusValue ring_set(vmk_AddrCookie data, const vmk_UplinkRingParams *params)
{
    struct ethtool_ringparam ring = {
        .cmd = ETHTOOL_SRINGPARAM,
        .rx_pending = params->rxPending,
        .rx_mini_pending = params->rxMiniPending,
        .rx_jumbo_pending = params->rxJumboPending,
        .tx_pending = params->txPending,
    };
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, set_ring(dev, &ring));
}

static vmk_StatusValue coalesce_get(vmk_AddrCookie data, vmk_UplinkCoalesceParams *params)
{
    struct ethtool_coalesce coalesce = {.cmd = ETHTOOL_GCOALESCE};
    struct kernel_ethtool_coalesce kernel_coalesce = {0};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status =
        ETHTOOL(dev, dev->ethtool_ops->get_coalesce(dev, &coalesce, &kernel_coalesce, NULL));

    *params = (vmk_UplinkCoalesceParams){
        .rxUsecs = coalesce.rx_coalesce_usecs,
        .rxMaxFrames = coalesce.rx_max_coalesced_frames,
        .txUsecs = coalesce.tx_coalesce_usecs,
        .txMaxFrames = coalesce.tx_max_coalesced_frames,
        .useAdaptiveRx = coalesce.use_adaptive_rx_coalesce != 0,
        .useAdaptiveTx = coalesce.use_adaptive_tx_coalesce != 0,
    };
    return status;
}

/* Which of ETHTOOL_COALESCE_* the caller asks to be other than they are. */
static u32 changed_coalesce(const struct ethtool_coalesce *now, const vmk_UplinkCoalesceParams *params)
{
    return (now->rx_coalesce_usecs != params->rxUsecs ? ETHTOOL_COALESCE_RX_USECS : 0) |
           (now->rx_max_coalesced_frames != params->rxMaxFrames ? ETHTOOL_COALESCE_RX_MAX_FRAMES : 0) |
           (now->tx_coalesce_usecs != params->txUsecs ? ETHTOOL_COALESCE_TX_USECS : 0) |
           (now->tx_max_coalesced_frames != params->txMaxFrames ? ETHTOOL_COALESCE_TX_MAX_FRAMES : 0) |
           (!now->use_adaptive_rx_coalesce != !params->useAdaptiveRx ? ETHTOOL_COALESCE_USE_ADAPTIVE_RX : 0) |
           (!now->use_adaptive_tx_coalesce != !params->useAdaptiveTx ? ETHTOOL_COALESCE_USE_ADAPTIVE_TX : 0);
}

static int set_coalesce(struct net_device *dev, const vmk_UplinkCoalesceParams *params)
{
    struct ethtool_coalesce coalesce = {.cmd = ETHTOOL_GCOALESCE};
    struct kernel_ethtool_coalesce kernel_coalesce = {0};
    struct netlink_ext_ack extack = {NULL};
    int err = dev->ethtool_ops->get_coalesce(dev, &coalesce, &kernel_coalesce, &extack);

    if (err)
        return err;
    if (changed_coalesce(&coalesce, params) & ~dev->ethtool_ops->supported_coalesce_params)
        return -EOPNOTSUPP;
    coalesce.cmd = ETHTOOL_SCOALESCE;
    coalesce.rx_coalesce_usecs = params->rxUsecs;
    coalesce.rx_max_coalesced_frames = params->rxMaxFrames;
    coalesce.tx_coalesce_usecs = params->txUsecs;
    coalesce.tx_max_coalesced_frames = params->txMaxFrames;
    coalesce.use_adaptive_rx_coalesce = params->useAdaptiveRx;
    coalesce.use_adaptive_tx_coalesce = params->useAdaptiveTx;
    return with_reason(dev, dev->ethtool_ops->set_coalesce(dev, &coalesce, &kernel_coalesce, &extack),
                       &extack);
}

static vmk_StatusValue coalesce_set(vmk_AddrCookie data, const vmk_UplinkCoalesceParams *params)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, set_coalesce(dev, params));
}

static vmk_StatusValue pause_get(vmk_AddrCookie data, vmk_UplinkPauseParams *params)
{
    struct ethtool_pauseparam pause = {.cmd = ETHTOOL_GPAUSEPARAM};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status = ETHTOOL_VOID(dev, dev->ethtool_ops->get_pauseparam(dev, &pause));

    *params = (vmk_UplinkPauseParams){
        .autoNegotiate = pause.autoneg != 0, .rxPause = pause.rx_pause != 0, .txPause = pause.tx_pause != 0};
    return status;
}

static vmk_StatusValue pause_set(vmk_AddrCookie data, const vmk_UplinkPauseParams *params)
{
    struct ethtool_pauseparam pause = {.cmd = ETHTOOL_SPAUSEPARAM,
                                       .autoneg = params->autoNegotiate,
                                       .rx_pause = params->rxPause,
                                       .tx_pause = params->txPause};
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, dev->ethtool_ops->set_pauseparam(dev, &pause));
}

const vmk_UplinkRingParamsOps vmklinux_ethtool_ring_ops = {.ringParamsGet = ring_get,
                                                           .ringParamsSet = ring_set};
const vmk_UplinkCoalesceParamsOps vmklinux_ethtool_coalesce_ops = {.getParams = coalesce_get,
                                                                   .setParams = coalesce_set};
const vmk_UplinkPauseParamsOps vmklinux_ethtool_pause_ops = {.pauseParamsGet = pause_get,
                                                             .pauseParamsSet = pause_set};
