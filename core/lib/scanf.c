/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scanf.c - reading values out of text by a format. C17, 7.21.6.2, without floating point.
 */
#include <core/number.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define NO_WIDTH (~0ul)

/* What is being read, and where what is found goes. */
struct scan {
    const char *start, *at;
    int stored;
    va_list args;
};

struct directive {
    vmk_Bool suppress;
    vmk_uint64 width;
    vmk_uint32 size; /* of an integer, in bytes */
    char conversion;
    const char *set; /* of '[': the first character behind the bracket and a '^' */
    vmk_Bool inverted;
};

static const char *skip_space(const char *at)
{
    while (vmk_IsSpace(*at)) {
        at++;
    }
    return at;
}

static vmk_uint32 parse_size(const char **fmt)
{
    vmk_uint32 size = 4;

    switch (**fmt) {
    case 'h':
        size = (*fmt)[1] == 'h' ? 1 : 2;
        *fmt += size == 1 ? 2 : 1;
        break;
    case 'l':
        size = 8;
        *fmt += (*fmt)[1] == 'l' ? 2 : 1;
        break;
    case 'j':
    case 'z':
    case 't':
        size = 8;
        (*fmt)++;
        break;
    default:
        break;
    }
    return size;
}

/* Step over a set: a ']' right at its start is one of its characters. */
static void parse_set(struct directive *directive, const char **fmt)
{
    directive->inverted = **fmt == '^';
    *fmt += directive->inverted;
    directive->set = *fmt;
    *fmt += **fmt == ']';
    while (**fmt != '\0' && **fmt != ']') {
        (*fmt)++;
    }
    *fmt += **fmt == ']';
}

/* Read what stands behind a '%', up to and with the conversion. */
static struct directive parse_directive(const char **fmt)
{
    struct directive directive = {.width = NO_WIDTH};

    directive.suppress = **fmt == '*';
    *fmt += directive.suppress;
    if (vmk_IsDigit(**fmt)) {
        struct number width = number_parse(*fmt, NO_WIDTH, 10);

        directive.width = width.magnitude;
        *fmt += width.consumed;
    }
    directive.size = parse_size(fmt);
    directive.conversion = **fmt;
    *fmt += **fmt != '\0';
    if (directive.conversion == '[') {
        parse_set(&directive, fmt);
    }
    return directive;
}

static void store_integer(struct scan *scan, const struct directive *directive, vmk_uint64 value)
{
    if (directive->suppress) {
        return;
    }
    /* Little-endian: the low bytes come first, whatever the size. */
    vmk_Memcpy(va_arg(scan->args, void *), &value, directive->size);
    scan->stored++;
}

static vmk_Bool scan_integer(struct scan *scan, const struct directive *directive, vmk_uint32 base)
{
    const char *digits = skip_space(scan->at);
    struct number number = number_parse(digits, directive->width, base);

    if (number.consumed == 0) {
        return VMK_FALSE;
    }
    store_integer(scan, directive, number.negative ? -number.magnitude : number.magnitude);
    scan->at = digits + number.consumed;
    return VMK_TRUE;
}

/* Whether @ch is in the set that starts at @set and ends at its ']'; "a-z" is a range. */
static vmk_Bool in_set(const char *set, char ch)
{
    const char *at = set;

    do {
        if (at[1] == '-' && at[2] != ']' && at[2] != '\0') {
            if (ch >= at[0] && ch <= at[2]) {
                return VMK_TRUE;
            }
            at += 3;
        } else if (*at++ == ch) {
            return VMK_TRUE;
        }
    } while (*at != '\0' && *at != ']');
    return VMK_FALSE;
}

static vmk_Bool accepts(const struct directive *directive, char ch)
{
    switch (directive->conversion) {
    case 's':
        return !vmk_IsSpace(ch);
    case '[':
        return in_set(directive->set, ch) != directive->inverted;
    default:
        return VMK_TRUE;
    }
}

/* Take in the characters the directive accepts; strings are terminated, %c's are not. */
static vmk_Bool scan_characters(struct scan *scan, const struct directive *directive)
{
    vmk_Bool counted = directive->conversion == 'c';
    vmk_uint64 max = counted && directive->width == NO_WIDTH ? 1 : directive->width;
    const char *from = directive->conversion == 's' ? skip_space(scan->at) : scan->at;
    vmk_uint64 len = 0;

    while (len < max && from[len] != '\0' && accepts(directive, from[len])) {
        len++;
    }
    if (len == 0) {
        return VMK_FALSE;
    }
    if (!directive->suppress) {
        char *dst = va_arg(scan->args, char *);

        vmk_Memcpy(dst, from, len);
        if (!counted) {
            dst[len] = '\0';
        }
        scan->stored++;
    }
    scan->at = from + len;
    return VMK_TRUE;
}

static vmk_Bool scan_literal(struct scan *scan, char ch)
{
    if (*scan->at != ch) {
        return VMK_FALSE;
    }
    scan->at++;
    return VMK_TRUE;
}

static vmk_Bool scan_directive(struct scan *scan, const struct directive *directive)
{
    switch (directive->conversion) {
    case 'd':
    case 'u':
        return scan_integer(scan, directive, 10);
    case 'i':
        return scan_integer(scan, directive, 0);
    case 'o':
        return scan_integer(scan, directive, 8);
    case 'x':
    case 'X':
        return scan_integer(scan, directive, 16);
    case 'p': {
        struct directive pointer = *directive;

        pointer.size = sizeof(void *);
        return scan_integer(scan, &pointer, 16);
    }
    case 's':
    case 'c':
    case '[':
        return scan_characters(scan, directive);
    case 'n':
        store_integer(scan, directive, (vmk_uint64)(scan->at - scan->start));
        scan->stored -= !directive->suppress;
        return VMK_TRUE;
    case '%':
        scan->at = skip_space(scan->at);
        return scan_literal(scan, '%');
    default:
        return VMK_FALSE;
    }
}

/* Whether the text has ended for @directive, so that not matching it is an end and no mismatch. */
static vmk_Bool at_end(const struct scan *scan, const struct directive *directive)
{
    vmk_Bool exact = directive->conversion == 'c' || directive->conversion == '[';

    return *(exact ? scan->at : skip_space(scan->at)) == '\0';
}

int vmk_Vsscanf(const char *str, const char *fmt, va_list args)
{
    struct scan scan = {.start = str, .at = str};
    vmk_Bool ended = VMK_FALSE, matches = VMK_TRUE;

    va_copy(scan.args, args);
    while (matches && *fmt != '\0') {
        if (vmk_IsSpace(*fmt)) {
            fmt = skip_space(fmt);
            scan.at = skip_space(scan.at);
        } else if (*fmt != '%') {
            ended = *scan.at == '\0';
            matches = scan_literal(&scan, *fmt++);
        } else {
            struct directive directive;

            fmt++;
            directive = parse_directive(&fmt);
            ended = directive.conversion != 'n' && at_end(&scan, &directive);
            matches = scan_directive(&scan, &directive);
        }
    }
    va_end(scan.args);
    return !matches && ended && scan.stored == 0 ? -1 : scan.stored;
}
VMK_EXPORT_SYMBOL(vmk_Vsscanf);

int vmk_Sscanf(const char *str, const char *fmt, ...)
{
    va_list args;
    int stored;

    va_start(args, fmt);
    stored = vmk_Vsscanf(str, fmt, args);
    va_end(args);
    return stored;
}
VMK_EXPORT_SYMBOL(vmk_Sscanf);
