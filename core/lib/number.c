/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * number.c - strtol() and strtoul().
 */
#include <core/number.h>
#include <vmkapi/base/export.h>
#include <vmkapi/lib/libc.h>

#define NO_DIGIT  99u
#define LONG_MAX_ 0x7ffffffffffffffful

static vmk_uint32 digit_value(int ch)
{
    if (vmk_IsDigit(ch)) {
        return (vmk_uint32)(ch - '0');
    }
    return vmk_IsAlpha(ch) ? (vmk_uint32)((ch | 0x20) - 'a' + 10) : NO_DIGIT;
}

/* Text with an end, so that reading beyond it gives NUL. */
struct cursor {
    const char *text;
    vmk_uint64 at, max;
};

static int peek(const struct cursor *in, vmk_uint64 ahead)
{
    return in->at + ahead < in->max ? (vmk_uint8)in->text[in->at + ahead] : '\0';
}

/* Skip "0x" where a hexadecimal digit follows, and settle the base if the text is to. */
static vmk_uint32 skip_prefix(struct cursor *in, vmk_uint32 base)
{
    vmk_Bool zero = peek(in, 0) == '0';

    if ((base == 0 || base == 16) && zero && (peek(in, 1) | 0x20) == 'x' && digit_value(peek(in, 2)) < 16) {
        in->at += 2;
        return 16;
    }
    if (base == 0) {
        return zero ? 8 : 10;
    }
    return base;
}

struct number number_parse(const char *text, vmk_uint64 max, vmk_uint32 base)
{
    struct cursor in = {.text = text, .max = max};
    struct number result = {0};
    vmk_uint32 digit;

    if (base == 1 || base > 36) {
        return result;
    }
    while (vmk_IsSpace(peek(&in, 0))) {
        in.at++;
    }
    result.negative = peek(&in, 0) == '-';
    if (result.negative || peek(&in, 0) == '+') {
        in.at++;
    }
    base = skip_prefix(&in, base);
    for (; (digit = digit_value(peek(&in, 0))) < base; in.at++) {
        result.overflow |= __builtin_mul_overflow(result.magnitude, base, &result.magnitude);
        result.overflow |= __builtin_add_overflow(result.magnitude, digit, &result.magnitude);
        result.consumed = in.at + 1;
    }
    if (result.overflow) {
        result.magnitude = ~0ul;
    }
    return result;
}

long vmk_Strtol(const char *str, char **end, int base)
{
    struct number number = number_parse(str, ~0ul, (vmk_uint32)base);
    vmk_uint64 limit = LONG_MAX_ + number.negative;

    if (end != NULL) {
        *end = (char *)str + number.consumed;
    }
    if (number.magnitude > limit) {
        number.magnitude = limit;
    }
    return (long)(number.negative ? -number.magnitude : number.magnitude);
}
VMK_EXPORT_SYMBOL(vmk_Strtol);

unsigned long vmk_Strtoul(const char *str, char **end, int base)
{
    struct number number = number_parse(str, ~0ul, (vmk_uint32)base);

    if (end != NULL) {
        *end = (char *)str + number.consumed;
    }
    /* C negates in the unsigned type, but an overflow saturates whatever the sign. */
    return number.negative && !number.overflow ? -number.magnitude : number.magnitude;
}
VMK_EXPORT_SYMBOL(vmk_Strtoul);
