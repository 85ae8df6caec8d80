/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ethtool.c - the uplink capabilities that a driver's ethtool operations make possible.
 *
 * An uplink gets a capability when the driver has the operations behind it. Each call takes RTNL and is
 * bracketed by the driver's begin and complete, as ethtool's ioctl was.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/ethtool.h>
#include <linux/export.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <vmklinux/netdev.h>
#include <vmklinux/status.h>

static int begin(struct net_device *dev)
{
    int err = 0;

    rtnl_lock();
    if (dev->ethtool_ops->begin)
        err = dev->ethtool_ops->begin(dev);
    if (err)
        rtnl_unlock();
    return err;
}

static void end(struct net_device *dev)
{
    if (dev->ethtool_ops->complete)
        dev->ethtool_ops->complete(dev);
    rtnl_unlock();
}

/* Run @call between begin and complete, and leave its status. */
#define ETHTOOL(dev, call)                                                                                   \
    ({                                                                                                       \
        int err_ = begin(dev);                                                                               \
                                                                                                             \
        if (!err_) {                                                                                         \
            err_ = (call);                                                                                   \
            end(dev);                                                                                        \
        }                                                                                                    \
        vmklinux_status(err_);                                                                               \
    })

/* The same for an operation that returns nothing. */
#define ETHTOOL_VOID(dev, call) ETHTOOL(dev, ((call), 0))

static vmk_StatusValue restart_neg(vmk_AddrCookie data)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, dev->ethtool_ops->nway_reset(dev));
}

/* --- strings and numbers: statistics, self test --- */

/* The driver's names of a string set, @count of ETH_GSTRING_LEN bytes each, as uplink strings. */
static int get_names(struct net_device *dev, u32 set, u32 count, vmk_UplinkString *names)
{
    u8 *strings = kcalloc(count, ETH_GSTRING_LEN, GFP_KERNEL);

    if (!strings)
        return -ENOMEM;
    dev->ethtool_ops->get_strings(dev, set, strings);
    for (u32 i = 0; i < count; i++) {
        strings[(i + 1) * ETH_GSTRING_LEN - 1] = '\0';
        strscpy(names[i], (const char *)&strings[i * ETH_GSTRING_LEN], sizeof(names[i]));
    }
    kfree(strings);
    return 0;
}

static int get_count(struct net_device *dev, int set, vmk_uint32 *count)
{
    int n = dev->ethtool_ops->get_sset_count(dev, set);

    *count = n < 0 ? 0 : (vmk_uint32)n;
    return min(n, 0);
}

/* The caller's count must be the driver's: that is how many values it will write. */
static int check_count(struct net_device *dev, int set, vmk_uint32 count)
{
    return dev->ethtool_ops->get_sset_count(dev, set) == (int)count ? 0 : -EINVAL;
}

static int read_stats(struct net_device *dev, u32 count, vmk_UplinkString *names, u64 *values)
{
    struct ethtool_stats stats = {.cmd = ETHTOOL_GSTATS, .n_stats = count};
    int err = check_count(dev, ETH_SS_STATS, count);

    if (!err)
        err = get_names(dev, ETH_SS_STATS, count, names);
    if (!err)
        dev->ethtool_ops->get_ethtool_stats(dev, &stats, values);
    return err;
}

static vmk_StatusValue stats_count(vmk_AddrCookie data, vmk_uint32 *count)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, get_count(dev, ETH_SS_STATS, count));
}

static vmk_StatusValue stats_get(vmk_AddrCookie data, vmk_uint32 count, vmk_UplinkString *names,
                                 vmk_uint64 *values)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, read_stats(dev, count, names, (u64 *)values));
}

static vmk_StatusValue test_count(vmk_AddrCookie data, vmk_uint32 *count)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, get_count(dev, ETH_SS_TEST, count));
}

static int run_tests(struct net_device *dev, u32 count, struct ethtool_test *test, vmk_UplinkString *names,
                     u64 *results)
{
    int err = check_count(dev, ETH_SS_TEST, count);

    if (!err)
        err = get_names(dev, ETH_SS_TEST, count, names);
    if (!err)
        dev->ethtool_ops->self_test(dev, test, results);
    return err;
}

static vmk_StatusValue test_run(vmk_AddrCookie data, vmk_Bool online, vmk_uint32 count,
                                vmk_UplinkString *names, vmk_uint64 *results, vmk_Bool *passed)
{
    struct ethtool_test test = {.cmd = ETHTOOL_TEST, .flags = online ? 0 : ETH_TEST_FL_OFFLINE, .len = count};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status;

    memset(results, 0, count * sizeof(*results));
    status = ETHTOOL(dev, run_tests(dev, count, &test, names, (u64 *)results));
    *passed = !(test.flags & ETH_TEST_FL_FAILED);
    return status;
}

/* --- registers and EEPROM --- */

static int regs_size(struct net_device *dev, vmk_uint32 *size)
{
    int len = dev->ethtool_ops->get_regs_len(dev);

    *size = len < 0 ? 0 : (vmk_uint32)len;
    return min(len, 0);
}

static vmk_StatusValue regs_size_get(vmk_AddrCookie data, vmk_uint32 *size)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, regs_size(dev, size));
}

static int dump_regs(struct net_device *dev, u32 size, void *buffer, vmk_uint32 *version)
{
    struct ethtool_regs regs = {.cmd = ETHTOOL_GREGS, .len = size};

    if (dev->ethtool_ops->get_regs_len(dev) != (int)size)
        return -EINVAL;
    dev->ethtool_ops->get_regs(dev, &regs, buffer);
    *version = regs.version;
    return 0;
}

static vmk_StatusValue regs_dump(vmk_AddrCookie data, vmk_uint32 size, void *buffer, vmk_uint32 *version)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, dump_regs(dev, size, buffer, version));
}

static vmk_StatusValue eeprom_size(vmk_AddrCookie data, vmk_uint32 *size)
{
    struct net_device *dev = data.ptr;

    return ETHTOOL_VOID(dev, *size = (vmk_uint32)dev->ethtool_ops->get_eeprom_len(dev));
}

static bool eeprom_has(struct net_device *dev, u32 offset, u32 len)
{
    u32 size = (u32)dev->ethtool_ops->get_eeprom_len(dev);

    return len != 0 && offset <= size && len <= size - offset;
}

static int read_eeprom(struct net_device *dev, struct ethtool_eeprom *eeprom, void *buffer)
{
    return eeprom_has(dev, eeprom->offset, eeprom->len) ? dev->ethtool_ops->get_eeprom(dev, eeprom, buffer)
                                                        : -EINVAL;
}

static vmk_StatusValue eeprom_read(vmk_AddrCookie data, vmk_uint32 offset, vmk_uint32 len, void *buffer,
                                   vmk_uint32 *magic)
{
    struct ethtool_eeprom eeprom = {.cmd = ETHTOOL_GEEPROM, .offset = offset, .len = len};
    struct net_device *dev = data.ptr;
    vmk_StatusValue status = ETHTOOL(dev, read_eeprom(dev, &eeprom, buffer));

    *magic = eeprom.magic;
    return status;
}

/* The driver may scribble on what it is given to write. */
static int write_eeprom(struct net_device *dev, struct ethtool_eeprom *eeprom, const void *buffer)
{
    u8 *copy;
    int err;

    if (!eeprom_has(dev, eeprom->offset, eeprom->len))
        return -EINVAL;
    copy = kmemdup(buffer, eeprom->len, GFP_KERNEL);
    if (!copy)
        return -ENOMEM;
    err = dev->ethtool_ops->set_eeprom(dev, eeprom, copy);
    kfree(copy);
    return err;
}

static vmk_StatusValue eeprom_write(vmk_AddrCookie data, vmk_uint32 offset, vmk_uint32 len,
                                    const void *buffer, vmk_uint32 magic)
{
    struct ethtool_eeprom eeprom = {.cmd = ETHTOOL_SEEPROM, .magic = magic, .offset = offset, .len = len};
    struct net_device *dev = data.ptr;

    return ETHTOOL(dev, write_eeprom(dev, &eeprom, buffer));
}

/* --- rings, coalescing, pause --- */

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

/* --- wake on LAN, messages, LED --- */

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
static const vmk_UplinkPrivStatsOps stats_ops = {.countGet = stats_count, .statsGet = stats_get};
static const vmk_UplinkRegDumpOps regs_ops = {.sizeGet = regs_size_get, .dump = regs_dump};
static const vmk_UplinkEEPROMOps eeprom_ops = {
    .sizeGet = eeprom_size, .read = eeprom_read, .write = eeprom_write};
static const vmk_UplinkSelfTestOps test_ops = {.countGet = test_count, .run = test_run};
static const vmk_UplinkRingParamsOps ring_ops = {.ringParamsGet = ring_get, .ringParamsSet = ring_set};
static const vmk_UplinkCoalesceParamsOps coalesce_ops = {.getParams = coalesce_get,
                                                         .setParams = coalesce_set};
static const vmk_UplinkPauseParamsOps pause_ops = {.pauseParamsGet = pause_get, .pauseParamsSet = pause_set};
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
         &vmklinux_link_settings_ops},
        {ops && ops->nway_reset, VMK_UPLINK_CAP_RESTART_NEG, &restart_ops},
        {ops && ops->get_ethtool_stats && ops->get_strings && ops->get_sset_count, VMK_UPLINK_CAP_PRIV_STATS,
         &stats_ops},
        {ops && ops->get_regs && ops->get_regs_len, VMK_UPLINK_CAP_REG_DUMP, &regs_ops},
        {ops && ops->get_eeprom && ops->set_eeprom && ops->get_eeprom_len, VMK_UPLINK_CAP_EEPROM,
         &eeprom_ops},
        {ops && ops->self_test && ops->get_strings && ops->get_sset_count, VMK_UPLINK_CAP_SELF_TEST,
         &test_ops},
        {ops && ops->get_ringparam && ops->set_ringparam, VMK_UPLINK_CAP_RING_PARAMS, &ring_ops},
        {ops && ops->get_coalesce && ops->set_coalesce, VMK_UPLINK_CAP_COALESCE_PARAMS, &coalesce_ops},
        {ops && ops->get_pauseparam && ops->set_pauseparam, VMK_UPLINK_CAP_PAUSE_PARAMS, &pause_ops},
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
