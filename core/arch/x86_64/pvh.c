/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pvh.c - the boot information of the PVH protocol (Xen, public/arch-x86/hvm/start_info.h).
 */
#include "boot.h"
#include "boot_regions.h"

#include <vmkapi/base/assert.h>
#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

#define START_INFO_MAGIC 0x336ec578

struct start_info {
    vmk_uint32 magic;
    vmk_uint32 version;
    vmk_uint32 flags;
    vmk_uint32 nr_modules;
    vmk_uint64 modules_ma;
    vmk_uint64 cmdline_ma;
    vmk_uint64 rsdp_ma;
    vmk_uint64 memory_map_ma; /* From version 1 on. */
    vmk_uint32 memory_map_entries;
    vmk_uint32 reserved;
};
VMK_STATIC_ASSERT(sizeof(struct start_info) == 56, "fixed by the PVH protocol");

struct start_module {
    vmk_uint64 base, len, cmdline_ma, reserved;
};

struct start_region {
    vmk_uint64 base, len;
    vmk_uint32 type, reserved;
};

void pvh_read(struct boot_info *boot, vmk_MA info)
{
    const struct start_info *start = (const struct start_info *)vmk_MA2VA(info);
    const struct start_module *module = (const struct start_module *)vmk_MA2VA(start->modules_ma);
    const struct start_region *region = (const struct start_region *)vmk_MA2VA(start->memory_map_ma);

    VMK_VERIFY(start->magic == START_INFO_MAGIC && start->version >= 1);
    boot->protocol = "PVH";
    boot->rsdp = start->rsdp_ma;
    if (start->cmdline_ma != 0) {
        vmk_Strlcpy(boot->cmdline, (const char *)vmk_MA2VA(start->cmdline_ma), sizeof(boot->cmdline));
    }
    for (; boot->nmodules < start->nr_modules && boot->nmodules < BOOT_MAX_MODULES; module++) {
        struct boot_module *m = &boot->modules[boot->nmodules++];

        m->base = module->base;
        m->len = module->len;
        vmk_Strlcpy(m->name, "initrd", sizeof(m->name));
    }
    for (vmk_uint32 i = 0; i < start->memory_map_entries; i++, region++) {
        boot_regions_add(boot, region->base, region->len, boot_region_type_of(region->type));
    }
}
