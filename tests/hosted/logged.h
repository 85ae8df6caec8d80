/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * logged.h - what the log gets while something is done.
 */
#ifndef HOSTED_LOGGED_H
#define HOSTED_LOGGED_H

/** Do something. @return how many lines the log gets, and of these how many have @p text in them. */
unsigned logged_lines(void (*act)(void));
unsigned logged_lines_with(const char *text, void (*act)(void));

#endif
