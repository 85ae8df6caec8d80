/* SPDX-License-Identifier: GPL-2.0-only */
/* packets.h - a hosted machine with the real packet pool, for sources compiled with Linux's headers. */
#ifndef TESTS_PACKETS_H
#define TESTS_PACKETS_H

/** Start it; pages in use now are the measure for expect_no_pages_leaked(). */
void packets_start(void);

/** Fail unless pages taken since packets_start() are no more than the pool keeps. */
void expect_no_pages_leaked(void);

#endif
