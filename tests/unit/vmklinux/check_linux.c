/* SPDX-License-Identifier: GPL-2.0-only */
/* check_linux.c - runs the cases of a linux_*.c under Check. */
#include "linux_test.h"
#include "run.h"

#include <stdlib.h>

void linux_test_fail(const char *file, int line, const char *what)
{
    ck_abort_msg("%s:%d: %s", file, line, what);
    abort();
}

START_TEST(run_case)
{
    linux_test_start();
    linux_cases[_i].run();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vmklinux");
    TCase *tcase = tcase_create("cases");
    int count = 0;

    while (linux_cases[count].name != NULL)
        count++;
    tcase_set_timeout(tcase, RUN_TIMEOUT_S);
    tcase_add_loop_test(tcase, run_case, 0, count);
    suite_add_tcase(suite, tcase);
    return run_suite(suite);
}
