/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsprintf.c - Linux's printf: the VMKernel's, with what Linux lets letters behind %p mean.
 *
 *     %pM %pm %pMF %pMR   MAC addresses       %pI4 %pi4 %pI6 %pi6 %pI6c   IP addresses
 *     %pa %pad %pap       *address            %*ph %*phC %*phD %*phN      bytes in hexadecimal
 *     %pV                 struct va_format    %pNF                        *netdev_features_t
 *     %pe                 error pointer       %pS %ps %pB %pK %px         the number
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/netdev_features.h>
#include <linux/slab.h>
#include <linux/err.h>
#include <vmkapi/lib/libc.h>

struct text {
    char *buf;
    size_t size;
    size_t len; /* what the whole text takes, whether or not it fits */
};

static __printf(2, 3) void put(struct text *text, const char *fmt, ...)
{
    size_t room = text->len < text->size ? text->size - text->len : 0;
    va_list args;

    va_start(args, fmt);
    text->len += (size_t)vmk_Vsnprintf(room ? text->buf + text->len : NULL, room, fmt, args);
    va_end(args);
}

static void put_bytes(struct text *text, const u8 *bytes, unsigned int count, const char *separator)
{
    for (unsigned int i = 0; i < count; i++)
        put(text, "%s%02x", i ? separator : "", bytes[i]);
}

static u32 put_mac(struct text *text, const char *suffix, const u8 *mac)
{
    const char *separator = suffix[0] == 'm' ? "" : suffix[1] == 'F' ? "-" : ":";

    if (suffix[1] == 'R') {
        for (int i = 5; i >= 0; i--)
            put(text, "%02x%s", mac[i], i ? separator : "");
    } else {
        put_bytes(text, mac, 6, separator);
    }
    return suffix[1] == 'F' || suffix[1] == 'R' ? 2 : 1;
}

/* Where the longest run of zero groups starts (RFC 5952, 4.2); at least two, else *@length is 0. */
static unsigned int longest_zeroes(const u16 group[8], unsigned int *length)
{
    unsigned int best = 0;

    *length = 1;
    for (unsigned int i = 0, run = 0; i < 8; i++) {
        run = group[i] ? 0 : run + 1;
        if (run > *length) {
            *length = run;
            best = i + 1 - run;
        }
    }
    if (*length == 1)
        *length = 0;
    return best;
}

static void put_ip6_compressed(struct text *text, const u8 *addr)
{
    unsigned int zeroes, gap;
    u16 group[8];

    for (int i = 0; i < 8; i++)
        group[i] = (u16)(addr[2 * i] << 8 | addr[2 * i + 1]);
    gap = longest_zeroes(group, &zeroes);
    for (unsigned int i = 0; i < 8; i++) {
        if (zeroes && i == gap) {
            put(text, "::");
            i += zeroes - 1;
        } else {
            put(text, "%s%x", i && !(zeroes && i == gap + zeroes) ? ":" : "", group[i]);
        }
    }
}

static u32 put_ip(struct text *text, const char *suffix, const u8 *addr)
{
    const char *separator = suffix[0] == 'I' ? ":" : "";

    if (suffix[1] == '4') {
        put(text, suffix[0] == 'I' ? "%u.%u.%u.%u" : "%03u.%03u.%03u.%03u", addr[0], addr[1], addr[2],
            addr[3]);
        return 2;
    }
    if (suffix[1] != '6')
        return 0;
    if (suffix[2] == 'c') {
        put_ip6_compressed(text, addr);
        return 3;
    }
    for (int i = 0; i < 16; i += 2)
        put(text, "%s%02x%02x", i ? separator : "", addr[i], addr[i + 1]);
    return 2;
}

static u32 put_hex_string(struct text *text, const char *suffix, const u8 *bytes, u32 *width)
{
    unsigned int count = min(*width ? *width : 1u, 64u);

    *width = 0;
    switch (suffix[1]) {
    case 'C':
        put_bytes(text, bytes, count, ":");
        return 2;
    case 'D':
        put_bytes(text, bytes, count, "-");
        return 2;
    case 'N':
        put_bytes(text, bytes, count, "");
        return 2;
    default:
        put_bytes(text, bytes, count, " ");
        return 1;
    }
}

static int linux_pointer(char *buf, vmk_size_t size, const char *suffix, const void *value, vmk_uint32 *width,
                         vmk_uint32 *used);

static u32 put_va_format(struct text *text, const struct va_format *format)
{
    size_t room = text->len < text->size ? text->size - text->len : 0;

    text->len += (size_t)vmk_VsnprintfWith(linux_pointer, room ? text->buf + text->len : NULL, room,
                                           format->fmt, *format->va);
    return 1;
}

static int linux_pointer(char *buf, vmk_size_t size, const char *suffix, const void *value, vmk_uint32 *width,
                         vmk_uint32 *used)
{
    struct text text = {.buf = buf, .size = size};

    /* A driver's mistake in a log line is no reason to fault. */
    if ((unsigned long)value < PAGE_SIZE && !strchr("eSsBKx", suffix[0])) {
        put(&text, "(null)");
        *used = 1;
        return (int)text.len;
    }
    switch (suffix[0]) {
    case 'M':
    case 'm':
        *used = put_mac(&text, suffix, value);
        break;
    case 'I':
    case 'i':
        *used = put_ip(&text, suffix, value);
        break;
    case 'h':
        *used = put_hex_string(&text, suffix, value, width);
        break;
    case 'V':
        *used = put_va_format(&text, value);
        break;
    case 'a':
        put(&text, "0x%016llx", *(const u64 *)value);
        *used = suffix[1] == 'd' || suffix[1] == 'p' ? 2 : 1;
        break;
    case 'N':
        *used = suffix[1] == 'F' ? 2 : 0;
        if (*used)
            put(&text, "0x%016llx", *(const netdev_features_t *)value);
        break;
    case 'e':
        *used = 1;
        put(&text, IS_ERR(value) ? "-%ld" : "%#lx", IS_ERR(value) ? -PTR_ERR(value) : (long)value);
        break;
    case 'S':
    case 's':
    case 'B':
    case 'K':
    case 'x':
        put(&text, "0x%lx", (unsigned long)value);
        *used = 1;
        break;
    default:
        break;
    }
    return (int)text.len;
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    return vmk_VsnprintfWith(linux_pointer, buf, size, fmt, args);
}
EXPORT_SYMBOL(vsnprintf);

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
    int len = vsnprintf(buf, size, fmt, args);

    return size == 0 ? 0 : min(len, (int)size - 1);
}
EXPORT_SYMBOL(vscnprintf);

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(buf, size, fmt, args);
    va_end(args);
    return len;
}
EXPORT_SYMBOL(snprintf);

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vscnprintf(buf, size, fmt, args);
    va_end(args);
    return len;
}
EXPORT_SYMBOL(scnprintf);

int vsprintf(char *buf, const char *fmt, va_list args)
{
    return vsnprintf(buf, INT_MAX, fmt, args);
}
EXPORT_SYMBOL(vsprintf);

int sprintf(char *buf, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsprintf(buf, fmt, args);
    va_end(args);
    return len;
}
EXPORT_SYMBOL(sprintf);
