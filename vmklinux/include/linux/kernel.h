/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel.h - what nearly every driver takes for granted. */
#ifndef VMKLINUX_LINUX_KERNEL_H
#define VMKLINUX_LINUX_KERNEL_H

#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/stringify.h>
#include <linux/typecheck.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#include <uapi/linux/kernel.h>

/* Which way data go, seen from memory. */
#define READ             0
#define WRITE            1

#define REPEAT_BYTE(x)   ((~0ul / 0xff) * (x))

#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n)&0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n)&0xffff))

extern enum system_states {
    SYSTEM_BOOTING,
    SYSTEM_SCHEDULING,
    SYSTEM_FREEING_INITMEM,
    SYSTEM_RUNNING,
    SYSTEM_HALT,
    SYSTEM_POWER_OFF,
    SYSTEM_RESTART,
    SYSTEM_SUSPEND,
} system_state;

/* Crash, by name, when called where nothing may block. */
struct module;
void __might_sleep(struct module *module, const char *file, int line);
#define might_sleep() __might_sleep(&__this_module, __FILE__, __LINE__)
#define might_sleep_if(cond)                                                                                 \
    do {                                                                                                     \
        if (cond)                                                                                            \
            might_sleep();                                                                                   \
    } while (0)

extern __printf(2, 3) int sprintf(char *buf, const char *fmt, ...);
extern __printf(2, 0) int vsprintf(char *buf, const char *, va_list);
extern __printf(3, 4) int snprintf(char *buf, size_t size, const char *fmt, ...);
extern __printf(3, 0) int vsnprintf(char *buf, size_t size, const char *fmt, va_list args);
extern __printf(3, 4) int scnprintf(char *buf, size_t size, const char *fmt, ...);
extern __printf(3, 0) int vscnprintf(char *buf, size_t size, const char *fmt, va_list args);

/* Formatted text of @module's, to be freed with kfree(); NULL without memory. */
__printf(3, 4) char *vmklinux_kasprintf(struct module *module, gfp_t gfp, const char *fmt, ...) __malloc;
__printf(3, 0) char *vmklinux_kvasprintf(struct module *module, gfp_t gfp, const char *fmt, va_list args);
#define kasprintf(gfp, fmt, ...) vmklinux_kasprintf(&__this_module, gfp, fmt, ##__VA_ARGS__)
#define kvasprintf(gfp, fmt, ap) vmklinux_kvasprintf(&__this_module, gfp, fmt, ap)

extern const char hex_asc[];
#define hex_asc_lo(x) hex_asc[((x)&0x0f)]
#define hex_asc_hi(x) hex_asc[((x)&0xf0) >> 4]
extern const char hex_asc_upper[];
#define hex_asc_upper_lo(x) hex_asc_upper[((x)&0x0f)]
#define hex_asc_upper_hi(x) hex_asc_upper[((x)&0xf0) >> 4]

static inline char *hex_byte_pack(char *buf, u8 byte)
{
    *buf++ = hex_asc_hi(byte);
    *buf++ = hex_asc_lo(byte);
    return buf;
}

extern int hex_to_bin(unsigned char ch);
extern int __must_check hex2bin(u8 *dst, const char *src, size_t count);
extern char *bin2hex(char *dst, const void *src, size_t count);

#endif
