/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * machine.c - hosted memory and page tables.
 */
#include "machine.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <core/heap.h>
#include <core/kmap.h>
#include <core/page_alloc.h>
#include <core/paging.h>
#include <vmkapi/base/assert.h>

struct boot_info boot_info;

struct mapping {
    vmk_VA va;
    vmk_MA ma;
    unsigned flags;
};

static void *mapping_tree;
static vmk_uint64 mapped_pages;
static unsigned shootdowns, maps_left = ~0u;

void machine_add_region(vmk_MA base, vmk_ByteCount len, enum boot_region_type type)
{
    boot_info.regions[boot_info.nregions++] = (struct boot_region){base, len, type};
}

void machine_describe(unsigned mib)
{
    vmk_ByteCount bytes = (vmk_ByteCount)mib << 20, low = bytes < (3ul << 30) ? bytes : 3ul << 30;

    machine_add_region(0, 2ul << 20, BOOT_REGION_USED);
    machine_add_region(2ul << 20, low - (2ul << 20), BOOT_REGION_RAM);
    machine_add_region(3ul << 30, 1ul << 30, BOOT_REGION_RESERVED);
    if (bytes > low) {
        machine_add_region(4ul << 30, bytes - low, BOOT_REGION_RAM);
    }
}

static void provide(vmk_VA va, vmk_ByteCount len)
{
    void *got = mmap((void *)va, len, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    VMK_VERIFY(got == (void *)va);
}

void machine_start(void)
{
    for (unsigned i = 0; i < boot_info.nregions; i++) {
        if (boot_info.regions[i].type != BOOT_REGION_RESERVED) {
            provide(vmk_MA2VA(boot_info.regions[i].base), boot_info.regions[i].len);
        }
    }
    page_alloc_init(&boot_info);
    heap_init();
    kmap_init();
}

/* Take @bytes from the end of a region of RAM; what is taken from one region is one region. */
static vmk_MA carve(unsigned index, vmk_ByteCount bytes)
{
    static unsigned carved[BOOT_MAX_REGIONS];
    struct boot_region *region = &boot_info.regions[index];

    region->len -= bytes;
    if (carved[index] == 0) {
        carved[index] = boot_info.nregions;
        machine_add_region(region->base + region->len, 0, BOOT_REGION_USED);
    }
    boot_info.regions[carved[index]].base = region->base + region->len;
    boot_info.regions[carved[index]].len += bytes;
    return region->base + region->len;
}

vmk_MA boot_alloc(vmk_uint64 npages, vmk_ByteCount align_bytes)
{
    vmk_ByteCount bytes = vmk_Pages2Bytes(npages);

    for (unsigned i = 0; i < boot_info.nregions; i++) {
        if (boot_info.regions[i].type == BOOT_REGION_RAM && boot_info.regions[i].len > bytes &&
            align_bytes <= VMK_PAGE_SIZE) {
            return carve(i, bytes);
        }
    }
    vmk_Panic("no memory at boot");
}

static int compare(const void *a, const void *b)
{
    vmk_VA left = ((const struct mapping *)a)->va, right = ((const struct mapping *)b)->va;

    return (left > right) - (left < right);
}

static struct mapping *find(vmk_VA va)
{
    struct mapping key = {.va = va & ~VMK_PAGE_MASK}, **found = tfind(&key, &mapping_tree, compare);

    return found == NULL ? NULL : *found;
}

/* All RAM can be written in the direct map, unless a mapping there says otherwise. */
static vmk_Bool is_direct(vmk_VA va)
{
    return va - VMK_DIRECT_MAP_BASE < VMK_FRAME_ARRAY_BASE - VMK_DIRECT_MAP_BASE;
}

VMK_ReturnStatus arch_map_page(vmk_VA va, vmk_MA ma, unsigned flags)
{
    struct mapping *mapping;

    if (maps_left == 0) {
        return VMK_NO_MEMORY;
    }
    maps_left -= maps_left != ~0u;
    if (find(va) != NULL) {
        return VMK_EXISTS;
    }
    mapping = malloc(sizeof(*mapping));
    *mapping = (struct mapping){va, ma, flags};
    tsearch(mapping, &mapping_tree, compare);
    mapped_pages++;
    return VMK_OK;
}

void arch_unmap_page(vmk_VA va)
{
    struct mapping *mapping = find(va);

    if (mapping != NULL) {
        tdelete(mapping, &mapping_tree, compare);
        free(mapping);
        mapped_pages--;
    }
}

VMK_ReturnStatus arch_map_range(vmk_VA va, vmk_MA ma, vmk_ByteCount len_bytes, unsigned flags)
{
    if (va - VMK_FRAME_ARRAY_BASE < 1ul << 40) {
        provide(va, len_bytes);
        return VMK_OK;
    }
    for (vmk_ByteCount done = 0; done < len_bytes; done += VMK_PAGE_SIZE) {
        vmk_StatusValue status = arch_map_page(va + done, ma + done, flags);

        if (status != VMK_OK) {
            while (done != 0) {
                done -= VMK_PAGE_SIZE;
                arch_unmap_page(va + done);
            }
            return status;
        }
    }
    return VMK_OK;
}

VMK_ReturnStatus arch_protect_range(vmk_VA va, vmk_ByteCount len_bytes, unsigned flags)
{
    for (vmk_ByteCount done = 0; done < len_bytes; done += VMK_PAGE_SIZE) {
        struct mapping *mapping = find(va + done);

        if (mapping == NULL && is_direct(va)) {
            mapping = malloc(sizeof(*mapping));
            *mapping = (struct mapping){.va = va + done, .ma = va + done - VMK_DIRECT_MAP_BASE};
            tsearch(mapping, &mapping_tree, compare);
        }
        if (mapping == NULL) {
            return VMK_NOT_FOUND;
        }
        mapping->flags = flags;
    }
    return VMK_OK;
}

VMK_ReturnStatus arch_query_page(vmk_VA va, vmk_MA *ma, unsigned *flags)
{
    const struct mapping direct = {
        .va = va, .ma = (va & ~VMK_PAGE_MASK) - VMK_DIRECT_MAP_BASE, .flags = ARCH_MAP_WRITE};
    const struct mapping *mapping = find(va);

    if (mapping == NULL && is_direct(va)) {
        mapping = &direct;
    }
    if (mapping == NULL) {
        return VMK_NOT_FOUND;
    }
    if (ma != NULL) {
        *ma = mapping->ma + (va & VMK_PAGE_MASK);
    }
    if (flags != NULL) {
        *flags = mapping->flags;
    }
    return VMK_OK;
}

void arch_tlb_shootdown(vmk_VA va, vmk_ByteCount len_bytes)
{
    shootdowns++;
}

vmk_uint64 machine_mapped_pages(void)
{
    return mapped_pages;
}

unsigned machine_shootdowns(void)
{
    return shootdowns;
}

void machine_fail_map_after(unsigned count)
{
    maps_left = count;
}
