/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_pattern.h - self-describing blocks, and the order in which a run of `storage disk verify` writes
 * them. Plain C: programs on the host that check disk images include it, too.
 *
 * A pattern block begins with struct pattern_header, little-endian. Everything behind it follows from the
 * header's checksum: the word at byte 64 + 8 * i is checksum + i * PATTERN_STEP. So what a block says tells
 * where it belongs (device, block), which write of it this is (generation, sequence), of which run (seed),
 * and a block that is misplaced, stale, torn or foreign is recognised as what it is.
 *
 * A run writes its region once per generation, from the first on; a write's number in the run, from 0, is its
 * sequence. Before a generation begins, all writes of the one before have ended. A block also says how far
 * the run was on stable storage when it was written: all writes with a sequence below `stable` had been
 * acknowledged, and then a flush had been, or each had FUA. Hence the check after a power cut, which needs
 * nothing but the disk and the plan: take the largest `stable` that any good block of the run carries; then
 * each block must be good, and of at least the generation that the last write to it below `stable` had. The
 * writes follow from the plan (pattern_walk_next()).
 */
#ifndef CORE_STORAGE_PATTERN_H
#define CORE_STORAGE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERN_MAGIC     0x6b636f6c426b6d76ull /**< "vmkBlock" */
#define PATTERN_STEP      0x9e3779b97f4a7c15ull
#define PATTERN_BLOCK_MIN 512u
#define PATTERN_BLOCK_MAX 65536u

/** What a buffer is filled with before it is read into: the same byte all over. */
#define PATTERN_POISON 0xa5a5a5a5a5a5a5a5ull

struct pattern_header {
    uint64_t magic;
    uint64_t device; /**< pattern_device_id() */
    uint64_t block;  /**< From the device's beginning, also when a partition is written. */
    uint64_t generation;
    uint64_t seed;
    uint64_t sequence; /**< Of the write that this block is part of. */
    uint64_t stable;   /**< Writes with a lower sequence are on stable storage. */
    uint64_t checksum; /**< pattern_checksum() */
};

_Static_assert(sizeof(struct pattern_header) == 64 && offsetof(struct pattern_header, checksum) == 56,
               "this is a layout on disk");

/** Every bit of the result depends on every bit of @p x; a bijection. */
static inline uint64_t pattern_mix(uint64_t x)
{
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ull;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93ull;
    return x ^ x >> 32;
}

/** A device's number, from its identity ("t10.NVMe____..."): FNV-1a. */
static inline uint64_t pattern_device_id(const char *identity)
{
    uint64_t hash = 0xcbf29ce484222325ull;

    for (; *identity != '\0'; identity++) {
        hash = (hash ^ (uint8_t)*identity) * 0x100000001b3ull;
    }
    return hash;
}

/** What the checksum of a header in a block of @p block_bytes must be. */
static inline uint64_t pattern_checksum(const struct pattern_header *header, uint32_t block_bytes)
{
    uint64_t sum = pattern_mix(header->magic ^ block_bytes);

    sum = pattern_mix(sum ^ header->device);
    sum = pattern_mix(sum ^ header->block);
    sum = pattern_mix(sum ^ header->generation);
    sum = pattern_mix(sum ^ header->seed);
    sum = pattern_mix(sum ^ header->sequence);
    return pattern_mix(sum ^ header->stable);
}

/** Write the pattern block that @p header describes; its magic and checksum are filled in. @p block is
 * aligned to 8 bytes. */
static inline void pattern_fill(void *block, uint32_t block_bytes, struct pattern_header *header)
{
    uint64_t *word = block, value;

    header->magic = PATTERN_MAGIC;
    header->checksum = value = pattern_checksum(header, block_bytes);
    *(struct pattern_header *)block = *header;
    for (uint32_t i = sizeof(*header) / sizeof(*word); i < block_bytes / sizeof(*word); i++) {
        word[i] = value;
        value += PATTERN_STEP;
    }
}

enum pattern_verdict {
    PATTERN_GOOD,
    PATTERN_UNTOUCHED, /**< The poison is still there: nothing was transferred. */
    PATTERN_ZERO,      /**< All zeroes. */
    PATTERN_ALIEN,     /**< No pattern block. */
    PATTERN_DAMAGED,   /**< A header whose checksum is wrong. */
    PATTERN_FOREIGN,   /**< Of another device. */
    PATTERN_MISPLACED, /**< Of another place on this device. */
    PATTERN_UNRELATED, /**< Of a run with another seed. */
    PATTERN_STALE,     /**< Of an earlier generation. */
    PATTERN_EARLY,     /**< Of a later generation. */
    PATTERN_TORN,      /**< From `offset` on not what its header says. */
};

/** What is wrong with a block. */
struct pattern_fault {
    enum pattern_verdict verdict;
    uint32_t offset;             /**< Bytes, of the first wrong word. */
    uint64_t expected, found;    /**< That word. */
    struct pattern_header wants; /**< What was expected. */
    struct pattern_header has;   /**< The header that is there. */
};

/** The verdict on a header that is there, when @p wants (device, block, generation, seed) was expected. */
static inline enum pattern_verdict pattern_check_header(const struct pattern_header *has,
                                                        uint32_t block_bytes,
                                                        const struct pattern_header *wants)
{
    if (has->magic != PATTERN_MAGIC) {
        return has->magic == PATTERN_POISON ? PATTERN_UNTOUCHED
                                            : (has->magic == 0 ? PATTERN_ZERO : PATTERN_ALIEN);
    }
    if (has->checksum != pattern_checksum(has, block_bytes)) {
        return PATTERN_DAMAGED;
    }
    if (has->device != wants->device) {
        return PATTERN_FOREIGN;
    }
    if (has->block != wants->block) {
        return PATTERN_MISPLACED;
    }
    if (has->seed != wants->seed) {
        return PATTERN_UNRELATED;
    }
    if (has->generation != wants->generation) {
        return has->generation < wants->generation ? PATTERN_STALE : PATTERN_EARLY;
    }
    return PATTERN_GOOD;
}

/**
 * Check a block, aligned to 8 bytes.
 *
 * @param wants       device, block, generation and seed that are expected.
 * @param[out] fault  filled in unless the block is good.
 */
static inline enum pattern_verdict pattern_check(const void *block, uint32_t block_bytes,
                                                 const struct pattern_header *wants,
                                                 struct pattern_fault *fault)
{
    const struct pattern_header *has = block;
    const uint64_t *word = block;
    uint64_t value = has->checksum;
    enum pattern_verdict verdict = pattern_check_header(has, block_bytes, wants);
    uint32_t i = sizeof(*has) / sizeof(*word), count = block_bytes / sizeof(*word);

    if (verdict == PATTERN_GOOD) {
        for (; i < count && word[i] == value; i++) {
            value += PATTERN_STEP;
        }
        if (i == count) {
            return PATTERN_GOOD;
        }
        verdict = PATTERN_TORN;
    } else if (verdict == PATTERN_ZERO) {
        for (i = 0; i < count && word[i] == 0; i++) {
        }
        verdict = i == count ? PATTERN_ZERO : PATTERN_ALIEN;
    }
    fault->verdict = verdict;
    fault->offset = verdict == PATTERN_TORN ? i * (uint32_t)sizeof(*word) : 0;
    fault->expected = verdict == PATTERN_TORN ? value : PATTERN_MAGIC;
    fault->found = word[fault->offset / sizeof(*word)];
    fault->wants = *wants;
    fault->has = *has;
    return verdict;
}

/* The plan of a run: which blocks are written, by requests of which sizes, in which order. */

/** Slots are this many times the largest request. */
#define PATTERN_SLOT_REQUESTS 4u

struct pattern_plan {
    uint64_t seed;
    uint64_t first_block; /**< Of the region, on the device. */
    uint64_t num_blocks;
    uint32_t min_blocks; /**< Of a request. */
    uint32_t max_blocks;
    uint64_t slot_blocks; /**< The region is cut in slots of this many blocks; the last one may be shorter. */
    uint64_t num_slots;   /**< Less than 2^32. */
};

/** Make a plan: requests of @p min_blocks (at least 1) to @p max_blocks blocks, the end of a slot cuts them.
 * @return false for a plan that makes no sense */
static inline bool pattern_plan_init(struct pattern_plan *plan, uint64_t seed, uint64_t first_block,
                                     uint64_t num_blocks, uint32_t min_blocks, uint32_t max_blocks)
{
    plan->seed = seed;
    plan->first_block = first_block;
    plan->num_blocks = num_blocks;
    plan->min_blocks = min_blocks;
    plan->max_blocks = max_blocks;
    plan->slot_blocks = (uint64_t)max_blocks * PATTERN_SLOT_REQUESTS;
    if (min_blocks == 0 || min_blocks > max_blocks || num_blocks == 0) {
        return false;
    }
    plan->num_slots = (num_blocks - 1) / plan->slot_blocks + 1;
    return plan->num_slots <= UINT32_MAX;
}

/** The requests of one generation, one after the other. */
struct pattern_walk {
    const struct pattern_plan *plan;
    uint64_t generation;
    uint64_t salt;         /**< Requests of other sizes in the same order of slots: 0 for the writes. */
    uint64_t turn;         /**< Slots done. */
    uint64_t done_blocks;  /**< Of the slot at hand. */
    uint64_t factor, term; /**< The order of the slots: factor * turn + term modulo their number. */
};

static inline uint64_t pattern_gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static inline void pattern_walk_start(struct pattern_walk *walk, const struct pattern_plan *plan,
                                      uint64_t generation, uint64_t salt)
{
    uint64_t random = pattern_mix(pattern_mix(plan->seed) ^ generation);

    walk->plan = plan;
    walk->generation = generation;
    walk->salt = salt;
    walk->turn = walk->done_blocks = 0;
    walk->term = random % plan->num_slots;
    walk->factor = pattern_mix(random) % plan->num_slots;
    while (pattern_gcd(walk->factor, plan->num_slots) != 1) {
        walk->factor = (walk->factor + 1) % plan->num_slots;
    }
}

/** Sizes: one in four up to sixteen times the least, one in eight the largest, the others any. */
static inline uint32_t pattern_request_blocks(const struct pattern_walk *walk, uint64_t slot)
{
    const struct pattern_plan *plan = walk->plan;
    uint64_t random = pattern_mix(plan->seed ^ pattern_mix(walk->generation ^ walk->salt << 32) ^
                                  pattern_mix(slot << 24 ^ walk->done_blocks));
    uint32_t range = plan->max_blocks - plan->min_blocks + 1, kind = random & 7;

    if (kind == 0) {
        return plan->max_blocks;
    }
    if (kind <= 2 && range > plan->min_blocks * 15ull + 1) {
        range = plan->min_blocks * 15 + 1;
    }
    return plan->min_blocks + (uint32_t)((random >> 8) % range);
}

/** The next request. @return false after the last */
static inline bool pattern_walk_next(struct pattern_walk *walk, uint64_t *block, uint32_t *num_blocks)
{
    const struct pattern_plan *plan = walk->plan;
    uint64_t slot, left;

    if (walk->turn == plan->num_slots) {
        return false;
    }
    slot = (walk->factor * walk->turn + walk->term) % plan->num_slots;
    left = plan->num_blocks - slot * plan->slot_blocks;
    left = (left < plan->slot_blocks ? left : plan->slot_blocks) - walk->done_blocks;
    *block = plan->first_block + slot * plan->slot_blocks + walk->done_blocks;
    *num_blocks = pattern_request_blocks(walk, slot);
    if (*num_blocks >= left) {
        *num_blocks = (uint32_t)left;
        walk->turn++;
        walk->done_blocks = 0;
    } else {
        walk->done_blocks += *num_blocks;
    }
    return true;
}

#endif
