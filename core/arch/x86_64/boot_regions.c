/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot_regions.c - the machine's memory map, from the firmware's claims to disjoint pages.
 */
#include "boot_regions.h"

#include <vmkapi/base/assert.h>

static vmk_MA round_down(vmk_MA ma, vmk_ByteCount align)
{
    return ma & ~(align - 1);
}

static vmk_MA round_up(vmk_MA ma, vmk_ByteCount align)
{
    return round_down(ma + align - 1, align);
}

void boot_regions_add(struct boot_info *boot, vmk_MA base, vmk_ByteCount len, enum boot_region_type type)
{
    vmk_MA end = base + len;

    if (type == BOOT_REGION_RAM) {
        base = round_up(base, VMK_PAGE_SIZE);
        end = round_down(end, VMK_PAGE_SIZE);
    } else {
        base = round_down(base, VMK_PAGE_SIZE);
        end = round_up(end, VMK_PAGE_SIZE);
    }
    if (end <= base) {
        return;
    }
    if (boot->nregions == BOOT_MAX_REGIONS) {
        VMK_VERIFY(type == BOOT_REGION_RAM);
        return;
    }
    boot->regions[boot->nregions++] = (struct boot_region){.base = base, .len = end - base, .type = type};
}

void boot_regions_use(struct boot_info *boot, vmk_MA base, vmk_ByteCount len)
{
    vmk_MA end = base + len;
    unsigned n = boot->nregions;

    for (unsigned i = 0; i < n; i++) {
        vmk_MA ram = boot->regions[i].base;
        vmk_MA ram_end = ram + boot->regions[i].len;

        if (boot->regions[i].type == BOOT_REGION_RAM && ram < end && base < ram_end) {
            vmk_MA first = ram > base ? ram : base;
            vmk_MA last = ram_end < end ? ram_end : end;

            boot_regions_add(boot, first, last - first, BOOT_REGION_USED);
        }
    }
    boot_regions_settle(boot);
}

/* What holds at @p ma, and up to which address it surely holds: the next boundary of any claim. */
static vmk_Bool strongest_claim(const struct boot_info *boot, vmk_MA ma, enum boot_region_type *type,
                                vmk_MA *next)
{
    unsigned seen = 0;

    *next = ~0ul;
    for (unsigned i = 0; i < boot->nregions; i++) {
        const struct boot_region *r = &boot->regions[i];
        vmk_MA end = r->base + r->len;

        if (ma < r->base) {
            *next = r->base < *next ? r->base : *next;
        } else if (ma < end) {
            *next = end < *next ? end : *next;
            seen |= 1u << r->type;
        }
    }
    if (seen == 0) {
        return VMK_FALSE;
    }
    *type = (enum boot_region_type)(31 - __builtin_clz(seen));
    return VMK_TRUE;
}

void boot_regions_settle(struct boot_info *boot)
{
    static struct boot_region settled[BOOT_MAX_REGIONS];
    unsigned n = 0;
    vmk_MA next;

    for (vmk_MA ma = 0; ma != ~0ul; ma = next) {
        enum boot_region_type type;

        if (!strongest_claim(boot, ma, &type, &next)) {
            continue;
        }
        if (n > 0 && settled[n - 1].type == type && settled[n - 1].base + settled[n - 1].len == ma) {
            settled[n - 1].len += next - ma;
        } else if (n < BOOT_MAX_REGIONS) {
            settled[n++] = (struct boot_region){.base = ma, .len = next - ma, .type = type};
        }
    }
    for (unsigned i = 0; i < n; i++) {
        boot->regions[i] = settled[i];
    }
    boot->nregions = n;
}

vmk_MA boot_regions_find(const struct boot_info *boot, vmk_ByteCount len, vmk_ByteCount align, vmk_MA limit)
{
    vmk_MA best = 0;

    for (unsigned i = 0; i < boot->nregions; i++) {
        const struct boot_region *r = &boot->regions[i];
        vmk_MA end = r->base + r->len < limit ? r->base + r->len : limit;
        vmk_MA base = end >= len ? round_down(end - len, align) : 0;

        if (r->type == BOOT_REGION_RAM && base >= r->base && base > best) {
            best = base;
        }
    }
    return best;
}
