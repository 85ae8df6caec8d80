/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot.c - the steps between boot.S and kmain().
 */
#include "boot.h"
#include "boot_regions.h"
#include "clock.h"
#include "cpu.h"
#include "layout.h"
#include "paging.h"
#include "smp.h"
#include "vector.h"

#include <core/console_dev.h>
#include <core/kmain.h>
#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

#define LOW_MEMORY_END 0x100000ul
#define BOOT_MAP_END   0x100000000ul

struct boot_info boot_info;

enum boot_region_type boot_region_type_of(vmk_uint32 e820_type)
{
    switch (e820_type) {
    case 1:
        return BOOT_REGION_RAM;
    case 3: /* ACPI reclaim */
    case 4: /* ACPI NVS */
        return BOOT_REGION_ACPI;
    default:
        return BOOT_REGION_RESERVED;
    }
}

/* The first MiB is the firmware's and the trampoline's; the rest is what the loader put there for us. */
static void claim_what_is_in_use(struct boot_info *boot)
{
    boot_regions_settle(boot);
    smp_trampoline_ma = boot_regions_find(boot, VMK_PAGE_SIZE, VMK_PAGE_SIZE, LOW_MEMORY_END);

    boot_regions_use(boot, 0, LOW_MEMORY_END);
    boot_regions_use(boot, LOW_MEMORY_END, (vmk_VA)kernel_end - KERNEL_BASE - LOW_MEMORY_END);
    for (unsigned i = 0; i < boot->nmodules; i++) {
        boot_regions_use(boot, boot->modules[i].base, boot->modules[i].len);
    }
}

vmk_MA boot_alloc(vmk_uint64 npages, vmk_ByteCount align_bytes)
{
    vmk_ByteCount len = npages * VMK_PAGE_SIZE;
    vmk_MA ma = boot_regions_find(&boot_info, len, align_bytes, BOOT_MAP_END);

    VMK_VERIFY(ma != 0);
    boot_regions_use(&boot_info, ma, len);
    vmk_Memset((void *)vmk_MA2VA(ma), 0, len);
    return ma;
}

void arch_boot(vmk_MA info, vmk_Bool is_multiboot2)
{
    clock_start();
    idt_init();
    cpu_load(&boot_cpu);
    vector_init_cpu(&boot_cpu);
    console_dev_init();
    if (is_multiboot2) {
        multiboot2_read(&boot_info, info);
    } else {
        pvh_read(&boot_info, info);
    }
    claim_what_is_in_use(&boot_info);
    paging_init();
    kmain(&boot_info);
}
