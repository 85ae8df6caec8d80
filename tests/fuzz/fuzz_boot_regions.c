/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fuzz_boot_regions.c - a memory map of firmware's, made into disjoint pages, and RAM taken from it.
 */
#include "fuzz.h"

#include "boot_regions.h"

struct claim {
    uint64_t base, len;
    uint8_t type;
} __attribute__((packed));

static vmk_ByteCount check(const struct boot_info *boot)
{
    vmk_ByteCount ram = 0;
    vmk_MA end = 0;

    FUZZ_REQUIRE(boot->nregions <= BOOT_MAX_REGIONS);
    for (unsigned i = 0; i < boot->nregions; i++) {
        const struct boot_region *region = &boot->regions[i];

        FUZZ_REQUIRE(region->base % VMK_PAGE_SIZE == 0 && region->len % VMK_PAGE_SIZE == 0);
        FUZZ_REQUIRE(region->len != 0 && region->base >= end &&
                     region->base + region->len - 1 >= region->base);
        FUZZ_REQUIRE(region->base + region->len != 0 || i + 1 == boot->nregions);
        end = region->base + region->len;
        ram += region->type == BOOT_REGION_RAM ? region->len : 0;
    }
    return ram;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct fuzz_input input = {bytes, len};
    struct boot_info boot = {0};
    vmk_ByteCount ram, want;
    vmk_MA found;

    /* More than a third of the table is refused by a crash, as it must be: settling may split each. */
    for (unsigned i = 0; i < BOOT_MAX_REGIONS / 3 && input.len >= sizeof(struct claim); i++) {
        struct claim claim;

        fuzz_take(&input, &claim, sizeof(claim));
        boot_regions_add(&boot, claim.base, claim.len, claim.type % (BOOT_REGION_RESERVED + 1));
    }
    boot_regions_settle(&boot);
    ram = check(&boot);
    fuzz_take(&input, &want, sizeof(want));
    want = (want % (1ul << 30) + VMK_PAGE_SIZE) & ~(vmk_ByteCount)VMK_PAGE_MASK;
    found = boot_regions_find(&boot, want, VMK_PAGE_SIZE, ~0ul);
    if (found != 0) {
        boot_regions_use(&boot, found, want);
        FUZZ_REQUIRE(check(&boot) == ram - want);
    }
    return 0;
}
