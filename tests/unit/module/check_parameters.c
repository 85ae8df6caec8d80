/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_parameters.c - "name=value" text against typed variables.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

#include "parameters.h"

static vmk_uint8 byte;
static vmk_int16 small;
static vmk_int32 number;
static vmk_uint64 wide;
static vmk_Bool truth;
static char *text;
static char word[8];
static vmk_int32 list[3];
static vmk_uint32 list_count;

static char called_with[16];

static vmk_StatusValue take_even(const char *value)
{
    strcpy(called_with, value);
    return (value[0] - '0') % 2 == 0 ? VMK_OK : VMK_BAD_PARAM;
}

static const vmk_ModuleParam params[] = {
    {.name = "byte", .address = &byte, .type = VMK_MODPARAM_BYTE, .capacity = 1},
    {.name = "small", .address = &small, .type = VMK_MODPARAM_SHORT, .capacity = 1},
    {.name = "number", .address = &number, .type = VMK_MODPARAM_INT, .capacity = 1},
    {.name = "wide", .address = &wide, .type = VMK_MODPARAM_ULONG, .capacity = 1},
    {.name = "truth", .address = &truth, .type = VMK_MODPARAM_BOOL, .capacity = 1},
    {.name = "text", .address = &text, .type = VMK_MODPARAM_CHARP, .capacity = 1},
    {.name = "word", .address = word, .type = VMK_MODPARAM_STRING, .capacity = sizeof(word)},
    {.name = "list", .address = list, .count = &list_count, .type = VMK_MODPARAM_INT, .capacity = 3},
    {.name = "even", .address = (void *)take_even, .type = VMK_MODPARAM_CALL, .capacity = 1},
};

static struct diagnosis why;
static char buffer[256]; /* outlives the call, as the loader's does */

static vmk_StatusValue set(const char *values)
{
    strcpy(buffer, values);
    why.text[0] = '\0';
    return parameters_set("module", params, sizeof(params) / sizeof(params[0]), buffer, &why);
}

START_TEST(sets_every_type)
{
    ck_assert_int_eq(
        set(" byte=255 small=-32768\tnumber=0x10 wide=18446744073709551615 truth=on text=abc word=1234567 "
            "list=1,-2,3 even=4"),
        VMK_OK);
    ck_assert_uint_eq(byte, 255);
    ck_assert_int_eq(small, -32768);
    ck_assert_int_eq(number, 16);
    ck_assert_uint_eq(wide, ~0ul);
    ck_assert_uint_eq(truth, VMK_TRUE);
    ck_assert_str_eq(text, "abc");
    ck_assert_str_eq(word, "1234567");
    ck_assert_uint_eq(list_count, 3);
    ck_assert_int_eq(list[1], -2);
    ck_assert_str_eq(called_with, "4");
}
END_TEST

START_TEST(takes_quoted_empty_and_bare_values)
{
    ck_assert_int_eq(set("text=\"a b = c\" truth word="), VMK_OK);
    ck_assert_str_eq(text, "a b = c");
    ck_assert_uint_eq(truth, VMK_TRUE);
    ck_assert_str_eq(word, "");
    ck_assert_int_eq(set("truth=No list=7"), VMK_OK);
    ck_assert_uint_eq(truth, VMK_FALSE);
    ck_assert_uint_eq(list_count, 1);
    ck_assert_int_eq(set(""), VMK_OK);
    ck_assert_int_eq(set("   "), VMK_OK);
}
END_TEST

START_TEST(refuses_what_does_not_fit)
{
    static const char *const wrong[] = {
        "byte=256",  "byte=-1",      "small=32768", "small=-32769", "number=0x80000000",
        "number=",   "number=1x",    "number",      "truth=maybe",  "word=12345678",
        "list=1,,2", "list=1,2,3,4", "=1",          "text",         "number=99999999999999999999",
        "even=5",    "unknown=1",    "unknown"};

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_msg(set(wrong[i]) == VMK_BAD_PARAM, "%s was taken", wrong[i]);
        ck_assert_str_ne(why.text, "");
    }
    ck_assert_str_eq(
        why.text,
        "module has no parameter 'unknown'; it has: byte small number wide truth text word list even");
}
END_TEST

RUN_TESTS(sets_every_type, takes_quoted_empty_and_bare_values, refuses_what_does_not_fit)
