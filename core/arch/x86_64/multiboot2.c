/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * multiboot2.c - the boot information a multiboot2 loader leaves (Multiboot2 specification, 3.6).
 */
#include "boot.h"
#include "boot_regions.h"
#include "layout.h"

#include <vmkapi/core/machine_memory.h>
#include <vmkapi/lib/libc.h>

enum tag_type {
    TAG_END = 0,
    TAG_CMDLINE = 1,
    TAG_MODULE = 3,
    TAG_MEMORY_MAP = 6,
    TAG_RSDP_V1 = 14,
    TAG_RSDP_V2 = 15,
};

struct tag {
    vmk_uint32 type;
    vmk_uint32 size; /* With this header, without the padding to 8. */
};

struct tag_module {
    struct tag tag;
    vmk_uint32 start, end;
    char name[];
};

struct memory_map_entry {
    vmk_uint64 base, len;
    vmk_uint32 type, reserved;
};

struct tag_memory_map {
    struct tag tag;
    vmk_uint32 entry_size, entry_version;
};

/* The loader hands over a copy of the RSDP, in memory that we are about to reuse: keep it here. */
static vmk_uint8 rsdp_copy[64];

static void read_module(struct boot_info *boot, const struct tag_module *tag)
{
    struct boot_module *module;

    if (boot->nmodules == BOOT_MAX_MODULES) {
        return;
    }
    module = &boot->modules[boot->nmodules++];
    module->base = tag->start;
    module->len = tag->end - tag->start;
    vmk_Strlcpy(module->name, tag->name, sizeof(module->name));
}

static void read_memory_map(struct boot_info *boot, const struct tag_memory_map *tag)
{
    vmk_VA end = (vmk_VA)tag + tag->tag.size;

    for (vmk_VA at = (vmk_VA)(tag + 1); at + sizeof(struct memory_map_entry) <= end; at += tag->entry_size) {
        const struct memory_map_entry *e = (const struct memory_map_entry *)at;

        boot_regions_add(boot, e->base, e->len, boot_region_type_of(e->type));
    }
}

static void read_rsdp(struct boot_info *boot, const struct tag *tag)
{
    vmk_ByteCount len = tag->size - sizeof(*tag);

    if (len <= sizeof(rsdp_copy)) {
        vmk_Memcpy(rsdp_copy, tag + 1, len);
        boot->rsdp = (vmk_VA)rsdp_copy - KERNEL_BASE;
    }
}

void multiboot2_read(struct boot_info *boot, vmk_MA info)
{
    const struct tag *tag = (const struct tag *)vmk_MA2VA(info + 8);

    boot->protocol = "multiboot2";
    /* A tag smaller than its own head would be the last thing ever read. */
    for (; tag->type != TAG_END && tag->size >= sizeof(*tag);
         tag = (const struct tag *)((vmk_VA)tag + ((tag->size + 7) & ~7ul))) {
        switch (tag->type) {
        case TAG_CMDLINE:
            vmk_Strlcpy(boot->cmdline, (const char *)(tag + 1), sizeof(boot->cmdline));
            break;
        case TAG_MODULE:
            read_module(boot, (const struct tag_module *)tag);
            break;
        case TAG_MEMORY_MAP:
            read_memory_map(boot, (const struct tag_memory_map *)tag);
            break;
        case TAG_RSDP_V1:
            if (boot->rsdp == 0) {
                read_rsdp(boot, tag);
            }
            break;
        case TAG_RSDP_V2:
            read_rsdp(boot, tag);
            break;
        default:
            break;
        }
    }
}
