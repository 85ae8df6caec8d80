/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * medium.h - what a disk with a volatile cache may hold when the power goes.
 *
 * Entries of a log are done to the medium one after the other; between two, the power may be cut any number
 * of times. What was done before the last flush is there. Of what came after it, each block of each write is
 * there or not, whatever the order, but a block is never half written; a write with FUA is there once it is
 * in the log.
 *
 * The log holds what was done in the order in which it ended. So a write that was under way while a flush was
 * counts as flushed if it ended first: that is kinder than a disk has to be.
 */
#ifndef POWERCUT_MEDIUM_H
#define POWERCUT_MEDIUM_H

#include "write_log.h"

struct medium;

/** An empty medium of @p blocks blocks of @p block_bytes; what a log does beyond is none of its business.
 * NULL when there is no memory for it. */
struct medium *medium_create(uint64_t blocks, uint32_t block_bytes);
void medium_destroy(struct medium *medium);

/** Do what @p entry says. Its data must stay. False: it does not begin and end with a block. */
bool medium_do(struct medium *medium, const struct write_log_entry *entry);

/** What survives a cut, of what has not been flushed. */
enum medium_cut {
    MEDIUM_CUT_NOTHING,
    MEDIUM_CUT_EVERYTHING,
    MEDIUM_CUT_NEWEST, /**< The last write alone. */
    MEDIUM_CUT_WRITES, /**< Some writes whole, the others not at all. */
    MEDIUM_CUT_BLOCKS, /**< Some blocks of some writes. */
    MEDIUM_CUT_KINDS,
};

/** Cut the power; @p seed decides what is left to chance. medium_block() tells from now on what is there. */
void medium_cut(struct medium *medium, enum medium_cut kind, uint64_t seed);

/** What @p block holds after the last cut; NULL: zeroes, as in the beginning and once discarded. */
const void *medium_block(const struct medium *medium, uint64_t block);

/** How many blocks of writes have not been flushed. */
uint64_t medium_unflushed(const struct medium *medium);

#endif
