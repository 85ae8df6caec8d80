/* SPDX-License-Identifier: GPL-2.0-only */
/* panic.c - what ends a driver's checks: a warning with a backtrace, or the crash screen with its name. */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/logging.h>

void vmklinux_warn(struct module *module, const char *file, int line, const char *fmt, ...)
{
    struct va_format vaf = {.fmt = fmt};
    va_list args;

    va_start(args, fmt);
    vaf.va = &args;
    vmklinux_printk(module, KERN_WARNING "WARNING at %s:%d: %pV", file, line, &vaf);
    va_end(args);
    vmk_LogBacktraceMessage();
}
EXPORT_SYMBOL(vmklinux_warn);

void vmklinux_bug(struct module *module, const char *file, int line)
{
    vmk_PanicWithModuleID(module->id, "%s: BUG at %s:%d", module->name, file, line);
}
EXPORT_SYMBOL(vmklinux_bug);

void __might_sleep(struct module *module, const char *file, int line)
{
    if (unlikely(!vmk_CanBlock()))
        vmk_PanicWithModuleID(module->id, "%s: %s:%d may sleep, where nothing may (preempt count %#x)",
                              module->name, file, line, (unsigned int)preempt_count());
}
EXPORT_SYMBOL(__might_sleep);
