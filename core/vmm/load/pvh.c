/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pvh.c - ELF files with a PVH note (Xen's docs/misc/pvh, xen/include/public/arch-x86/hvm/start_info.h).
 */
#include "elf_segments.h"

#include <vmkapi/lib/libc.h>

#define NOTE_PHYS32_ENTRY  18u
#define START_INFO_MAGIC   0x336ec578u
#define START_INFO_VERSION 1u

struct note_header {
    vmk_uint32 name_bytes, description_bytes, type;
};

struct start_info {
    vmk_uint32 magic, version, flags, num_modules;
    vmk_uint64 modules, command_line, rsdp, memory_map;
    vmk_uint32 num_memory, reserved;
};
VMK_STATIC_ASSERT(sizeof(struct start_info) == 56, "as Xen has it");

struct start_module {
    vmk_uint64 address, len, command_line, reserved;
};

struct start_memory {
    vmk_uint64 address, len;
    vmk_uint32 type, reserved;
};

/** What is in LOAD_LISTS. */
struct lists {
    struct start_memory memory[LOAD_MEMORY_MAX];
    struct start_module modules[16];
};
VMK_STATIC_ASSERT(sizeof(struct lists) <= VMK_PAGE_SIZE, "they have a page");

/** Look through a segment of notes. @return false: the one that tells the entry is not there. */
static bool find_in_notes(const vmk_uint8 *notes, vmk_uint64 len, vmk_uint32 *entry)
{
    struct note_header note;

    while (len >= sizeof(note)) {
        vmk_uint64 name, description;

        vmk_Memcpy(&note, notes, sizeof(note));
        name = ((vmk_uint64)note.name_bytes + 3) & ~3ul;
        description = ((vmk_uint64)note.description_bytes + 3) & ~3ul;
        if (name + description > len - sizeof(note)) {
            return false;
        }
        if (note.type == NOTE_PHYS32_ENTRY && note.name_bytes == 4 &&
            vmk_Memcmp(notes + sizeof(note), "Xen", 4) == 0 && note.description_bytes >= 4) {
            vmk_Memcpy(entry, notes + sizeof(note) + name, sizeof(*entry));
            return true;
        }
        notes += sizeof(note) + name + description;
        len -= sizeof(note) + name + description;
    }
    return false;
}

static bool find_entry(const struct elf_executable *elf, vmk_uint32 *entry, struct diagnosis *why)
{
    struct elf_segment segment;

    for (vmk_uint32 i = 0; i < elf->count; i++) {
        if (elf_segment_get(elf, i, &segment, why) == VMK_OK && segment.type == ELF_SEGMENT_NOTE &&
            find_in_notes((const vmk_uint8 *)elf->image->bytes + segment.offset, segment.file_bytes, entry)) {
            return true;
        }
    }
    return false;
}

bool pvh_claims(const struct vm_image *image)
{
    return elf_claims(image);
}

static void fill_memory(const struct vm_load *load, struct start_info *info, struct lists *lists)
{
    struct load_memory map[LOAD_MEMORY_MAX];

    info->num_memory = load_memory_map(load->memory_bytes, map);
    for (unsigned i = 0; i < info->num_memory; i++) {
        lists->memory[i] = (struct start_memory){map[i].base, map[i].len, map[i].type, 0};
    }
}

static VMK_ReturnStatus write_info(const struct vm_load *load, vmk_uint64 kernel_end, struct diagnosis *why)
{
    struct start_info info = {.magic = START_INFO_MAGIC,
                              .version = START_INFO_VERSION,
                              .num_modules = load->num_modules,
                              .modules = LOAD_LISTS + __builtin_offsetof(struct lists, modules),
                              .command_line = LOAD_COMMAND_LINE,
                              .rsdp = load->rsdp.value,
                              .memory_map = LOAD_LISTS + __builtin_offsetof(struct lists, memory)};
    vmk_uint64 end = load_low_end(load);
    struct lists lists = {0};
    vmk_StatusValue status = VMK_OK;

    if (load->num_modules > VMK_ARRAY_SIZE(lists.modules)) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s: too many modules", load->kernel.name);
    }
    for (vmk_uint32 i = 0; i < load->num_modules && status == VMK_OK; i++) {
        status = load_module(load, &load->modules[i], kernel_end, &end, why);
        lists.modules[i] = (struct start_module){.address = end, .len = load->modules[i].len};
    }
    if (status != VMK_OK) {
        return status;
    }
    fill_memory(load, &info, &lists);
    status = load_write(load, LOAD_LISTS, &lists, sizeof(lists), "PVH's lists", why);
    return status == VMK_OK ? load_write(load, LOAD_INFO, &info, sizeof(info), "PVH's start info", why)
                            : status;
}

VMK_ReturnStatus pvh_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why)
{
    struct elf_executable elf;
    vmk_uint64 end;
    vmk_StatusValue status = elf_executable_open(&load->kernel, &elf, why);

    *entry = (struct vm_entry){.ebx = LOAD_INFO};
    if (status != VMK_OK) {
        return status;
    }
    if (!find_entry(&elf, &entry->eip, why)) {
        return diagnose(why, VMK_BAD_FORMAT, "%s is an ELF file without a PVH note or multiboot header",
                        load->kernel.name);
    }
    status = elf_segments_load(load, &elf, &end, why);
    if (status == VMK_OK) {
        status = load_command_line(load, VMK_PAGE_SIZE - 1, why);
    }
    return status == VMK_OK ? write_info(load, end, why) : status;
}
