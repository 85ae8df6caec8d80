/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printk.h - a driver's log lines: they appear in the kernel's log under the driver's name.
 *
 * Formats are Linux's, with its %p extensions (lib/vsprintf.c). The _ratelimited forms drop what exceeds
 * ten lines in five seconds per call site.
 */
#ifndef VMKLINUX_LINUX_PRINTK_H
#define VMKLINUX_LINUX_PRINTK_H

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/init.h>
#include <linux/kern_levels.h>
#include <linux/once_lite.h>
#include <linux/ratelimit_types.h>
#include <linux/stdarg.h>
#include <linux/types.h>

struct module;
extern struct module __this_module;

struct va_format {
    const char *fmt;
    va_list *va;
};

/* Log one line for @module; a leading KERN_ level is taken off the format. Context: any. */
int vmklinux_printk(struct module *module, const char *fmt, ...) __printf(2, 3) __cold;
int vmklinux_vprintk(struct module *module, const char *fmt, va_list args) __printf(2, 0) __cold;

#define printk(fmt, ...) vmklinux_printk(&__this_module, fmt, ##__VA_ARGS__)

#define no_printk(fmt, ...)                                                                                  \
    ({                                                                                                       \
        if (0)                                                                                               \
            printk(fmt, ##__VA_ARGS__);                                                                      \
        0;                                                                                                   \
    })

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
/*
 * DEVIATION-004 (printk, pr_cont, KERN_CONT): what follows with KERN_CONT becomes a log line of its own
 * instead of continuing the last one, into which another CPU's could come.
 */
#define pr_cont(fmt, ...) printk(KERN_CONT fmt, ##__VA_ARGS__)

#ifdef DEBUG
#define pr_debug(fmt, ...) printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#else
#define pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#endif
#define pr_devel               pr_debug

#define printk_once(fmt, ...)  DO_ONCE_LITE(printk, fmt, ##__VA_ARGS__)
#define pr_err_once(fmt, ...)  printk_once(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_once(fmt, ...) printk_once(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_once(fmt, ...) printk_once(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

#define printk_ratelimited(fmt, ...)                                                                         \
    ({                                                                                                       \
        static DEFINE_RATELIMIT_STATE(_rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);             \
        if (__ratelimit(&_rs))                                                                               \
            printk(fmt, ##__VA_ARGS__);                                                                      \
    })
extern int __printk_ratelimit(const char *func);
#define printk_ratelimit()            __printk_ratelimit(__func__)
#define pr_err_ratelimited(fmt, ...)  printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn_ratelimited(fmt, ...) printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info_ratelimited(fmt, ...) printk_ratelimited(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)

enum {
    DUMP_PREFIX_NONE,
    DUMP_PREFIX_ADDRESS,
    DUMP_PREFIX_OFFSET,
};

extern void print_hex_dump(const char *level, const char *prefix_str, int prefix_type, int rowsize,
                           int groupsize, const void *buf, size_t len, bool ascii);
extern int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *linebuf,
                              size_t linebuflen, bool ascii);

#define print_hex_dump_debug(prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii) ((void)0)

#endif
