/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * schedule.h - what a run of the pattern engine does next, and what it knows of what it has done. Pure: the
 * caller locks.
 *
 * Generation by generation the plan's writes are given out in order. Reads follow in the same order of slots,
 * by requests of other sizes, once all writes of a slot have ended. Of the writes that have ended it is known
 * which are on stable storage: those that had ended when a flush was begun that has ended since, and those
 * with FUA, as far as there is no gap before them.
 */
#ifndef STORAGE_SCHEDULE_H
#define STORAGE_SCHEDULE_H

#include <stdbool.h>

#include <core/storage_pattern.h>
#include <vmkapi/base/types.h>

#define SCHEDULE_WINDOW 8192u /**< Writes between the first one under way and the last. */
#define SCHEDULE_TURNS  256u  /**< Slots that writes may be ahead of reads. */

enum schedule_kind { SCHEDULE_WRITE, SCHEDULE_READ, SCHEDULE_FLUSH };

struct schedule_item {
    enum schedule_kind kind;
    bool fua;
    vmk_uint32 num_blocks;
    vmk_uint64 block;
    vmk_uint64 generation;
    vmk_uint64 sequence; /**< A write's number; a flush: all writes below have ended. */
    vmk_uint64 stable;
};

struct schedule_options {
    struct pattern_plan plan;
    bool writes, reads;
    vmk_uint64 first_generation;
    vmk_uint64 generations; /**< At least 1. */
    vmk_uint32 fua_percent;
    vmk_uint32 flush_every; /**< Writes from flush to flush; 0: none. */
};

enum schedule_answer {
    SCHEDULE_TAKEN,
    SCHEDULE_LATER, /**< Something has to end first. */
    SCHEDULE_END,
};

struct schedule {
    const struct schedule_options *options;
    vmk_uint64 generation;
    struct pattern_walk write_walk, read_walk;
    bool writes_over, reads_over; /**< Of this generation. */
    vmk_uint64 outstanding;
    vmk_uint64 next_sequence;
    vmk_uint64 ended;  /**< All writes below have. */
    vmk_uint64 stable; /**< All writes below are on stable storage. */
    vmk_uint32 since_flush;
    bool flushing;
    vmk_uint64 random;
    vmk_uint8 window[SCHEDULE_WINDOW];    /**< By sequence: what is known of a write. */
    vmk_uint64 turn_ends[SCHEDULE_TURNS]; /**< By turn: the sequence behind its last write. */
};

void schedule_start(struct schedule *schedule, const struct schedule_options *options);

/** Take something to do. */
enum schedule_answer schedule_take(struct schedule *schedule, struct schedule_item *item);

/** What was taken has ended well. */
void schedule_done(struct schedule *schedule, const struct schedule_item *item);

#endif
