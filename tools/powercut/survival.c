/* SPDX-License-Identifier: GPL-2.0-only */
#include "survival.h"

#include <stdlib.h>
#include <string.h>

struct survival {
    struct survival_run run;
    /* Of each block of the region, for `stable`: the generation it has to be of, at least; 0: none. */
    uint64_t stable;
    uint64_t *required;
};

struct survival *survival_create(const struct survival_run *run)
{
    struct survival *s = calloc(1, sizeof *s);

    if (s == NULL || (s->required = calloc(run->plan.num_blocks, sizeof s->required[0])) == NULL) {
        free(s);
        return NULL;
    }
    s->run = *run;
    return s;
}

void survival_destroy(struct survival *s)
{
    if (s != NULL) {
        free(s->required);
        free(s);
    }
}

/* Go through the run's writes, as the guest did, up to the one that is promised no more. */
static void require(struct survival *s, uint64_t stable)
{
    const struct pattern_plan *plan = &s->run.plan;
    uint64_t generation = s->run.first_generation, sequence = 0, block;
    uint32_t count;

    if (s->stable == stable) {
        return;
    }
    memset(s->required, 0, plan->num_blocks * sizeof s->required[0]);
    for (; sequence < stable; generation++) {
        struct pattern_walk walk;

        pattern_walk_start(&walk, plan, generation, 0);
        while (sequence < stable && pattern_walk_next(&walk, &block, &count)) {
            for (uint32_t i = 0; i < count; i++) {
                s->required[block - plan->first_block + i] = generation;
            }
            sequence++;
        }
    }
    s->stable = stable;
}

/* Whatever generation it is of, the block says, a good one is as that says. */
static enum pattern_verdict verdict_on(const struct survival *s, uint64_t block, const void *data,
                                       struct pattern_header *has)
{
    struct pattern_header wants = {.device = s->run.device, .block = block, .seed = s->run.plan.seed};
    struct pattern_fault fault;

    memset(has, 0, sizeof *has);
    if (data == NULL) {
        return PATTERN_ZERO;
    }
    memcpy(has, data, sizeof *has);
    wants.generation = has->generation;
    return pattern_check(data, s->run.block_bytes, &wants, &fault);
}

static uint64_t stable_by(struct survival *s, const struct medium *medium, uint64_t promised)
{
    const struct pattern_plan *plan = &s->run.plan;
    struct pattern_header has;

    for (uint64_t block = plan->first_block; block < plan->first_block + plan->num_blocks; block++) {
        if (verdict_on(s, block, medium_block(medium, block), &has) == PATTERN_GOOD &&
            has.stable > promised) {
            promised = has.stable;
        }
    }
    return promised;
}

static bool is_lost(const struct survival *s, uint64_t block, const void *data, struct survival_loss *loss)
{
    uint64_t required = s->required[block - s->run.plan.first_block];
    enum pattern_verdict verdict = verdict_on(s, block, data, &loss->has);

    if (verdict == PATTERN_GOOD && loss->has.generation < required) {
        verdict = PATTERN_STALE;
    }
    loss->block = block;
    loss->generation = required;
    loss->verdict = verdict;
    return verdict != PATTERN_GOOD && !(verdict == PATTERN_ZERO && required == 0);
}

bool survival_check(struct survival *s, const struct medium *medium, uint64_t promised, uint64_t *stable,
                    struct survival_loss *loss)
{
    const struct pattern_plan *plan = &s->run.plan;

    *stable = loss->stable = stable_by(s, medium, promised);
    require(s, *stable);
    for (uint64_t block = plan->first_block; block < plan->first_block + plan->num_blocks; block++) {
        if (is_lost(s, block, medium_block(medium, block), loss)) {
            return false;
        }
    }
    return true;
}
