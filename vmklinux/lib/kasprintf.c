/* SPDX-License-Identifier: GPL-2.0-only */
/* kasprintf.c - formatted text in memory of its own. */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>

char *vmklinux_kvasprintf(struct module *module, gfp_t gfp, const char *fmt, va_list args)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    text = vmklinux_kmalloc(module, (size_t)length + 1, gfp);
    if (text)
        vsnprintf(text, (size_t)length + 1, fmt, args);
    return text;
}
EXPORT_SYMBOL(vmklinux_kvasprintf);

char *vmklinux_kasprintf(struct module *module, gfp_t gfp, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = vmklinux_kvasprintf(module, gfp, fmt, args);
    va_end(args);
    return text;
}
EXPORT_SYMBOL(vmklinux_kasprintf);
