/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counting.h - how often module `counting` calls its function.
 */
#ifndef TESTS_COUNTING_H
#define TESTS_COUNTING_H

#define COUNTING_CPUS  4
#define COUNTING_CALLS 100000 /**< On each. */

#endif
