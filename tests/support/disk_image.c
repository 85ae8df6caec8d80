/* SPDX-License-Identifier: GPL-2.0-only */
#include "disk_image.h"

#include <inttypes.h>
#include <string.h>

#include "disks.h"

static bool is_zero(const uint8_t *bytes, size_t len)
{
    static const uint8_t zeroes[PATTERN_BLOCK_MAX];
    return memcmp(bytes, zeroes, len) == 0;
}

static bool in_region(const struct pattern_plan *plan, uint64_t block)
{
    return block >= plan->first_block && block - plan->first_block < plan->num_blocks;
}

void image_expect(const char *path, const struct survival_run *run, uint64_t generation)
{
    size_t len;
    uint8_t *bytes = disks_map(path, &len);
    struct pattern_header wants = {.device = run->device, .generation = generation, .seed = run->plan.seed};
    for (uint64_t block = 0; block < len / run->block_bytes; block++) {
        const uint8_t *at = bytes + block * run->block_bytes;
        struct pattern_fault fault;
        if (!in_region(&run->plan, block)) {
            ck_assert_msg(is_zero(at, run->block_bytes), "%s: block %" PRIu64 " was written", path, block);
            continue;
        }
        wants.block = block;
        ck_assert_msg(pattern_check(at, run->block_bytes, &wants, &fault) == PATTERN_GOOD,
                      "%s: block %" PRIu64 " has fault %d at byte %u: %#" PRIx64 " for %#" PRIx64, path,
                      block, (int)fault.verdict, fault.offset, fault.found, fault.expected);
    }
    disks_unmap(bytes, len);
}

uint64_t image_differences(const char *path, const char *other, uint32_t block_bytes)
{
    size_t len, other_len;
    uint8_t *bytes = disks_map(path, &len), *others = disks_map(other, &other_len);
    uint64_t count = 0;
    ck_assert_uint_eq(len, other_len);
    for (size_t at = 0; at < len; at += block_bytes) {
        count += memcmp(bytes + at, others + at, block_bytes) != 0;
    }
    disks_unmap(bytes, len);
    disks_unmap(others, other_len);
    return count;
}
