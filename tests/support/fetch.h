/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fetch.h - the machine's status page, from the host.
 */
#ifndef TESTS_FETCH_H
#define TESTS_FETCH_H

/** A TCP port of the host that nobody listens on. */
unsigned fetch_free_port(void);

/** What curl gets of @p path in at most @p timeout_s, malloc'ed; NULL when it gets nothing. */
char *fetch(unsigned port, const char *path, unsigned timeout_s);

#endif
