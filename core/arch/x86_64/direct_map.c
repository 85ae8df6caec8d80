/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * direct_map.c - the move from boot.S's page tables to the kernel's own, with all RAM in the direct map.
 */
#include "cpu.h"
#include "paging.h"
#include "regs.h"

#include <core/boot_info.h>
#include <core/paging.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>

#define CPUID_EXT_EDX_PAGE_1GB (1u << 26)

/* Mapped whole, holes and all: the VGA screen and the BIOS's tables are there. */
#define LOW_MEMORY_END 0x100000ul

extern vmk_uint64 boot_pml4[PAGING_ENTRIES]; /* boot.S */
extern char boot_stacks[];

/* Map [base, end) of RAM with the largest pages that fit. */
static void map_direct(vmk_MA base, vmk_MA end, unsigned top_level, unsigned flags)
{
    while (base < end) {
        unsigned level = top_level;

        while (level > 1 && (base % paging_size_at(level) != 0 || end - base < paging_size_at(level))) {
            level--;
        }
        VMK_VERIFY(paging_map_at(vmk_MA2VA(base), base, level, flags) == VMK_OK);
        base += paging_size_at(level);
    }
}

/* A run of regions that touch each other and are all memory; @return the index behind it. */
static unsigned memory_run(const struct boot_info *boot, unsigned first, vmk_MA *end)
{
    unsigned i = first;

    for (*end = boot->regions[i].base; i < boot->nregions; i++) {
        if (boot->regions[i].type == BOOT_REGION_RESERVED || boot->regions[i].base != *end) {
            break;
        }
        *end += boot->regions[i].len;
    }
    return i;
}

static void map_all_memory(unsigned top_level)
{
    /* Tables come out of the regions: walk over them as they were. */
    static struct boot_info regions;
    vmk_MA text = (vmk_VA)kernel_text_start - KERNEL_BASE;
    vmk_MA rodata_end = (vmk_VA)kernel_rodata_end - KERNEL_BASE;
    vmk_MA end;

    map_direct(0, LOW_MEMORY_END, top_level, ARCH_MAP_WRITE);
    regions = boot_info;
    for (unsigned i = 0; i < regions.nregions;) {
        vmk_MA base = regions.regions[i].base;
        unsigned next = memory_run(&regions, i, &end);

        if (next == i) {
            i++;
            continue;
        }
        i = next;
        base = base > LOW_MEMORY_END ? base : LOW_MEMORY_END;
        if (base <= text && rodata_end <= end) {
            map_direct(base, text, top_level, ARCH_MAP_WRITE);
            map_direct(text, rodata_end, top_level, ARCH_MAP_READ);
            base = rodata_end;
        }
        map_direct(base, end, top_level, ARCH_MAP_WRITE);
    }
}

/*
 * Loaders choose a module's place before the firmware has said what it keeps: SeaBIOS, with a disk to drive,
 * reserves memory where QEMU has put the end of an archive.
 */
static void map_rest_of(const struct boot_module *module)
{
    for (vmk_MA ma = module->base & ~(PAGE_SIZE - 1); ma < module->base + module->len; ma += PAGE_SIZE) {
        if (arch_query_page(vmk_MA2VA(ma), NULL, NULL) != VMK_OK) {
            VMK_VERIFY(paging_map_at(vmk_MA2VA(ma), ma, 1, ARCH_MAP_READ) == VMK_OK);
        }
    }
}

void paging_init(void)
{
    unsigned top_level =
        cpuid(0x80000001, 0).edx & CPUID_EXT_EDX_PAGE_1GB ? PAGING_LEVEL_1G : PAGING_LEVEL_2M;

    /* Until the switch below, tables are reached through boot.S's direct map of the low 4 GiB. */
    kernel_pml4[PAGING_ENTRIES - 1] = boot_pml4[PAGING_ENTRIES - 1];
    map_all_memory(top_level);
    for (unsigned i = 0; i < boot_info.nmodules; i++) {
        map_rest_of(&boot_info.modules[i]);
    }
    for (unsigned i = 0; i < IST_COUNT + 1; i++) {
        arch_unmap_page((vmk_VA)boot_stacks + i * (PAGE_SIZE + IST_STACK_SIZE));
    }
    write_cr3(paging_root());
}
