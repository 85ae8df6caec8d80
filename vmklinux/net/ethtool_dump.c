/* SPDX-License-Identifier: GPL-2.0-only */
/* ethtool_dump.c - what a driver shows of its device: private counters, self test, registers, EEPROM. */
#include <linux/errno.h>
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <vmklinux/ethtool.h>

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

const vmk_UplinkPrivStatsOps vmklinux_ethtool_stats_ops = {.countGet = stats_count, .statsGet = stats_get};
const vmk_UplinkRegDumpOps vmklinux_ethtool_regs_ops = {.sizeGet = regs_size_get, .dump = regs_dump};
const vmk_UplinkEEPROMOps vmklinux_ethtool_eeprom_ops = {
    .sizeGet = eeprom_size, .read = eeprom_read, .write = eeprom_write};
const vmk_UplinkSelfTestOps vmklinux_ethtool_test_ops = {.countGet = test_count, .run = test_run};
