/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * printf.c - formatted output into a buffer. C17, 7.21.6.1, without floating point and %n.
 */
#include <vmkapi/base/export.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/libc.h>

#define INT_MAX_ 0x7fffffff

/* Where text goes. `len` counts what the whole text takes; only what fits is stored. */
struct sink {
    char *buf;
    vmk_size_t size;
    vmk_size_t len;
};

enum length {
    LENGTH_CHAR,
    LENGTH_SHORT,
    LENGTH_INT,
    LENGTH_LONG, /* also j, z, t and ll: all are 64 bits */
};

/* One conversion: what stands between '%' and its letter, and the letter. */
struct spec {
    vmk_Bool left, plus, space, alternate, zero;
    vmk_uint32 width;
    vmk_int32 precision; /* -1 when not given */
    enum length length;
    char conversion;
};

static void put_char(struct sink *out, char ch)
{
    if (out->len + 1 < out->size) {
        out->buf[out->len] = ch;
    }
    out->len++;
}

static void put_repeated(struct sink *out, char ch, vmk_int64 count)
{
    for (; count > 0; count--) {
        put_char(out, ch);
    }
}

static void put_text(struct sink *out, const char *text, vmk_size_t len)
{
    for (; len != 0; len--) {
        put_char(out, *text++);
    }
}

static void put_padded(struct sink *out, const struct spec *spec, const char *text, vmk_size_t len)
{
    vmk_int64 padding = (vmk_int64)spec->width - (vmk_int64)len;

    if (!spec->left) {
        put_repeated(out, ' ', padding);
    }
    put_text(out, text, len);
    if (spec->left) {
        put_repeated(out, ' ', padding);
    }
}

/* Digits of @value, least significant first. */
static vmk_uint32 make_digits(char *digits, vmk_uint64 value, vmk_uint32 base, vmk_Bool upper)
{
    const char *alphabet = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    vmk_uint32 count = 0;

    for (; value != 0; value /= base) {
        digits[count++] = alphabet[value % base];
    }
    return count;
}

static const char *sign_of(const struct spec *spec, vmk_Bool negative)
{
    if (negative) {
        return "-";
    }
    if (spec->plus) {
        return "+";
    }
    return spec->space ? " " : "";
}

/* How many zeros go before @count digits, the conversion's own ones and those that fill the field. */
static vmk_int64 leading_zeros(const struct spec *spec, vmk_int64 prefix_len, vmk_int64 count)
{
    vmk_int64 zeros = (spec->precision < 0 ? 1 : spec->precision) - count;

    if (spec->conversion == 'o' && spec->alternate) {
        zeros = VMK_MAX(zeros, 1);
    }
    if (spec->zero && !spec->left && spec->precision < 0) {
        zeros = VMK_MAX(zeros, spec->width - prefix_len - count);
    }
    return VMK_MAX(zeros, 0);
}

/* Put prefix, zeros and digits, in a field as wide as the conversion says. */
static void put_number(struct sink *out, const struct spec *spec, const char *prefix, vmk_uint64 value,
                       vmk_uint32 base)
{
    char digits[22]; /* 2^64 has 22 octal digits */
    vmk_uint32 count = make_digits(digits, value, base, spec->conversion == 'X');
    vmk_int64 prefix_len = (vmk_int64)vmk_Strlen(prefix);
    vmk_int64 zeros = leading_zeros(spec, prefix_len, count);
    vmk_int64 padding = spec->width - prefix_len - zeros - count;

    if (!spec->left) {
        put_repeated(out, ' ', padding);
    }
    put_text(out, prefix, (vmk_size_t)prefix_len);
    put_repeated(out, '0', zeros);
    while (count != 0) {
        put_char(out, digits[--count]);
    }
    if (spec->left) {
        put_repeated(out, ' ', padding);
    }
}

/* A va_list that can be passed by reference, whatever type it is. */
struct arguments {
    va_list list;
};

static void put_signed(struct sink *out, const struct spec *spec, struct arguments *args)
{
    vmk_int64 value = spec->length == LENGTH_LONG ? va_arg(args->list, long) : va_arg(args->list, int);
    vmk_uint64 magnitude;

    if (spec->length == LENGTH_SHORT) {
        value = (short)value;
    } else if (spec->length == LENGTH_CHAR) {
        value = (signed char)value;
    }
    magnitude = value < 0 ? -(vmk_uint64)value : (vmk_uint64)value;
    put_number(out, spec, sign_of(spec, value < 0), magnitude, 10);
}

static void put_unsigned(struct sink *out, const struct spec *spec, struct arguments *args, vmk_uint32 base)
{
    vmk_uint64 value =
        spec->length == LENGTH_LONG ? va_arg(args->list, unsigned long) : va_arg(args->list, unsigned int);
    const char *prefix = "";

    if (spec->length == LENGTH_SHORT) {
        value = (vmk_uint16)value;
    } else if (spec->length == LENGTH_CHAR) {
        value = (vmk_uint8)value;
    }
    if (base == 16 && spec->alternate && value != 0) {
        prefix = spec->conversion == 'X' ? "0X" : "0x";
    }
    put_number(out, spec, prefix, value, base);
}

static void put_string(struct sink *out, const struct spec *spec, const char *str)
{
    vmk_size_t max = spec->precision < 0 ? ~(vmk_size_t)0 : (vmk_size_t)spec->precision;

    if (str == NULL) {
        str = "(null)";
    }
    put_padded(out, spec, str, vmk_Strnlen(str, max));
}

/* @len characters stand where the sink is, as far as they fit: take them in, padded as the conversion says.
 */
static void pad_in_place(struct sink *out, const struct spec *spec, vmk_size_t len)
{
    vmk_size_t padding = spec->width > len ? spec->width - len : 0;

    if (spec->left) {
        out->len += len;
        put_repeated(out, ' ', (vmk_int64)padding);
        return;
    }
    if (padding != 0 && out->len + padding < out->size) {
        vmk_size_t kept = VMK_MIN(len, out->size - out->len - padding - 1);

        vmk_Memmove(out->buf + out->len + padding, out->buf + out->len, kept);
    }
    put_repeated(out, ' ', (vmk_int64)padding);
    out->len += len;
}

/* @return how many characters of @suffix belong to the conversion. */
static vmk_uint32 put_pointer(struct sink *out, const struct spec *spec, vmk_FormatPointer dialect,
                              const char *suffix, const void *value)
{
    struct spec own = *spec;
    vmk_uint32 used = 0;

    if (dialect != NULL && (vmk_IsAlpha(*suffix) || vmk_IsDigit(*suffix))) {
        vmk_size_t room = out->len < out->size ? out->size - out->len : 0;
        int len = dialect(room == 0 ? NULL : out->buf + out->len, room, suffix, value, &own.width, &used);

        if (used != 0) {
            pad_in_place(out, &own, (vmk_size_t)len);
        }
    }
    if (used == 0) {
        put_number(out, spec, "0x", (vmk_uint64)value, 16);
    }
    return used;
}

static vmk_uint32 parse_decimal(const char **at)
{
    vmk_uint64 value = 0;

    for (; vmk_IsDigit(**at); (*at)++) {
        value = VMK_MIN(value * 10 + (vmk_uint64)(**at - '0'), INT_MAX_);
    }
    return (vmk_uint32)value;
}

/* Take the flag at @at into @spec, if it is one. */
static vmk_Bool parse_flag(struct spec *spec, char flag)
{
    switch (flag) {
    case '-':
        return spec->left = VMK_TRUE;
    case '+':
        return spec->plus = VMK_TRUE;
    case ' ':
        return spec->space = VMK_TRUE;
    case '#':
        return spec->alternate = VMK_TRUE;
    case '0':
        return spec->zero = VMK_TRUE;
    default:
        return VMK_FALSE;
    }
}

static void parse_width(struct spec *spec, const char **at, struct arguments *args)
{
    if (**at == '*') {
        int width = va_arg(args->list, int);

        (*at)++;
        spec->left |= width < 0;
        spec->width = width < 0 ? -(vmk_uint32)width : (vmk_uint32)width;
    } else {
        spec->width = parse_decimal(at);
    }
}

static void parse_precision(struct spec *spec, const char **at, struct arguments *args)
{
    spec->precision = -1;
    if (**at != '.') {
        return;
    }
    (*at)++;
    if (**at == '*') {
        int precision = va_arg(args->list, int);

        (*at)++;
        spec->precision = VMK_MAX(precision, -1);
    } else {
        spec->precision = (vmk_int32)parse_decimal(at);
    }
}

static void parse_length(struct spec *spec, const char **at)
{
    spec->length = LENGTH_INT;
    switch (**at) {
    case 'h':
        spec->length = (*at)[1] == 'h' ? LENGTH_CHAR : LENGTH_SHORT;
        *at += spec->length == LENGTH_CHAR ? 2 : 1;
        break;
    case 'l':
        spec->length = LENGTH_LONG;
        *at += (*at)[1] == 'l' ? 2 : 1;
        break;
    case 'j':
    case 'z':
    case 't':
        spec->length = LENGTH_LONG;
        (*at)++;
        break;
    default:
        break;
    }
}

/* Read what stands behind a '%', up to and with the conversion's letter. */
static struct spec parse_spec(const char **at, struct arguments *args)
{
    struct spec spec = {0};

    while (parse_flag(&spec, **at)) {
        (*at)++;
    }
    parse_width(&spec, at, args);
    parse_precision(&spec, at, args);
    parse_length(&spec, at);
    spec.conversion = **at;
    if (spec.conversion != '\0') {
        (*at)++;
    }
    return spec;
}

/* Put one conversion. @start is its '%', @end what follows it. @return what follows all that was used. */
static const char *put_conversion(struct sink *out, const struct spec *spec, struct arguments *args,
                                  vmk_FormatPointer dialect, const char *start, const char *end)
{
    char ch;

    switch (spec->conversion) {
    case 'd':
    case 'i':
        put_signed(out, spec, args);
        break;
    case 'u':
        put_unsigned(out, spec, args, 10);
        break;
    case 'x':
    case 'X':
        put_unsigned(out, spec, args, 16);
        break;
    case 'o':
        put_unsigned(out, spec, args, 8);
        break;
    case 'c':
        ch = (char)va_arg(args->list, int);
        put_padded(out, spec, &ch, 1);
        break;
    case 's':
        put_string(out, spec, va_arg(args->list, const char *));
        break;
    case 'p':
        end += put_pointer(out, spec, dialect, end, va_arg(args->list, const void *));
        break;
    case '%':
        put_char(out, '%');
        break;
    default:
        put_text(out, start, (vmk_size_t)(end - start));
        break;
    }
    return end;
}

int vmk_VsnprintfWith(vmk_FormatPointer pointer, char *buf, vmk_size_t size, const char *fmt, va_list args)
{
    struct sink out = {.buf = buf, .size = size};
    struct arguments copy;

    va_copy(copy.list, args);
    while (*fmt != '\0') {
        const char *start = fmt++;

        if (*start == '%') {
            struct spec spec = parse_spec(&fmt, &copy);

            fmt = put_conversion(&out, &spec, &copy, pointer, start, fmt);
        } else {
            put_char(&out, *start);
        }
    }
    va_end(copy.list);
    if (size != 0) {
        buf[VMK_MIN(out.len, size - 1)] = '\0';
    }
    return (int)VMK_MIN(out.len, INT_MAX_);
}
VMK_EXPORT_SYMBOL(vmk_VsnprintfWith);

int vmk_Vsnprintf(char *buf, vmk_size_t size, const char *fmt, va_list args)
{
    return vmk_VsnprintfWith(NULL, buf, size, fmt, args);
}
VMK_EXPORT_SYMBOL(vmk_Vsnprintf);

int vmk_Snprintf(char *buf, vmk_size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmk_Vsnprintf(buf, size, fmt, args);
    va_end(args);
    return len;
}
VMK_EXPORT_SYMBOL(vmk_Snprintf);

int vmk_Scnprintf(char *buf, vmk_size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmk_Vsnprintf(buf, size, fmt, args);
    va_end(args);
    if (size == 0) {
        return 0;
    }
    return (int)VMK_MIN((vmk_size_t)len, size - 1);
}
VMK_EXPORT_SYMBOL(vmk_Scnprintf);
