/* SPDX-License-Identifier: GPL-2.0-only */
#include "powercut.h"

#include <inttypes.h>

static const char *const verdicts[] = {
    [PATTERN_GOOD] = "good",           [PATTERN_UNTOUCHED] = "untouched",
    [PATTERN_ZERO] = "zeroes",         [PATTERN_ALIEN] = "alien",
    [PATTERN_DAMAGED] = "damaged",     [PATTERN_FOREIGN] = "another device's",
    [PATTERN_MISPLACED] = "misplaced", [PATTERN_UNRELATED] = "of another run",
    [PATTERN_STALE] = "too old",       [PATTERN_EARLY] = "too new",
    [PATTERN_TORN] = "torn",
};

static const char *const kinds[MEDIUM_CUT_KINDS] = {"nothing", "everything", "the last write", "some writes",
                                                    "some blocks"};

struct cutter {
    struct survival *survival;
    struct medium *medium;
    uint64_t seed;
    FILE *report;
    struct powercut_result *result;
};

static void tell(const struct cutter *c, uint64_t at, enum medium_cut kind, const struct survival_loss *loss)
{
    fprintf(c->report,
            "cut before entry %" PRIu64 ", of what was not flushed %s survives: block %" PRIu64
            " is %s (generation %" PRIu64 "), should be of generation %" PRIu64 ", for writes below %" PRIu64
            " were stable\n",
            at, kinds[kind], loss->block, verdicts[loss->verdict], loss->has.generation, loss->generation,
            loss->stable);
}

static void cut(const struct cutter *c, uint64_t at, uint64_t promised)
{
    struct survival_loss loss;
    bool lost = false;

    c->result->unflushed += medium_unflushed(c->medium);
    for (unsigned kind = 0; kind < MEDIUM_CUT_KINDS; kind++) {
        medium_cut(c->medium, (enum medium_cut)kind, c->seed + at);
        if (!survival_check(c->survival, c->medium, promised, &c->result->stable, &loss)) {
            tell(c, at, (enum medium_cut)kind, &loss);
            lost = true;
        }
    }
    c->result->cuts++;
    c->result->losses += lost;
}

static void count(struct powercut_result *result, const struct write_log_entry *entry)
{
    result->entries++;
    result->flushes += (entry->flags & WRITE_LOG_FLUSH) != 0;
    result->fuas += (entry->flags & WRITE_LOG_FUA) != 0;
}

static bool go_through(const struct cutter *c, struct write_log *log, uint64_t cuts, uint64_t promised)
{
    struct write_log_entry entry;
    enum write_log_result next;
    uint64_t entries = log->entries;

    while ((next = write_log_next(log, &entry)) == WRITE_LOG_ENTRY) {
        /* The one that goes to this place, of cuts spread evenly from the beginning to the end. */
        if (c->result->cuts + 1 < cuts && entry.number >= c->result->cuts * entries / cuts) {
            cut(c, entry.number, 0);
        }
        count(c->result, &entry);
        if (!medium_do(c->medium, &entry)) {
            fprintf(c->report, "entry %" PRIu64 " does not begin and end with a block\n", entry.number);
            return false;
        }
    }
    if (next == WRITE_LOG_BAD) {
        fprintf(c->report, "%s\n", log->error);
        return false;
    }
    cut(c, entries, promised);
    return true;
}

bool powercut_run(const void *bytes, size_t len, const struct survival_run *run, uint64_t cuts, uint64_t seed,
                  uint64_t promised, FILE *report, struct powercut_result *result)
{
    struct write_log log;
    struct cutter cutter = {.seed = seed, .report = report, .result = result};
    bool good = false;

    *result = (struct powercut_result){0};
    if (!write_log_open(&log, bytes, len)) {
        fprintf(report, "%s\n", log.error);
        return false;
    }
    cutter.survival = survival_create(run);
    cutter.medium = medium_create(run->plan.first_block + run->plan.num_blocks, run->block_bytes);
    if (cutter.survival == NULL || cutter.medium == NULL) {
        fprintf(report, "no memory for so many blocks\n");
    } else {
        good = go_through(&cutter, &log, cuts, promised);
    }
    survival_destroy(cutter.survival);
    medium_destroy(cutter.medium);
    return good;
}
