/* SPDX-License-Identifier: GPL-2.0-only */
/* powercut.h - a log of a run of `storage disk verify`, with the power cut at many places. */
#ifndef POWERCUT_H
#define POWERCUT_H

#include <stdio.h>

#include "survival.h"

struct powercut_result {
    uint64_t entries, flushes, fuas; /**< In the log. */
    uint64_t cuts;
    uint64_t losses;    /**< Cuts after which something promised was not there. */
    uint64_t stable;    /**< Writes promised at the last cut. */
    uint64_t unflushed; /**< Blocks at risk, all cuts together. */
};

/**
 * Cut the power @p cuts times, at places spread over the whole log, the last after its end, and look each
 * time at what is left in five ways (enum medium_cut).
 *
 * @param promised Writes promised once the log has ended, as the guest has said; 0: nothing said.
 * @param report   Where each loss is told in a line.
 * @return False: the log is bad, or the run and the log do not belong together; told in a line.
 */
bool powercut_run(const void *log, size_t len, const struct survival_run *run, uint64_t cuts, uint64_t seed,
                  uint64_t promised, FILE *report, struct powercut_result *result);

#endif
