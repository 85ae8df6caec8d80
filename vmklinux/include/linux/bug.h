/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bug.h - a driver's own checks: WARN logs where and by whom, BUG crashes with the module named.
 */
#ifndef VMKLINUX_LINUX_BUG_H
#define VMKLINUX_LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/once_lite.h>

struct module;
extern struct module __this_module;

/* Log a failed check with its place and a backtrace. Context: any. */
void vmklinux_warn(struct module *module, const char *file, int line, const char *fmt, ...)
    __printf(4, 5) __cold;

/* Crash, naming the module. */
void vmklinux_bug(struct module *module, const char *file, int line) __noreturn __cold;

#define BUG() vmklinux_bug(&__this_module, __FILE__, __LINE__)

#define BUG_ON(condition)                                                                                    \
    do {                                                                                                     \
        if (unlikely(condition))                                                                             \
            BUG();                                                                                           \
    } while (0)

#define __WARN_printf(...) vmklinux_warn(&__this_module, __FILE__, __LINE__, __VA_ARGS__)

#define WARN(condition, format...)                                                                           \
    ({                                                                                                       \
        int __ret_warn_on = !!(condition);                                                                   \
        if (unlikely(__ret_warn_on))                                                                         \
            __WARN_printf(format);                                                                           \
        unlikely(__ret_warn_on);                                                                             \
    })

#define WARN_ON(condition)              WARN(condition, "%s\n", #condition)
#define WARN_ONCE(condition, format...) DO_ONCE_LITE_IF(condition, WARN, 1, format)
#define WARN_ON_ONCE(condition)         DO_ONCE_LITE_IF(condition, WARN_ON, 1)

#endif
