/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_scanf.c - scanning text, against the host's sscanf().
 *
 * Not compared: "0x" without a digit behind it, of which we read the 0 and glibc both characters.
 */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vmkapi/lib/libc.h>

union field {
    char text[40];
    long number;
};

/* Scan with both into three fields each, and compare all there is. */
static void compare(const char *text, const char *fmt)
{
    union field ours[3], theirs[3];
    int our_count, their_count;

    memset(ours, 'x', sizeof(ours));
    memset(theirs, 'x', sizeof(theirs));
    our_count = vmk_Sscanf(text, fmt, &ours[0], &ours[1], &ours[2]);
    their_count = sscanf(text, fmt, &theirs[0], &theirs[1], &theirs[2]);
    if (our_count != their_count) {
        ck_abort_msg("'%s' by '%s': %d, not %d", text, fmt, our_count, their_count);
    }
    if (memcmp(ours, theirs, sizeof(ours)) != 0) {
        ck_abort_msg("'%s' by '%s' stored differently", text, fmt);
    }
}

START_TEST(numbers)
{
    static const char *const texts[] = {"",    "12 34 56", "-5,+6,7", "0x1f 017 9",  "ffzz",     "  42",
                                        "abc", "12abc34",  "1 2",     "99999999999", "-1 -2 -3", "08 09",
                                        "+",   "-",        "7 x 8",   "\t1\n2\v3",   "10:20:30"};
    static const char *const formats[] = {"%d%d%d",    "%i %i %i",    "%x%x%x",      "%o %u %d",
                                          "%2d%2d%2d", "%ld,%ld,%ld", "%hhd %hd %d", "%*d%d",
                                          "%lu %zu",   "%d:%d:%d",    "%1d%1d%1d",   "%lld%jd%td",
                                          "%d x %d",   "%3x%n",       "%n%d%n",      "%hhu%hu%u"};

    for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
        for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
            compare(texts[t], formats[f]);
        }
    }
}
END_TEST

START_TEST(characters)
{
    static const char *const texts[] = {"",       " ",     "word", "two words", "  lead", "a,b,c",
                                        "a1b2c3", "[x]-y", "]abc", "a%b",       "50%",    "aaa bbb ccc ddd"};
    static const char *const formats[] = {"%s",          "%s %s %s",    "%3s%s",   "%c%c%c",  "%3c",
                                          "%[a-z]%s",    "%[^,],%[^,]", "%[]a]%s", "%[^]]%c", "%*s%s",
                                          "%*[a-z]%d%c", "%5[a-c ]%n",  "%s%%",    "a%%%c",   "%c %c%n",
                                          "word",        "%[a-]%c",     "%4c%c"};

    for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
        for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
            compare(texts[t], formats[f]);
        }
    }
}
END_TEST

START_TEST(random_texts)
{
    for (int round = 0; round < 200000; round++) {
        static const char *const pieces[] = {"%d",  "%i", "%x", "%u", "%s",  "%c",  "%[ab]", "%2s",
                                             "%3d", " ",  ",",  "a",  "%*s", "%ld", "%n"};
        char text[20], fmt[40] = "";
        size_t len = (size_t)rand() % (sizeof(text) - 1);
        int stores = 0;

        for (size_t i = 0; i < len; i++) {
            text[i] = " ,ab01-+y "[rand() % 10];
        }
        text[len] = '\0';
        for (int i = 0; i < 5; i++) {
            const char *piece = pieces[(unsigned)rand() % (sizeof(pieces) / sizeof(pieces[0]))];

            stores += *piece == '%' && piece[1] != '*';
            if (stores > 3) {
                break;
            }
            strcat(fmt, piece);
        }
        compare(text, fmt);
    }
}
END_TEST

START_TEST(pointers_are_hexadecimal)
{
    void *pointer;

    ck_assert_int_eq(vmk_Sscanf("0xffff800000001234", "%p", &pointer), 1);
    ck_assert_ptr_eq(pointer, (void *)0xffff800000001234);
}
END_TEST

RUN_TESTS(numbers, characters, random_texts, pointers_are_hexadecimal)
