/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * linux_test.h - tests of vmklinux on the host. The cases are compiled with Linux's headers, which don't go
 * together with the C library's, so Check (check_linux.c) sees them only through this.
 */
#ifndef TESTS_LINUX_TEST_H
#define TESTS_LINUX_TEST_H

struct linux_case {
    const char *name;
    void (*run)(void);
};

/** The cases of one program, ended by a NULL name. Each runs in a process of its own. */
extern const struct linux_case linux_cases[];

/** Called before each case: whatever the sources under test need. */
void linux_test_start(void);

/** Fail the case. */
_Noreturn void linux_test_fail(const char *file, int line, const char *what);

#define EXPECT(cond) ((cond) ? (void)0 : linux_test_fail(__FILE__, __LINE__, #cond))

#endif
