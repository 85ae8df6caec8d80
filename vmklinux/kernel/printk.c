/* SPDX-License-Identifier: GPL-2.0-only */
/* printk.c - drivers' log lines, to the kernel's log under the driver module's name. */
#include <linux/device.h>
#include <linux/export.h>
#include <linux/ratelimit_types.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <vmkapi/base/logging.h>

#define LINE_MAX 512

static vmk_LogUrgency urgency_of(char level)
{
    return level <= '2'   ? VMK_LOG_URGENCY_ALERT
           : level <= '4' ? VMK_LOG_URGENCY_WARNING
                          : VMK_LOG_URGENCY_NORMAL;
}

/* Take the level off @text; without one a line has Linux's default, a warning's. */
static char take_level(const char **text)
{
    char level = '4';

    while ((*text)[0] == KERN_SOH_ASCII && (*text)[1] != '\0') {
        if ((*text)[1] >= '0' && (*text)[1] <= '7')
            level = (*text)[1];
        *text += 2;
    }
    return level;
}

int vmklinux_vprintk(struct module *module, const char *fmt, va_list args)
{
    char buffer[LINE_MAX];
    int len = vscnprintf(buffer, sizeof(buffer), fmt, args);
    const char *text = buffer;
    char level = take_level(&text);

    while (len > 0 && buffer[len - 1] == '\n')
        buffer[--len] = '\0';
    if (*text != '\0')
        vmk_LogNamed(urgency_of(level), module->name, "%s", text);
    return len;
}
EXPORT_SYMBOL(vmklinux_vprintk);

int vmklinux_printk(struct module *module, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmklinux_vprintk(module, fmt, args);
    va_end(args);
    return len;
}
EXPORT_SYMBOL(vmklinux_printk);

/* The module that drives @dev, or vmklinux itself for a device without a driver. */
static struct module *module_of(const struct device *dev)
{
    return dev && dev->driver && dev->driver->owner ? dev->driver->owner : THIS_MODULE;
}

static __printf(3, 0) void dev_vprintk(const char *level, const struct device *dev, const char *fmt,
                                       va_list args)
{
    struct va_format vaf = {.fmt = fmt};
    va_list copy;

    va_copy(copy, args);
    vaf.va = &copy;
    vmklinux_printk(module_of(dev), "%s%s %s: %pV", level, dev ? dev_driver_string(dev) : "(no driver)",
                    dev ? dev_name(dev) : "(no device)", &vaf);
    va_end(copy);
}

static __printf(3, 0) void netdev_vprintk(const char *level, const struct net_device *dev, const char *fmt,
                                          va_list args)
{
    const struct device *parent = dev->dev.parent;
    struct va_format vaf = {.fmt = fmt};
    va_list copy;

    va_copy(copy, args);
    vaf.va = &copy;
    if (parent)
        vmklinux_printk(dev->module, "%s%s %s %s: %pV", level, dev_driver_string(parent), dev_name(parent),
                        netdev_name(dev), &vaf);
    else
        vmklinux_printk(dev->module, "%s%s: %pV", level, netdev_name(dev), &vaf);
    va_end(copy);
}

void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    dev_vprintk(level, dev, fmt, args);
    va_end(args);
}
EXPORT_SYMBOL(_dev_printk);

void netdev_printk(const char *level, const struct net_device *dev, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    netdev_vprintk(level, dev, format, args);
    va_end(args);
}
EXPORT_SYMBOL(netdev_printk);

#define DEVICE_LEVEL(function, type, vprint, level)                                                          \
    void function(const struct type *dev, const char *fmt, ...)                                              \
    {                                                                                                        \
        va_list args;                                                                                        \
                                                                                                             \
        va_start(args, fmt);                                                                                 \
        vprint(level, dev, fmt, args);                                                                       \
        va_end(args);                                                                                        \
    }                                                                                                        \
    EXPORT_SYMBOL(function)

DEVICE_LEVEL(_dev_err, device, dev_vprintk, KERN_ERR);
DEVICE_LEVEL(_dev_warn, device, dev_vprintk, KERN_WARNING);
DEVICE_LEVEL(_dev_notice, device, dev_vprintk, KERN_NOTICE);
DEVICE_LEVEL(_dev_info, device, dev_vprintk, KERN_INFO);
DEVICE_LEVEL(netdev_emerg, net_device, netdev_vprintk, KERN_EMERG);
DEVICE_LEVEL(netdev_alert, net_device, netdev_vprintk, KERN_ALERT);
DEVICE_LEVEL(netdev_crit, net_device, netdev_vprintk, KERN_CRIT);
DEVICE_LEVEL(netdev_err, net_device, netdev_vprintk, KERN_ERR);
DEVICE_LEVEL(netdev_warn, net_device, netdev_vprintk, KERN_WARNING);
DEVICE_LEVEL(netdev_notice, net_device, netdev_vprintk, KERN_NOTICE);
DEVICE_LEVEL(netdev_info, net_device, netdev_vprintk, KERN_INFO);

int __printk_ratelimit(const char *func)
{
    static DEFINE_RATELIMIT_STATE(state, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);

    return ___ratelimit(&state, func);
}
EXPORT_SYMBOL(__printk_ratelimit);
