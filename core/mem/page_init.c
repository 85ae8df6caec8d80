/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_init.c - from the boot loader's memory map to frame array and zones.
 *
 * The array is populated for whole 4 MiB blocks of addresses that contain RAM: within one, the buddy system
 * may look at any page's descriptor. Zeroed descriptors say VMK_PAGE_RESERVED.
 */
#include "page_zone.h"

#include <core/page_alloc.h>
#include <core/paging.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/base/export.h>
#include <vmkapi/core/stats.h>
#include <vmkapi/lib/bits.h>
#include <vmkapi/lib/bitvector.h>

#define BLOCK_PAGES       (1ul << VMK_PAGE_MAX_ORDER)
#define BLOCK_FRAME_BYTES (BLOCK_PAGES * sizeof(vmk_PageFrame))

static vmk_uint64 *populated; /* a bit for each block that has descriptors */
static vmk_uint32 nblocks;
static vmk_MPN ram_end;
static vmk_uint64 total_pages, reserved_pages, frame_pages;

/* Whether a region is RAM the kernel may ever use. */
static vmk_Bool is_ram(const struct boot_region *region)
{
    return region->type == BOOT_REGION_RAM || region->type == BOOT_REGION_USED;
}

static vmk_MPN region_end(const struct boot_region *region)
{
    return VMK_MIN(vmk_MA2MPN(region->base + region->len), zone_end(ZONE_ABOVE_4GB));
}

/* Measure RAM, and make the bit vector of its blocks. */
static void find_blocks(const struct boot_info *boot)
{
    for (unsigned i = 0; i < boot->nregions; i++) {
        if (is_ram(&boot->regions[i])) {
            ram_end = VMK_MAX(ram_end, region_end(&boot->regions[i]));
        }
    }
    nblocks = (vmk_uint32)((ram_end + BLOCK_PAGES - 1) / BLOCK_PAGES);
    populated = vmk_MA2Ptr(boot_alloc(vmk_Bytes2Pages(VMK_BIT_WORDS(nblocks) * sizeof(*populated)), 8));
    for (unsigned i = 0; i < boot->nregions; i++) {
        const struct boot_region *region = &boot->regions[i];

        if (is_ram(region) && vmk_MA2MPN(region->base) < region_end(region)) {
            vmk_uint32 first = (vmk_uint32)(vmk_MA2MPN(region->base) / BLOCK_PAGES);
            vmk_uint32 last = (vmk_uint32)((region_end(region) - 1) / BLOCK_PAGES);

            vmk_BitVectorSetRun(populated, first, last - first + 1);
        }
    }
}

/* Put zeroed descriptors behind the addresses of each block's part of the array. */
static void map_frames(void)
{
    for (vmk_uint32 block = vmk_BitVectorNextSet(populated, nblocks, 0); block < nblocks;
         block = vmk_BitVectorNextSet(populated, nblocks, block + 1)) {
        vmk_VA va = (vmk_VA)vmk_MPN2Frame(block * BLOCK_PAGES);
        vmk_MA ma = boot_alloc(vmk_Bytes2Pages(BLOCK_FRAME_BYTES), VMK_PAGE_SIZE);
        vmk_StatusValue status = arch_map_range(va, ma, BLOCK_FRAME_BYTES, ARCH_MAP_WRITE);

        if (status != VMK_OK) {
            vmk_Panic("Cannot map page descriptors at %#lx: %s", va, vmk_StatusToString(status));
        }
        frame_pages += vmk_Bytes2Pages(BLOCK_FRAME_BYTES);
    }
}

static void init_zones(void) VMK_UNSHARED
{
    for (unsigned index = 0; index < ZONE_COUNT; index++) {
        vmk_SpinlockInit(&zones[index].lock, "page zone", VMK_RANK_PAGE);
        zones[index].buddy.frames = vmk_MPN2Frame(0);
    }
    zone_first[VMK_PHYS_ADDR_BELOW_16MB] = ZONE_BELOW_16MB;
    zone_first[VMK_PHYS_ADDR_BELOW_4GB] =
        ram_end > zone_end(ZONE_BELOW_16MB) ? ZONE_BELOW_4GB : ZONE_BELOW_16MB;
    zone_first[VMK_PHYS_ADDR_ANY] =
        ram_end > zone_end(ZONE_BELOW_4GB) ? ZONE_ABOVE_4GB : zone_first[VMK_PHYS_ADDR_BELOW_4GB];
}

/* Give pages to the zones they lie in. */
static void free_range(vmk_MPN first, vmk_MPN end)
{
    for (unsigned index = 0; index < ZONE_COUNT && first < end; index++) {
        vmk_MPN stop = VMK_MIN(end, zone_end((enum zone_index)index));
        vmk_uint64 flags;

        if (first < stop) {
            vmk_SpinlockLockIRQ(&zones[index].lock, &flags);
            buddy_free_range(&zones[index].buddy, first, stop);
            vmk_SpinlockUnlockIRQ(&zones[index].lock, flags);
            first = stop;
        }
    }
}

static vmk_uint64 read_total(vmk_AddrCookie cookie)
{
    return total_pages << VMK_PAGE_SHIFT;
}

static vmk_uint64 read_free(vmk_AddrCookie cookie)
{
    struct memory_stats stats;

    memory_stats_get(&stats);
    return stats.free << VMK_PAGE_SHIFT;
}

static vmk_uint64 read_used(vmk_AddrCookie cookie)
{
    return read_total(cookie) - read_free(cookie);
}

static void register_stats(void)
{
    static const vmk_StatField fields[] = {VMK_STAT_READ("total_bytes", read_total),
                                           VMK_STAT_READ("free_bytes", read_free),
                                           VMK_STAT_READ("used_bytes", read_used)};
    static vmk_StatGroup group;

    vmk_StatGroupInit(&group, VMK_VMKERNEL_MODULE_ID, fields, VMK_ARRAY_SIZE(fields), "memory");
    VMK_VERIFY(vmk_StatGroupRegister(&group) == VMK_OK);
}

void page_alloc_init(struct boot_info *boot)
{
    find_blocks(boot);
    map_frames();
    init_zones();
    for (unsigned i = 0; i < boot->nregions; i++) {
        const struct boot_region *region = &boot->regions[i];
        vmk_MPN first = vmk_MA2MPN(region->base);

        if (!is_ram(region) || first >= region_end(region)) {
            continue;
        }
        total_pages += region_end(region) - first;
        if (region->type == BOOT_REGION_RAM) {
            free_range(first, region_end(region));
        } else {
            reserved_pages += region_end(region) - first;
        }
    }
    reserved_pages -= frame_pages;
    register_stats();
    page_stats_register();
}

void memory_stats_get(struct memory_stats *stats)
{
    *stats = (struct memory_stats){.total = total_pages};
    page_usage_get(stats);
    stats->used[VMK_PAGE_RESERVED] = reserved_pages;
    stats->used[VMK_PAGE_FRAMES] += frame_pages;
}

const char *page_kind_name(vmk_PageKind kind)
{
    static const char *const names[] = {
        [VMK_PAGE_RESERVED] = "kernel image and boot",
        [VMK_PAGE_FREE] = "free",
        [VMK_PAGE_DATA] = "data",
        [VMK_PAGE_HEAP] = "heaps",
        [VMK_PAGE_SLAB] = "slabs",
        [VMK_PAGE_PACKET] = "packets",
        [VMK_PAGE_STACK] = "stacks",
        [VMK_PAGE_TABLE] = "page tables",
        [VMK_PAGE_FRAMES] = "page descriptors",
        [VMK_PAGE_MODULE] = "modules",
        [VMK_PAGE_DMA] = "coherent DMA",
        [VMK_PAGE_FILE] = "files",
        [VMK_PAGE_GUEST] = "virtual machines",
    };

    return (unsigned)kind < VMK_ARRAY_SIZE(names) ? names[kind] : "unknown";
}

vmk_MA vmk_MachMemMaxAddr(void)
{
    return vmk_MPN2MA(ram_end);
}
VMK_EXPORT_SYMBOL(vmk_MachMemMaxAddr);

vmk_Bool vmk_MPNHasFrame(vmk_MPN mpn)
{
    return mpn < ram_end && vmk_BitVectorTest(populated, (vmk_uint32)(mpn / BLOCK_PAGES));
}
VMK_EXPORT_SYMBOL(vmk_MPNHasFrame);
