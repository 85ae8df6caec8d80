/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pattern.c - what a pattern block that is not the expected one says of itself.
 */
#include "pattern.h"

#include <vmkapi/lib/libc.h>

#define ALL_POISON(word) ((word) == PATTERN_POISON)

/** Whose words they are from the fault's place on: often those of the generation before. */
static const char *torn_text(const struct pattern_fault *fault)
{
    if (ALL_POISON(fault->found)) {
        return "nothing was transferred from there on";
    }
    return fault->found == 0 ? "zeroes from there on" : "something else from there on";
}

void pattern_describe(const struct pattern_fault *fault, char *text, vmk_ByteCount len)
{
    const struct pattern_header *wants = &fault->wants, *has = &fault->has;
    vmk_ByteCount at = (vmk_ByteCount)vmk_Scnprintf(text, len, "block %lu should be of generation %lu, but ",
                                                    wants->block, wants->generation);

    text += at;
    len -= at;
    switch (fault->verdict) {
    case PATTERN_GOOD:
        vmk_Scnprintf(text, len, "nothing is wrong with it");
        break;
    case PATTERN_UNTOUCHED:
        vmk_Scnprintf(text, len, "nothing was transferred");
        break;
    case PATTERN_ZERO:
        vmk_Scnprintf(text, len, "it is all zeroes");
        break;
    case PATTERN_ALIEN:
        vmk_Scnprintf(text, len, "it is no pattern block: it begins with 0x%016lx, not 0x%016lx",
                      fault->found, fault->expected);
        break;
    case PATTERN_DAMAGED:
        vmk_Scnprintf(text, len, "its header is damaged (checksum 0x%016lx, block %lu, generation %lu)",
                      has->checksum, has->block, has->generation);
        break;
    case PATTERN_FOREIGN:
        vmk_Scnprintf(text, len, "it is block %lu of device 0x%016lx, not 0x%016lx", has->block, has->device,
                      wants->device);
        break;
    case PATTERN_MISPLACED:
        vmk_Scnprintf(text, len, "it is block %lu, of generation %lu", has->block, has->generation);
        break;
    case PATTERN_UNRELATED:
        vmk_Scnprintf(text, len, "it is of a run with seed 0x%lx, not 0x%lx", has->seed, wants->seed);
        break;
    case PATTERN_STALE:
    case PATTERN_EARLY:
        vmk_Scnprintf(text, len, "it is of generation %lu: %s", has->generation,
                      fault->verdict == PATTERN_STALE ? "a write was lost" : "it was written too early");
        break;
    case PATTERN_TORN:
        vmk_Scnprintf(text, len, "it is torn at byte %u: 0x%016lx instead of 0x%016lx, %s", fault->offset,
                      fault->found, fault->expected, torn_text(fault));
        break;
    }
}
