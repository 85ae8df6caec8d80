/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool_link.c - speed, duplex and link modes: ethtool's and the uplink's. */
#include <linux/errno.h>
#include <linux/ethtool.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <vmklinux/ethtool.h>
#include <vmklinux/netdev.h>

/* The uplink's modes are few: many of ethtool's, by medium, stand behind one. */
static const struct {
    unsigned int bit;
    enum vmk_UplinkLinkMode mode;
} modes[] = {
    {ETHTOOL_LINK_MODE_10baseT_Half_BIT, VMK_UPLINK_MODE_10_HALF},
    {ETHTOOL_LINK_MODE_10baseT_Full_BIT, VMK_UPLINK_MODE_10_FULL},
    {ETHTOOL_LINK_MODE_100baseT_Half_BIT, VMK_UPLINK_MODE_100_HALF},
    {ETHTOOL_LINK_MODE_100baseT_Full_BIT, VMK_UPLINK_MODE_100_FULL},
    {ETHTOOL_LINK_MODE_1000baseT_Half_BIT, VMK_UPLINK_MODE_1000_HALF},
    {ETHTOOL_LINK_MODE_1000baseT_Full_BIT, VMK_UPLINK_MODE_1000_FULL},
    {ETHTOOL_LINK_MODE_1000baseKX_Full_BIT, VMK_UPLINK_MODE_1000_FULL},
    {ETHTOOL_LINK_MODE_1000baseX_Full_BIT, VMK_UPLINK_MODE_1000_FULL},
    {ETHTOOL_LINK_MODE_2500baseT_Full_BIT, VMK_UPLINK_MODE_2500_FULL},
    {ETHTOOL_LINK_MODE_2500baseX_Full_BIT, VMK_UPLINK_MODE_2500_FULL},
    {ETHTOOL_LINK_MODE_5000baseT_Full_BIT, VMK_UPLINK_MODE_5000_FULL},
    {ETHTOOL_LINK_MODE_10000baseT_Full_BIT, VMK_UPLINK_MODE_10000_FULL},
    {ETHTOOL_LINK_MODE_10000baseCR_Full_BIT, VMK_UPLINK_MODE_10000_FULL},
    {ETHTOOL_LINK_MODE_10000baseSR_Full_BIT, VMK_UPLINK_MODE_10000_FULL},
    {ETHTOOL_LINK_MODE_10000baseLR_Full_BIT, VMK_UPLINK_MODE_10000_FULL},
    {ETHTOOL_LINK_MODE_25000baseCR_Full_BIT, VMK_UPLINK_MODE_25000_FULL},
    {ETHTOOL_LINK_MODE_25000baseSR_Full_BIT, VMK_UPLINK_MODE_25000_FULL},
    {ETHTOOL_LINK_MODE_40000baseCR4_Full_BIT, VMK_UPLINK_MODE_40000_FULL},
    {ETHTOOL_LINK_MODE_40000baseSR4_Full_BIT, VMK_UPLINK_MODE_40000_FULL},
    {ETHTOOL_LINK_MODE_100000baseCR4_Full_BIT, VMK_UPLINK_MODE_100000_FULL},
    {ETHTOOL_LINK_MODE_100000baseSR4_Full_BIT, VMK_UPLINK_MODE_100000_FULL},
};

static u32 to_uplink_modes(const unsigned long *mask)
{
    u32 set = 0;

    for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
        set |= test_bit(modes[i].bit, mask) ? 1u << modes[i].mode : 0;
    return set;
}

/* Of the modes the device supports, those in @set; what has no number with the uplink (pause, TP) stays as it
 * was. */
static void from_uplink_modes(u32 set, const unsigned long *supported, unsigned long *mask)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
        __assign_bit(modes[i].bit, mask, (set >> modes[i].mode & 1) && test_bit(modes[i].bit, supported));
}

static vmk_LinkDuplex to_duplex(u8 duplex)
{
    return duplex == DUPLEX_FULL   ? VMK_LINK_DUPLEX_FULL
           : duplex == DUPLEX_HALF ? VMK_LINK_DUPLEX_HALF
                                   : VMK_LINK_DUPLEX_UNKNOWN;
}

static u32 to_speed(u32 speed)
{
    return speed == (u32)SPEED_UNKNOWN ? VMK_LINK_SPEED_AUTO : speed;
}

static int get_ksettings(struct net_device *dev, struct ethtool_link_ksettings *settings)
{
    memset(settings, 0, sizeof(*settings));
    settings->base.cmd = ETHTOOL_GLINKSETTINGS;
    return dev->ethtool_ops && dev->ethtool_ops->get_link_ksettings
               ? dev->ethtool_ops->get_link_ksettings(dev, settings)
               : -EOPNOTSUPP;
}

void vmklinux_ethtool_link_status(struct net_device *dev, vmk_LinkStatus *status)
{
    struct ethtool_link_ksettings settings;

    *status = (vmk_LinkStatus){.state = VMK_LINK_STATE_DOWN};
    if (!netif_carrier_ok(dev))
        return;
    status->state = VMK_LINK_STATE_UP;
    if (get_ksettings(dev, &settings) == 0) {
        status->speed = to_speed(settings.base.speed);
        status->duplex = to_duplex(settings.base.duplex);
    }
}

static vmk_StatusValue link_settings_get(vmk_AddrCookie data, vmk_UplinkLinkSettings *out)
{
    struct ethtool_link_ksettings settings = {0};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status = ETHTOOL(dev, get_ksettings(dev, &settings));

    *out = (vmk_UplinkLinkSettings){
        .speed = to_speed(settings.base.speed),
        .duplex = to_duplex(settings.base.duplex),
        .autoNegotiate = settings.base.autoneg == AUTONEG_ENABLE,
        .port = settings.base.port == PORT_TP      ? VMK_UPLINK_PORT_TWISTED_PAIR
                : settings.base.port == PORT_FIBRE ? VMK_UPLINK_PORT_FIBRE
                                                   : VMK_UPLINK_PORT_OTHER,
        .phyAddress = settings.base.phy_address,
        .supportedModes = to_uplink_modes(settings.link_modes.supported),
        .advertisedModes = to_uplink_modes(settings.link_modes.advertising),
    };
    return status;
}

static int set_ksettings(struct net_device *dev, const vmk_UplinkLinkSettings *wish)
{
    struct ethtool_link_ksettings settings;
    int err = get_ksettings(dev, &settings);

    if (err)
        return err;
    settings.base.cmd = ETHTOOL_SLINKSETTINGS;
    settings.base.autoneg = wish->autoNegotiate ? AUTONEG_ENABLE : AUTONEG_DISABLE;
    if (wish->autoNegotiate) {
        from_uplink_modes(wish->advertisedModes ? wish->advertisedModes : ~0u, settings.link_modes.supported,
                          settings.link_modes.advertising);
    } else {
        settings.base.speed = wish->speed;
        settings.base.duplex = wish->duplex == VMK_LINK_DUPLEX_HALF ? DUPLEX_HALF : DUPLEX_FULL;
    }
    return dev->ethtool_ops->set_link_ksettings(dev, &settings);
}

static vmk_StatusValue link_settings_set(vmk_AddrCookie data, const vmk_UplinkLinkSettings *wish)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, set_ksettings(dev, wish));
}

const vmk_UplinkLinkSettingsOps vmklinux_ethtool_link_ops = {.linkSettingsGet = link_settings_get,
                                                             .linkSettingsSet = link_settings_set};

/* --- for drivers --- */

void ethtool_convert_legacy_u32_to_link_mode(unsigned long *dst, u32 legacy_u32)
{
    bitmap_zero(dst, __ETHTOOL_LINK_MODE_MASK_NBITS);
    dst[0] = legacy_u32;
}
EXPORT_SYMBOL(ethtool_convert_legacy_u32_to_link_mode);

bool ethtool_convert_link_mode_to_legacy_u32(u32 *legacy_u32, const unsigned long *src)
{
    *legacy_u32 = (u32)src[0];
    return find_next_bit(src, __ETHTOOL_LINK_MODE_MASK_NBITS, 32) == __ETHTOOL_LINK_MODE_MASK_NBITS;
}
EXPORT_SYMBOL(ethtool_convert_link_mode_to_legacy_u32);

u32 ethtool_op_get_link(struct net_device *dev)
{
    return netif_carrier_ok(dev) ? 1 : 0;
}
EXPORT_SYMBOL(ethtool_op_get_link);

int ethtool_op_get_ts_info(struct net_device *dev, struct ethtool_ts_info *eti)
{
    eti->so_timestamping = 0;
    eti->phc_index = -1;
    return 0;
}
EXPORT_SYMBOL(ethtool_op_get_ts_info);

void ethtool_sprintf(u8 **data, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf((char *)*data, ETH_GSTRING_LEN, fmt, args);
    va_end(args);
    *data += ETH_GSTRING_LEN;
}
EXPORT_SYMBOL(ethtool_sprintf);
