/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_string.c - string functions, numbers in text, names and status texts; against the host's where it
 * has them.
 */
#include "run.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmkapi/lib/libc.h>
#include <vmkapi/lib/name.h>
#include <vmkapi/lib/string.h>

/* Strings of the module's heap: the host's, here. */
void *vmk_HeapAllocWithRA(vmk_HeapID heap, vmk_ByteCount size, void *ra)
{
    return heap == VMK_INVALID_HEAP_ID ? NULL : malloc(size);
}

static int sign(long value)
{
    return (value > 0) - (value < 0);
}

/* A random string of few different characters, so that matches happen. */
static void random_text(char *text, size_t size)
{
    size_t len = (size_t)rand() % size;

    for (size_t i = 0; i < len; i++) {
        text[i] = "abAB\xe9"[rand() % 5];
    }
    text[len] = '\0';
}

START_TEST(compares_and_finds_like_the_host)
{
    for (int round = 0; round < 30000; round++) {
        char a[12], b[12];
        size_t n = (size_t)rand() % 14;
        int ch = "abAB\xe9"[rand() % 5] * (rand() % 8 != 0);

        random_text(a, sizeof(a));
        random_text(b, sizeof(b));
        CHECK_THAT(vmk_Strlen(a) == strlen(a));
        CHECK_THAT(vmk_Strnlen(a, n) == strnlen(a, n));
        CHECK_THAT(sign(vmk_Strcmp(a, b)) == sign(strcmp(a, b)));
        CHECK_THAT(sign(vmk_Strncmp(a, b, n)) == sign(strncmp(a, b, n)));
        CHECK_THAT(sign(vmk_Strcasecmp(a, b)) == sign(strcasecmp(a, b)));
        CHECK_THAT(sign(vmk_Strncasecmp(a, b, n)) == sign(strncasecmp(a, b, n)));
        CHECK_THAT(vmk_Strchr(a, ch) == strchr(a, ch));
        CHECK_THAT(vmk_Strrchr(a, ch) == strrchr(a, ch));
        b[rand() % 4] = '\0';
        CHECK_THAT(vmk_Strstr(a, b) == strstr(a, b));
        CHECK_THAT(vmk_Strspn(a, b) == strspn(a, b));
        CHECK_THAT(vmk_Strcspn(a, b) == strcspn(a, b));
    }
}
END_TEST

START_TEST(copies_within_bounds)
{
    for (int round = 0; round < 50000; round++) {
        char from[12], ours[24], theirs[24];
        size_t size = (size_t)rand() % sizeof(ours);

        random_text(from, sizeof(from));
        memset(ours, 'x', sizeof(ours));
        memset(theirs, 'x', sizeof(theirs));
        vmk_Strncpy(ours, from, size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wstringop-truncation"
        strncpy(theirs, from, size);
#pragma GCC diagnostic pop
        CHECK_THAT(memcmp(ours, theirs, sizeof(ours)) == 0);

        memset(ours, 'x', sizeof(ours));
        CHECK_THAT(vmk_Strlcpy(ours, from, size) == strlen(from));
        if (size != 0) {
            CHECK_THAT(strlen(ours) == (strlen(from) < size ? strlen(from) : size - 1));
            CHECK_THAT(strncmp(ours, from, size - 1) == 0);
        }
        CHECK_THAT(ours[size] == 'x');
    }
}
END_TEST

START_TEST(appends_within_bounds)
{
    char text[8] = "ab";

    ck_assert_uint_eq(vmk_Strlcat(text, "cd", sizeof(text)), 4);
    ck_assert_str_eq(text, "abcd");
    ck_assert_uint_eq(vmk_Strlcat(text, "efghij", sizeof(text)), 10);
    ck_assert_str_eq(text, "abcdefg");
    ck_assert_uint_eq(vmk_Strlcat(text, "x", 3), 4);
    ck_assert_str_eq(text, "abcdefg");
    ck_assert_ptr_eq(vmk_Strcpy(text, "xyz"), text);
    ck_assert_str_eq(text, "xyz");
}
END_TEST

static const char *const numbers[] = {
    "",
    " ",
    "0",
    "-0",
    "+7",
    " \t\n12",
    "0x",
    "0x1F",
    "0X1g",
    "0xg",
    "010",
    "08",
    "-0x10",
    "- 1",
    "+-1",
    "z",
    "Zz",
    "12abc",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "-18446744073709551615",
    "-18446744073709551616",
    "99999999999999999999999999",
    "0xffffffffffffffff",
    "0x10000000000000000",
    "01777777777777777777777",
    "0300000000000000000000",
    "1111111111111111111111111111111111111111111111111111111111111111",
    "7fffffffffffffff",
};

START_TEST(reads_numbers_like_the_host)
{
    static const int bases[] = {0, 2, 8, 10, 16, 36};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
            char *ours, *theirs;

            ck_assert_int_eq(vmk_Strtol(numbers[i], &ours, bases[b]), strtol(numbers[i], &theirs, bases[b]));
            ck_assert_ptr_eq(ours, theirs);
            ck_assert_uint_eq(vmk_Strtoul(numbers[i], &ours, bases[b]),
                              strtoul(numbers[i], &theirs, bases[b]));
            ck_assert_ptr_eq(ours, theirs);
            ck_assert_int_eq(vmk_Strtol(numbers[i], NULL, bases[b]), strtol(numbers[i], NULL, bases[b]));
        }
    }
}
END_TEST

START_TEST(reads_random_numbers_like_the_host)
{
    for (int round = 0; round < 30000; round++) {
        char text[28], *ours, *theirs;
        size_t len = (size_t)rand() % (sizeof(text) - 1);
        int base = rand() % 37;

        for (size_t i = 0; i < len; i++) {
            text[i] = " +-0011789abxXfz"[rand() % 16];
        }
        text[len] = '\0';
        base = base == 1 ? 0 : base;
        CHECK_THAT(vmk_Strtol(text, &ours, base) == strtol(text, &theirs, base));
        CHECK_THAT(ours == theirs);
        CHECK_THAT(vmk_Strtoul(text, &ours, base) == strtoul(text, &theirs, base));
        CHECK_THAT(ours == theirs);
    }
}
END_TEST

START_TEST(refuses_bad_bases)
{
    char *end;
    const char *text = "101";

    ck_assert_int_eq(vmk_Strtol(text, &end, 1), 0);
    ck_assert_ptr_eq(end, text);
    ck_assert_uint_eq(vmk_Strtoul(text, &end, 37), 0);
    ck_assert_ptr_eq(end, text);
    ck_assert_int_eq(vmk_Strtol(text, &end, -2), 0);
    ck_assert_ptr_eq(end, text);
}
END_TEST

START_TEST(whole_strings_as_numbers)
{
    vmk_uint64 u = 7;
    vmk_int64 i = 7;

    ck_assert_int_eq(vmk_StringToUint64(" 42 \n", 10, &u), VMK_OK);
    ck_assert_uint_eq(u, 42);
    ck_assert_int_eq(vmk_StringToUint64("0xff", 0, &u), VMK_OK);
    ck_assert_uint_eq(u, 255);
    ck_assert_int_eq(vmk_StringToUint64("18446744073709551615", 0, &u), VMK_OK);
    ck_assert_uint_eq(u, ~0ul);
    ck_assert_int_eq(vmk_StringToUint64("18446744073709551616", 0, &u), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_StringToUint64("-1", 0, &u), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_StringToUint64("-0", 0, &u), VMK_OK);
    ck_assert_uint_eq(u, 0);
    ck_assert_int_eq(vmk_StringToUint64("", 0, &u), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringToUint64("4x", 0, &u), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringToUint64("4 5", 0, &u), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringToInt64("-9223372036854775808", 0, &i), VMK_OK);
    ck_assert_int_eq(i, (-9223372036854775807l - 1));
    ck_assert_int_eq(vmk_StringToInt64("-9223372036854775809", 0, &i), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_StringToInt64("9223372036854775807", 0, &i), VMK_OK);
    ck_assert_int_eq(i, 9223372036854775807l);
    ck_assert_int_eq(vmk_StringToInt64("9223372036854775808", 0, &i), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_StringToInt64("nine", 0, &i), VMK_BAD_PARAM);
}
END_TEST

START_TEST(says_what_did_not_fit)
{
    char text[6];
    vmk_ByteCount len;
    char *copy;

    ck_assert_int_eq(vmk_StringCopy(text, "12345", sizeof(text)), VMK_OK);
    ck_assert_int_eq(vmk_StringCopy(text, "123456", sizeof(text)), VMK_LIMIT_EXCEEDED);
    ck_assert_str_eq(text, "12345");
    ck_assert_int_eq(vmk_StringCopy(text, "", 0), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringCopy(text, "12", sizeof(text)), VMK_OK);
    ck_assert_int_eq(vmk_StringCat(text, "345", sizeof(text)), VMK_OK);
    ck_assert_int_eq(vmk_StringCat(text, "6", sizeof(text)), VMK_LIMIT_EXCEEDED);
    ck_assert_int_eq(vmk_StringCat(text, "6", 0), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringFormat(text, sizeof(text), &len, "%u", 12345u), VMK_OK);
    ck_assert_uint_eq(len, 5);
    ck_assert_int_eq(vmk_StringFormat(text, sizeof(text), &len, "%u", 123456u), VMK_LIMIT_EXCEEDED);
    ck_assert_uint_eq(len, 6);
    ck_assert_int_eq(vmk_StringFormat(text, 0, NULL, "x"), VMK_BAD_PARAM);
    ck_assert_int_eq(vmk_StringDup(VMK_INVALID_HEAP_ID, "text", &copy), VMK_NO_MEMORY);
    ck_assert_int_eq(vmk_StringDup((vmk_HeapID)text, "text", &copy), VMK_OK);
    ck_assert_str_eq(copy, "text");
    free(copy);
}
END_TEST

START_TEST(names_are_terminated)
{
    vmk_Name name, other;

    ck_assert_int_eq(vmk_NameInitialize(&name, "vmnic0"), VMK_OK);
    ck_assert_str_eq(vmk_NameToString(&name), "vmnic0");
    ck_assert_int_eq(vmk_NameInitialize(&name, "0123456789012345678901234567890"), VMK_OK);
    ck_assert_int_eq(vmk_NameInitialize(&name, "01234567890123456789012345678901"), VMK_NAME_TOO_LONG);
    ck_assert_uint_eq(strlen(name.string), VMK_MISC_NAME_MAX - 1);
    ck_assert_int_eq(vmk_NameFormat(&name, "vmk%d", 7), VMK_OK);
    vmk_NameCopy(&other, &name);
    ck_assert_str_eq(other.string, "vmk7");
    ck_assert_int_eq(vmk_NameFormat(&name, "%40d", 7), VMK_NAME_TOO_LONG);
}
END_TEST

START_TEST(statuses_have_words)
{
    ck_assert_str_eq(vmk_StatusToString(VMK_OK), "Success");
    ck_assert_str_eq(vmk_StatusToString(VMK_NO_MEMORY), "Out of memory");
    ck_assert_str_eq(vmk_StatusToString(-1), "Unknown status");
    ck_assert_str_eq(vmk_StatusToString(100000), "Unknown status");
}
END_TEST

START_TEST(characters_are_classed_like_the_host)
{
    for (int ch = 0; ch < 256; ch++) {
        CHECK_THAT(vmk_IsPrint(ch) == (isprint(ch) != 0));
        CHECK_THAT(vmk_IsSpace(ch) == (isspace(ch) != 0));
        CHECK_THAT(vmk_IsDigit(ch) == (isdigit(ch) != 0));
        CHECK_THAT(vmk_IsAlpha(ch) == (isalpha(ch) != 0));
        CHECK_THAT(vmk_ToLower(ch) == tolower(ch));
        CHECK_THAT(vmk_ToUpper(ch) == toupper(ch));
    }
}
END_TEST

RUN_TESTS(compares_and_finds_like_the_host, copies_within_bounds, appends_within_bounds,
          reads_numbers_like_the_host, reads_random_numbers_like_the_host, refuses_bad_bases,
          whole_strings_as_numbers, says_what_did_not_fit, names_are_terminated, statuses_have_words,
          characters_are_classed_like_the_host)
