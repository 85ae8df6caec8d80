/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_printf.c - formatted output against the host's snprintf(), and our own additions.
 */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
#include "run.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmkapi/lib/libc.h>

typedef int (*print_fn)(char *buf, vmk_size_t size, const char *fmt, ...);

static const long values[] = {0,     1,     -1,        7,       8,       9,        10,       15,      16,
                              127,   128,   255,       256,     -128,    -129,     32767,    32768,   -32768,
                              65535, 65536, 123456789, INT_MAX, INT_MIN, UINT_MAX, LONG_MAX, LONG_MIN};

static void random_spec(char *fmt, const char *conversions, const char *const *lengths, unsigned nlengths)
{
    char *at = fmt;

    *at++ = '<';
    *at++ = '%';
    for (const char *flag = "-+ #0"; *flag != '\0'; flag++) {
        if (rand() % 3 == 0) {
            *at++ = *flag;
        }
    }
    if (rand() % 2) {
        at += sprintf(at, "%d", rand() % 30 + 1);
    }
    if (rand() % 2) {
        at += sprintf(at, rand() % 4 ? ".%d" : ".", rand() % 30);
    }
    at += sprintf(at, "%s", lengths[(unsigned)rand() % nlengths]);
    *at++ = conversions[(unsigned)rand() % strlen(conversions)];
    *at++ = '>';
    *at = '\0';
}

/* The same through both, into buffers of the same size, which may be too small. */
#define COMPARE(fmt, ...)                                                                                    \
    do {                                                                                                     \
        char ours[80], theirs[80];                                                                           \
        size_t size = (size_t)rand() % 4 ? sizeof(ours) : (size_t)rand() % 20;                               \
        int our_len, their_len;                                                                              \
                                                                                                             \
        memset(ours, 'x', sizeof(ours));                                                                     \
        memset(theirs, 'x', sizeof(theirs));                                                                 \
        our_len = ((print_fn)vmk_Snprintf)(ours, size, fmt, __VA_ARGS__);                                    \
        their_len = ((print_fn)snprintf)(theirs, size, fmt, __VA_ARGS__);                                    \
        if (our_len != their_len || memcmp(ours, theirs, sizeof(ours)) != 0) {                               \
            ck_abort_msg("format %s: '%.79s' %d, not '%.79s' %d", fmt, ours, our_len, theirs, their_len);    \
        }                                                                                                    \
    } while (0)

START_TEST(integers_like_the_host)
{
    static const char *const lengths[] = {"", "hh", "h"};
    static const char *const long_lengths[] = {"l", "ll", "j", "z", "t"};

    for (int round = 0; round < 50000; round++) {
        char fmt[40];
        long value = rand() % 2 ? values[(unsigned)rand() % (sizeof(values) / sizeof(values[0]))]
                                : (long)rand() * rand() >> rand() % 62;

        random_spec(fmt, "diuoxX", lengths, 3);
        COMPARE(fmt, (int)value);
        random_spec(fmt, "diuoxX", long_lengths, 5);
        COMPARE(fmt, value);
    }
}
END_TEST

START_TEST(strings_like_the_host)
{
    static const char *const none[] = {""};

    for (int round = 0; round < 20000; round++) {
        char fmt[40];

        const char *text = "0123456789abcdef" + rand() % 17;
        int ch = rand() % 256;

        random_spec(fmt, "s", none, 1);
        COMPARE(fmt, text);
        random_spec(fmt, "c", none, 1);
        COMPARE(fmt, ch);
    }
}
END_TEST

START_TEST(stars_like_the_host)
{
    for (int round = 0; round < 20000; round++) {
        int right = rand() % 40 - 20, left = rand() % 40 - 20, digits = rand() % 20 - 3;
        int width = rand() % 20 - 10, cut = rand() % 8 - 2, value = rand();

        COMPARE("%*d|%-*x|%.*u|%*.*s", right, value, left, value, digits, value, width, cut, "text");
    }
}
END_TEST

START_TEST(pointers)
{
    char text[40];
    const void *pointer = (void *)0xffff800000001234;

    ck_assert_int_eq(vmk_Snprintf(text, sizeof(text), "%p", pointer), 18);
    ck_assert_str_eq(text, "0xffff800000001234");
    COMPARE("%p|%20p|%-20p|", pointer, pointer, pointer);
    vmk_Snprintf(text, sizeof(text), "%p", NULL);
    ck_assert_str_eq(text, "0x0");
}
END_TEST

static int print(char *text, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmk_Vsnprintf(text, size, fmt, args);
    va_end(args);
    return len;
}

START_TEST(what_is_not_offered_is_copied)
{
    char text[40];

    ck_assert_int_eq(print(text, sizeof(text), "%5.2f|%d", 12), 8);
    ck_assert_str_eq(text, "%5.2f|12");
    print(text, sizeof(text), "%n%d", 12);
    ck_assert_str_eq(text, "%n12");
    print(text, sizeof(text), "100%% %");
    ck_assert_str_eq(text, "100% %");
    print(text, sizeof(text), "%-08");
    ck_assert_str_eq(text, "%-08");
    print(text, sizeof(text), "%s", NULL);
    ck_assert_str_eq(text, "(null)");
}
END_TEST

START_TEST(never_beyond_the_buffer)
{
    for (size_t size = 0; size < 40; size++) {
        char *text = malloc(size + !size);
        int len = print(text, size, "%s %08x %-10d|", "some text", 0xbeef, 42);

        ck_assert_int_eq(len, 9 + 1 + 8 + 1 + 10 + 1);
        if (size != 0) {
            ck_assert_uint_eq(strlen(text), size <= (size_t)len ? size - 1 : (size_t)len);
        }
        free(text);
    }
    ck_assert_int_eq(print(NULL, 0, "%d", 12345), 5);
}
END_TEST

START_TEST(scn_counts_what_is_there)
{
    char text[6];

    ck_assert_int_eq(vmk_Scnprintf(text, sizeof(text), "%s", "abc"), 3);
    ck_assert_int_eq(vmk_Scnprintf(text, sizeof(text), "%s", "abcdefgh"), 5);
    ck_assert_str_eq(text, "abcde");
    ck_assert_int_eq(vmk_Scnprintf(text, 0, "%s", "abc"), 0);
}
END_TEST

/* A dialect: %pN prints a name, %pH its width as a number. */
static int dialect(char *buf, vmk_size_t size, const char *suffix, const void *value, vmk_uint32 *width,
                   vmk_uint32 *used)
{
    vmk_uint32 wide = *width;

    if (*suffix == 'N') {
        *used = 1;
        return snprintf(buf, size, "[%s]", (const char *)value);
    }
    if (*suffix == 'H') {
        *used = 1;
        *width = 0;
        return snprintf(buf, size, "%u", wide);
    }
    return 0;
}

static int print_dialect(char *text, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vmk_VsnprintfWith(dialect, text, size, fmt, args);
    va_end(args);
    return len;
}

START_TEST(a_dialect_prints_pointers)
{
    char text[64];

    print_dialect(text, sizeof(text), "%pN %10pN|%-10pN|%d", "a", "bc", "def", 4);
    ck_assert_str_eq(text, "[a]       [bc]|[def]     |4");
    print_dialect(text, sizeof(text), "%16pH|%pX", "", (void *)16);
    ck_assert_str_eq(text, "16|0x10X");
    for (size_t size = 0; size < 20; size++) {
        char *small = malloc(size + !size), whole[32] = "x    [abc]yz";

        ck_assert_int_eq(print_dialect(small, size, "x%9pNyz", "abc"), 12);
        if (size != 0) {
            whole[size <= 12 ? size - 1 : 12] = '\0';
            ck_assert_str_eq(small, whole);
        }
        free(small);
    }
}
END_TEST

RUN_TESTS(integers_like_the_host, strings_like_the_host, stars_like_the_host, pointers,
          what_is_not_offered_is_copied, never_beyond_the_buffer, scn_counts_what_is_there,
          a_dialect_prints_pointers)
