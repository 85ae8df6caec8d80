/* SPDX-License-Identifier: GPL-2.0-only */
/* dev_printk.h - log lines that name their device: "e1000 0000:00:02.0: text". */
#ifndef VMKLINUX_LINUX_DEV_PRINTK_H
#define VMKLINUX_LINUX_DEV_PRINTK_H

#include <linux/printk.h>

struct device;

#ifndef dev_fmt
#define dev_fmt(fmt) fmt
#endif

__printf(3, 4) __cold void _dev_printk(const char *level, const struct device *dev, const char *fmt, ...);
__printf(2, 3) __cold void _dev_err(const struct device *dev, const char *fmt, ...);
__printf(2, 3) __cold void _dev_warn(const struct device *dev, const char *fmt, ...);
__printf(2, 3) __cold void _dev_notice(const struct device *dev, const char *fmt, ...);
__printf(2, 3) __cold void _dev_info(const struct device *dev, const char *fmt, ...);

#define dev_printk(level, dev, fmt, ...) _dev_printk(level, dev, fmt, ##__VA_ARGS__)
#define dev_crit(dev, fmt, ...)          _dev_printk(KERN_CRIT, dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_err(dev, fmt, ...)           _dev_err(dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_warn(dev, fmt, ...)          _dev_warn(dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_notice(dev, fmt, ...)        _dev_notice(dev, dev_fmt(fmt), ##__VA_ARGS__)
#define dev_info(dev, fmt, ...)          _dev_info(dev, dev_fmt(fmt), ##__VA_ARGS__)

#ifdef DEBUG
#define dev_dbg(dev, fmt, ...) _dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__)
#else
#define dev_dbg(dev, fmt, ...)                                                                               \
    do {                                                                                                     \
        if (0)                                                                                               \
            _dev_printk(KERN_DEBUG, dev, dev_fmt(fmt), ##__VA_ARGS__);                                       \
    } while (0)
#endif

#define dev_warn_once(dev, fmt, ...) DO_ONCE_LITE(dev_warn, dev, fmt, ##__VA_ARGS__)

#define dev_level_ratelimited(dev_level, dev, fmt, ...)                                                      \
    do {                                                                                                     \
        static DEFINE_RATELIMIT_STATE(_rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);             \
        if (__ratelimit(&_rs))                                                                               \
            dev_level(dev, fmt, ##__VA_ARGS__);                                                              \
    } while (0)
#define dev_err_ratelimited(dev, fmt, ...)  dev_level_ratelimited(dev_err, dev, fmt, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, fmt, ...) dev_level_ratelimited(dev_warn, dev, fmt, ##__VA_ARGS__)
#define dev_info_ratelimited(dev, fmt, ...) dev_level_ratelimited(dev_info, dev, fmt, ##__VA_ARGS__)
#define dev_dbg_ratelimited                 dev_dbg

#define dev_WARN_ONCE(dev, condition, format, arg...)                                                        \
    WARN_ONCE(condition, "%s: " format, dev_name(dev), ##arg)

#endif
