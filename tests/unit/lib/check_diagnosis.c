/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_diagnosis.c - one line of why, whatever the names in it are.
 */
#include "run.h"

#include <core/diagnosis.h>

START_TEST(says_why)
{
    struct diagnosis why;

    ck_assert_int_eq(diagnose(&why, VMK_NOT_FOUND, "%s has no %u", "hello", 7u), VMK_NOT_FOUND);
    ck_assert_str_eq(why.text, "hello has no 7");
}
END_TEST

START_TEST(stays_one_printable_line)
{
    struct diagnosis why;

    ck_assert_int_eq(diagnose(&why, VMK_BAD_FORMAT, "nobody has %s", "a\nb\x1b[2J\xff"), VMK_BAD_FORMAT);
    ck_assert_str_eq(why.text, "nobody has a?b?[2J?");
}
END_TEST

RUN_TESTS(says_why, stays_one_printable_line)
