/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ethtool.c - the uplink capabilities that a driver's ethtool operations make possible; the smallest of them.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ethtool.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <vmklinux/ethtool.h>
#include <vmklinux/netdev.h>
#include <vmklinux/status.h>

int vmklinux_ethtool_begin(struct net_device *dev)
{
    int err = 0;

    rtnl_lock();
    if (dev->ethtool_ops->begin)
        err = dev->ethtool_ops->begin(dev);
    if (err)
        rtnl_unlock();
    return err;
}

void vmklinux_ethtool_end(struct net_device *dev)
{
    if (dev->ethtool_ops->complete)
        dev->ethtool_ops->complete(dev);
    vmklinux_dev_configured(dev);
}

/* --- negotiation, wake on LAN, messages, LED --- */

static vmk_StatusValue restart_neg(vmk_AddrCookie data)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, dev->ethtool_ops->nway_reset(dev));
}

/* The causes that both sides have are numbered alike. */
#define WAKE_COMMON (WAKE_PHY | WAKE_UCAST | WAKE_MCAST | WAKE_BCAST | WAKE_ARP | WAKE_MAGIC)
static_assert(WAKE_PHY == VMK_UPLINK_WAKE_ON_PHY && WAKE_UCAST == VMK_UPLINK_WAKE_ON_UCAST &&
              WAKE_MCAST == VMK_UPLINK_WAKE_ON_MCAST && WAKE_BCAST == VMK_UPLINK_WAKE_ON_BCAST &&
              WAKE_ARP == VMK_UPLINK_WAKE_ON_ARP && WAKE_MAGIC == VMK_UPLINK_WAKE_ON_MAGIC);

static vmk_StatusValue wol_get(vmk_AddrCookie data, vmk_UplinkWOLState *state)
{
    struct ethtool_wolinfo wol = {.cmd = ETHTOOL_GWOL};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status = ETHTOOL_VOID(dev, dev->ethtool_ops->get_wol(dev, &wol));

    *state =
        (vmk_UplinkWOLState){.supported = wol.supported & WAKE_COMMON, .enabled = wol.wolopts & WAKE_COMMON};
    return status;
}

static int set_wol(struct net_device *dev, u32 causes)
{
    struct ethtool_wolinfo wol = {.cmd = ETHTOOL_GWOL};

    dev->ethtool_ops->get_wol(dev, &wol);
    if (causes & ~wol.supported)
        return -EINVAL;
    wol.cmd = ETHTOOL_SWOL;
    wol.wolopts = causes;
    return dev->ethtool_ops->set_wol(dev, &wol);
}

static vmk_StatusValue wol_set(vmk_AddrCookie data, const vmk_UplinkWOLState *state)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, set_wol(dev, state->enabled));
}

static vmk_StatusValue level_get(vmk_AddrCookie data, vmk_uint32 *level)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL_VOID(dev, *level = dev->ethtool_ops->get_msglevel(dev));
}

static vmk_StatusValue level_set(vmk_AddrCookie data, vmk_uint32 level)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL_VOID(dev, dev->ethtool_ops->set_msglevel(dev, level));
}

static int set_phys_id(struct net_device *dev, enum ethtool_phys_id_state state)
{
    int ret;

    rtnl_lock();
    ret = dev->ethtool_ops->set_phys_id(dev, state);
    rtnl_unlock();
    return ret;
}

/* ETHTOOL_ID_ACTIVE: below zero fails, 0 blinks by itself, above is how often a second to switch on and off.
 */
static vmk_StatusValue identify(vmk_AddrCookie data, vmk_uint32 seconds)
{
    struct net_device *dev = data.ptr;
    int rate = set_phys_id(dev, ETHTOOL_ID_ACTIVE), err = 0;

    if (rate < 0)
        return vmklinux_status(rate);
    if (rate == 0)
        msleep(seconds * 1000);
    for (u32 i = 0; !err && i < seconds * (u32)rate * 2; i++) {
        err = set_phys_id(dev, i & 1 ? ETHTOOL_ID_OFF : ETHTOOL_ID_ON);
        msleep(500 / (u32)rate);
    }
    (void)set_phys_id(dev, ETHTOOL_ID_INACTIVE);
    return vmklinux_status(err);
}

/* --- what a driver's operations add up to --- */

static const vmk_UplinkRestartNegOps restart_ops = {.restartNeg = restart_neg};
static const vmk_UplinkWOLOps wol_ops = {.wolStateGet = wol_get, .wolStateSet = wol_set};
static const vmk_UplinkMessageLevelOps level_ops = {.levelGet = level_get, .levelSet = level_set};
static const vmk_UplinkIdentifyOps identify_ops = {.identify = identify};

int vmklinux_ethtool_register(struct net_device *dev)
{
    const struct ethtool_ops *ops = dev->ethtool_ops;
    const struct {
        bool present;
        vmk_UplinkCap cap;
        const void *ops;
    } caps[] = {
        {ops && ops->get_link_ksettings && ops->set_link_ksettings, VMK_UPLINK_CAP_LINK_SETTINGS,
         &vmklinux_ethtool_link_ops},
        {ops && ops->nway_reset, VMK_UPLINK_CAP_RESTART_NEG, &restart_ops},
        {ops && ops->get_ethtool_stats && ops->get_strings && ops->get_sset_count, VMK_UPLINK_CAP_PRIV_STATS,
         &vmklinux_ethtool_stats_ops},
        {ops && ops->get_regs && ops->get_regs_len, VMK_UPLINK_CAP_REG_DUMP, &vmklinux_ethtool_regs_ops},
        {ops && ops->get_eeprom && ops->set_eeprom && ops->get_eeprom_len, VMK_UPLINK_CAP_EEPROM,
         &vmklinux_ethtool_eeprom_ops},
        {ops && ops->self_test && ops->get_strings && ops->get_sset_count, VMK_UPLINK_CAP_SELF_TEST,
         &vmklinux_ethtool_test_ops},
        {ops && ops->get_ringparam && ops->set_ringparam, VMK_UPLINK_CAP_RING_PARAMS,
         &vmklinux_ethtool_ring_ops},
        {ops && ops->get_coalesce && ops->set_coalesce, VMK_UPLINK_CAP_COALESCE_PARAMS,
         &vmklinux_ethtool_coalesce_ops},
        {ops && ops->get_pauseparam && ops->set_pauseparam, VMK_UPLINK_CAP_PAUSE_PARAMS,
         &vmklinux_ethtool_pause_ops},
        {ops && ops->get_wol && ops->set_wol, VMK_UPLINK_CAP_WAKE_ON_LAN, &wol_ops},
        {ops && ops->get_msglevel && ops->set_msglevel, VMK_UPLINK_CAP_MESSAGE_LEVEL, &level_ops},
        {ops && ops->set_phys_id, VMK_UPLINK_CAP_IDENTIFY, &identify_ops},
    };
    int err = 0;

    for (unsigned int i = 0; i < ARRAY_SIZE(caps) && !err; i++) {
        if (caps[i].present)
            err = vmklinux_errno(vmk_UplinkCapRegister(dev->uplink, caps[i].cap, caps[i].ops));
    }
    return err;
}
