/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * run.h - the main() of a Check program.
 */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <check.h>
#include <signal.h>

#define RUN_TIMEOUT_S 60

/** As ck_assert(), but silent while it holds: Check's own tells its parent process each time it passes. */
#define CHECK_THAT(cond) ((cond) ? (void)0 : (void)ck_abort_msg("%s", #cond))

/** Add @p count tests to a suite, each expected to end by @p signal, or to return when that is 0. */
static inline TCase *run_add(Suite *suite, const char *name, const TTest *const *tests, unsigned count,
                             int signal)
{
    TCase *tcase = tcase_create(name);

    tcase_set_timeout(tcase, RUN_TIMEOUT_S);
    for (unsigned i = 0; i < count; i++) {
        tcase_add_test_raise_signal(tcase, tests[i], signal);
    }
    suite_add_tcase(suite, tcase);
    return tcase;
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/** Run the tests named, each in a process of its own. @return main()'s value. */
#define RUN_TESTS(...)                                                                                       \
    int main(void)                                                                                           \
    {                                                                                                        \
        const TTest *tests[] = {__VA_ARGS__};                                                                \
        Suite *suite = suite_create(__FILE__);                                                               \
                                                                                                             \
        run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);                                 \
        return run_suite(suite);                                                                             \
    }

/** As RUN_TESTS(), with @p setup called first in each process. */
#define RUN_TESTS_AFTER(setup, ...)                                                                          \
    int main(void)                                                                                           \
    {                                                                                                        \
        const TTest *tests[] = {__VA_ARGS__};                                                                \
        Suite *suite = suite_create(__FILE__);                                                               \
                                                                                                             \
        tcase_add_checked_fixture(run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0),       \
                                  setup, NULL);                                                              \
        return run_suite(suite);                                                                             \
    }

/** As RUN_TESTS(), and those in the second list, RUN_LIST(...) like the first, must end in a crash of ours.
 */
#define RUN_LIST(...)                                                                                        \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }
#define RUN_TESTS_AND_CRASHES(list, crash_list)                                                              \
    int main(void)                                                                                           \
    {                                                                                                        \
        const TTest *tests[] = list, *crashes[] = crash_list;                                                \
        Suite *suite = suite_create(__FILE__);                                                               \
                                                                                                             \
        run_add(suite, "tests", tests, sizeof(tests) / sizeof(tests[0]), 0);                                 \
        run_add(suite, "crashes", crashes, sizeof(crashes) / sizeof(crashes[0]), SIGABRT);                   \
        return run_suite(suite);                                                                             \
    }

#endif
