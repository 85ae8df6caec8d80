/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.h - what tests that boot a machine share. A failing helper fails the running Check test, with the
 * machine's own words.
 */
#ifndef TESTS_BOOT_H
#define TESTS_BOOT_H

#include <check.h>
#include <jansson.h>
#include <machine.h>

#define BOOT_COMMAND_TIMEOUT_S 60

/** The options of a plain boot of the built kernel; the log goes to a file named after @p test. */
struct machine_options boot_options(const char *test);

/** Start a machine and wait until it is up. */
struct machine *boot_up(const struct machine_options *options);

/** Run a command that has to succeed; @return what it printed, malloc'ed. */
char *boot_run(struct machine *m, const char *command);

/** Run a command that has to succeed, given as to printf(); what it prints is nobody's. */
__attribute__((format(printf, 2, 3))) void boot_do(struct machine *m, const char *format, ...);

/** Run a command that has to fail, with @p cause somewhere in what it prints. */
void boot_run_failing(struct machine *m, const char *command, const char *cause);

/** Run a command with --formatter=json; @return what it says, to be json_decref()ed. */
json_t *boot_json(struct machine *m, const char *command);

/** The row of JSON list @p list whose @p key is the text @p value; fails when there is none. Borrowed. */
json_t *boot_row(json_t *list, const char *key, const char *value);

/** One counter of the statistics tree. */
long long boot_stat(struct machine *m, const char *path);

/** Power off, with success, and free the machine. */
void boot_down(struct machine *m);

/** Run @p suite in this process and return the exit status: a machine does not survive a fork. */
int boot_main(Suite *suite);

#endif
