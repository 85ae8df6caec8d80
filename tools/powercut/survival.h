/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * survival.h - whether what a guest was promised to find after a power cut is there.
 *
 * The guest wrote pattern blocks (core/storage_pattern.h) as `storage disk verify` does: each says how far
 * the run was on stable storage when it was written. So a medium testifies against itself: what the best
 * informed of its blocks says was stable has to be there.
 */
#ifndef POWERCUT_SURVIVAL_H
#define POWERCUT_SURVIVAL_H

#include <core/storage_pattern.h>

#include "medium.h"

struct survival;

/** What the guest did. */
struct survival_run {
    struct pattern_plan plan;
    uint64_t device; /**< pattern_device_id() */
    uint32_t block_bytes;
    uint64_t first_generation;
};

/** What was lost. */
struct survival_loss {
    uint64_t block;
    uint64_t stable;              /**< Writes with a lower sequence had been promised. */
    uint64_t generation;          /**< That the block has to be of, at least; 0: of any, or untouched. */
    enum pattern_verdict verdict; /**< On what is there: PATTERN_STALE when it is good, and too old. */
    struct pattern_header has;    /**< What is there. */
};

/** NULL when there is no memory. */
struct survival *survival_create(const struct survival_run *run);
void survival_destroy(struct survival *survival);

/**
 * Look at the medium as its last cut left it.
 *
 * @param promised Writes with a lower sequence were promised by other means than the medium; 0: none.
 * @param stable   Receives how many writes were, in the end.
 * @return False: something is lost; @p loss says what.
 */
bool survival_check(struct survival *survival, const struct medium *medium, uint64_t promised,
                    uint64_t *stable, struct survival_loss *loss);

#endif
