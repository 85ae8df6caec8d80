/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * multiboot1.c - ELF32 files with a multiboot header (Multiboot Specification 0.6.96).
 */
#include "elf_segments.h"

#include <vmkapi/lib/libc.h>

#define HEADER_MAGIC      0x1badb002u
#define HEADER_SEARCH     8192u       /* 3.1.1: it lies in the file's first bytes. */
#define HEADER_MANDATORY  0x0000fffcu /* 3.1.2: none of these is known here; the lowest two are heeded. */
#define BOOT_MAGIC        0x2badb002u

#define INFO_MEMORY       0x001u
#define INFO_COMMAND_LINE 0x004u
#define INFO_MODULES      0x008u
#define INFO_MEMORY_MAP   0x040u
#define INFO_LOADER_NAME  0x200u

/** 3.3; what lies behind is not told. */
struct boot_information {
    vmk_uint32 flags, memory_lower, memory_upper, boot_device, command_line, num_modules, modules;
    vmk_uint32 symbols[4];
    vmk_uint32 map_bytes, map, drives_bytes, drives, config_table, loader_name;
};
VMK_STATIC_ASSERT(sizeof(struct boot_information) == 68, "as the specification has it");

struct boot_module {
    vmk_uint32 start, end, text, reserved;
};

struct boot_memory {
    vmk_uint32 size; /**< Of what follows. */
    vmk_uint64 base, len;
    vmk_uint32 type;
} __attribute__((packed));

/** What is in LOAD_LISTS. */
struct lists {
    struct boot_memory memory[LOAD_MEMORY_MAX];
    struct boot_module modules[16];
    char loader_name[16];
    char module_names[16][64];
};
VMK_STATIC_ASSERT(sizeof(struct lists) <= VMK_PAGE_SIZE, "they have a page");

#define LISTS_AT(member) (vmk_uint32)(LOAD_LISTS + __builtin_offsetof(struct lists, member))

/** Find the header. @return false: there is none. */
static bool find_header(const struct vm_image *image, vmk_uint32 *flags)
{
    vmk_uint64 end = image->len < HEADER_SEARCH ? image->len : HEADER_SEARCH;
    vmk_uint32 header[3];

    for (vmk_uint64 at = 0; at + sizeof(header) <= end; at += 4) {
        vmk_Memcpy(header, (const vmk_uint8 *)image->bytes + at, sizeof(header));
        if (header[0] == HEADER_MAGIC && header[0] + header[1] + header[2] == 0) {
            *flags = header[1];
            return true;
        }
    }
    return false;
}

bool multiboot1_claims(const struct vm_image *image)
{
    vmk_uint32 flags;

    return elf_claims(image) && find_header(image, &flags);
}

static void fill_memory(const struct vm_load *load, struct boot_information *info, struct lists *lists)
{
    struct load_memory map[LOAD_MEMORY_MAX];
    unsigned count = load_memory_map(load->memory_bytes, map);

    for (unsigned i = 0; i < count; i++) {
        lists->memory[i] =
            (struct boot_memory){sizeof(struct boot_memory) - 4, map[i].base, map[i].len, map[i].type};
    }
    info->map = LISTS_AT(memory);
    info->map_bytes = count * (vmk_uint32)sizeof(struct boot_memory);
    info->memory_lower = (vmk_uint32)(map[0].len >> 10);
    info->memory_upper = (vmk_uint32)((load_low_end(load) - LOAD_KERNEL_MIN) >> 10);
}

static VMK_ReturnStatus load_modules(const struct vm_load *load, vmk_uint64 kernel_end, struct lists *lists,
                                     struct diagnosis *why)
{
    vmk_uint64 end = load_low_end(load);
    vmk_StatusValue status = VMK_OK;

    if (load->num_modules > VMK_ARRAY_SIZE(lists->modules)) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s: too many modules", load->kernel.name);
    }
    for (vmk_uint32 i = 0; i < load->num_modules && status == VMK_OK; i++) {
        const struct vm_image *module = &load->modules[i];

        status = load_module(load, module, kernel_end, &end, why);
        lists->modules[i] = (struct boot_module){.start = (vmk_uint32)end,
                                                 .end = (vmk_uint32)(end + module->len),
                                                 .text = LISTS_AT(module_names[i])};
        vmk_Strlcpy(lists->module_names[i], module->name, sizeof(lists->module_names[i]));
    }
    return status;
}

static VMK_ReturnStatus write_info(const struct vm_load *load, vmk_uint64 kernel_end, struct diagnosis *why)
{
    struct boot_information info = {.flags = INFO_MEMORY | INFO_COMMAND_LINE | INFO_MODULES |
                                             INFO_MEMORY_MAP | INFO_LOADER_NAME,
                                    .command_line = LOAD_COMMAND_LINE,
                                    .num_modules = load->num_modules,
                                    .modules = LISTS_AT(modules),
                                    .loader_name = LISTS_AT(loader_name)};
    struct lists lists = {.loader_name = "OpenVMK"};
    vmk_StatusValue status = load_modules(load, kernel_end, &lists, why);

    if (status != VMK_OK) {
        return status;
    }
    fill_memory(load, &info, &lists);
    status = load_write(load, LOAD_LISTS, &lists, sizeof(lists), "multiboot's lists", why);
    return status == VMK_OK ? load_write(load, LOAD_INFO, &info, sizeof(info), "multiboot's information", why)
                            : status;
}

VMK_ReturnStatus multiboot1_load(const struct vm_load *load, struct vm_entry *entry, struct diagnosis *why)
{
    struct elf_executable elf;
    vmk_uint64 end;
    vmk_uint32 flags = 0;
    vmk_StatusValue status = elf_executable_open(&load->kernel, &elf, why);

    if (status != VMK_OK) {
        return status;
    }
    if (!find_header(&load->kernel, &flags) || (flags & HEADER_MANDATORY) != 0) {
        return diagnose(why, VMK_NOT_SUPPORTED, "%s wants multiboot features 0x%x, which are not there",
                        load->kernel.name, flags & HEADER_MANDATORY);
    }
    if (elf.is_64 || elf.entry >= 1ul << 32) {
        return diagnose(why, VMK_NOT_SUPPORTED,
                        "%s is an ELF64 file; multiboot 1 begins in 32-bit code: make it ELF32",
                        load->kernel.name);
    }
    *entry = (struct vm_entry){.eip = (vmk_uint32)elf.entry, .eax = BOOT_MAGIC, .ebx = LOAD_INFO};
    status = elf_segments_load(load, &elf, &end, why);
    if (status == VMK_OK) {
        status = load_command_line(load, VMK_PAGE_SIZE - 1, why);
    }
    return status == VMK_OK ? write_info(load, end, why) : status;
}
