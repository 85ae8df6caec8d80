/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * runq.h - the worlds that are ready on one CPU, by level; within a level first come, first served, or by the
 * clocks of their shares.
 *
 * Pure data structure: the caller locks. Every operation is O(1) but runq_find() and RUNQ_IN_TURN.
 */
#ifndef CORE_RUNQ_H
#define CORE_RUNQ_H

#include <core/share.h>
#include <vmkapi/base/types.h>
#include <vmkapi/lib/list.h>

#define RUNQ_LEVELS 32

struct runq_entry {
    vmk_ListLinks links;
    vmk_uint64 affinity; /**< CPUs it may run on, bit n for CPU n. */
    vmk_uint8 level;     /**< 0 to RUNQ_LEVELS - 1; greater is better. */
    struct share share;  /**< For RUNQ_IN_TURN. */
};

struct runq {
    vmk_uint32 levels; /**< Bit n: levels[n] is not empty. */
    vmk_uint32 count;
    vmk_ListLinks level[RUNQ_LEVELS];
};

enum runq_place {
    RUNQ_FRONT, /**< First of its level: it was interrupted within its time slice. */
    RUNQ_REAR,
    RUNQ_IN_TURN, /**< Behind those whose clocks are not ahead of its; all of its level are put so. */
};

void runq_init(struct runq *runq);

/** Add an entry that is in no run queue. */
void runq_insert(struct runq *runq, struct runq_entry *entry, enum runq_place place);

/** Take out an entry that is in @p runq. */
void runq_remove(struct runq *runq, struct runq_entry *entry);

/** @return the first entry of the best level, still queued; NULL when empty. */
struct runq_entry *runq_first(const struct runq *runq);

/** @return the best level with an entry; -1 when empty. */
int runq_best_level(const struct runq *runq);

/** @return the best entry that may run on CPU @p cpu, still queued; NULL when there is none. */
struct runq_entry *runq_find(const struct runq *runq, vmk_uint32 cpu);

#endif
