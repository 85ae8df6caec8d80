/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_relocate.c - from a checked file to code that can run: copy, bind, relocate.
 *
 * Relocation types and formulas: x86-64 psABI, table 4.9 (S symbol, A addend, P place).
 */
#include <core/elf.h>
#include <vmkapi/lib/libc.h>

static vmk_VA section_address(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                              unsigned section)
{
    const struct elf_placement *place = &file->placed[section];

    return memory[place->region].address + place->offset;
}

void elf_copy(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS])
{
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        vmk_Memset(memory[region].bytes, 0, file->region_bytes[region]);
    }
    for (unsigned i = 0; i < file->nsections; i++) {
        const struct elf_section *section = &file->sections[i];
        const struct elf_placement *place = &file->placed[i];

        if (place->region != ELF_NOT_LOADED && section->type != ELF_SECTION_NOBITS) {
            vmk_Memcpy(memory[place->region].bytes + place->offset, file->image + section->offset,
                       section->size);
        }
    }
}

static VMK_ReturnStatus bind_undefined(const struct elf_file *file, unsigned index, vmk_VA *value,
                                       elf_resolver resolver, void *context, struct diagnosis *why)
{
    const struct elf_symbol *symbol = &file->symbols[index];
    vmk_StatusValue status;

    *value = 0;
    if (index == 0) {
        return VMK_OK; /* the symbol table starts with a null entry */
    }
    status = resolver(context, elf_symbol_name(file, index), value, why);
    if (status == VMK_UNRESOLVED_SYMBOL && ELF_SYMBOL_BIND(symbol->info) == ELF_BIND_WEAK) {
        return VMK_OK;
    }
    return status;
}

VMK_ReturnStatus elf_bind(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                          vmk_VA *values, elf_resolver resolver, void *context, struct diagnosis *why)
{
    vmk_StatusValue status = VMK_OK;

    for (unsigned i = 0; i < file->nsymbols && status == VMK_OK; i++) {
        const struct elf_symbol *symbol = &file->symbols[i];

        if (symbol->section == ELF_INDEX_UNDEFINED) {
            status = bind_undefined(file, i, &values[i], resolver, context, why);
        } else if (symbol->section == ELF_INDEX_ABSOLUTE) {
            values[i] = symbol->value;
        } else if (file->placed[symbol->section].region != ELF_NOT_LOADED) {
            values[i] = section_address(file, memory, symbol->section) + symbol->value;
        } else {
            values[i] = 0;
        }
    }
    return status;
}

static vmk_ByteCount relocation_width(vmk_uint32 type)
{
    switch (type) {
    case ELF_R_64:
    case ELF_R_PC64:
        return 8;
    case ELF_R_32:
    case ELF_R_32S:
    case ELF_R_PC32:
    case ELF_R_PLT32:
        return 4;
    default:
        return 0;
    }
}

/** Whether @p value survives being stored in the width of @p type. */
static vmk_Bool relocation_fits(vmk_uint32 type, vmk_uint64 value)
{
    switch (type) {
    case ELF_R_32:
        return value == (vmk_uint32)value;
    case ELF_R_32S:
    case ELF_R_PC32:
    case ELF_R_PLT32:
        return (vmk_int64)value == (vmk_int32)value;
    default:
        return VMK_TRUE;
    }
}

static vmk_Bool is_relative(vmk_uint32 type)
{
    return type == ELF_R_PC32 || type == ELF_R_PLT32 || type == ELF_R_PC64;
}

/** Whether the symbol has an address: a section that is not loaded gives none. */
static vmk_Bool has_address(const struct elf_file *file, unsigned index)
{
    vmk_uint16 section = file->symbols[index].section;

    return section == ELF_INDEX_UNDEFINED || section == ELF_INDEX_ABSOLUTE ||
           file->placed[section].region != ELF_NOT_LOADED;
}

static VMK_ReturnStatus relocate(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                                 unsigned section, const struct elf_rela *rela, const vmk_VA *values,
                                 struct diagnosis *why)
{
    const struct elf_placement *place = &file->placed[section];
    vmk_ByteCount width = relocation_width(rela->type);
    vmk_ByteCount size = file->sections[section].size;
    vmk_uint64 value;

    if (width == 0) {
        return diagnose(
            why, VMK_NOT_SUPPORTED,
            "%s: relocation type %u in '%s' is not supported; compile with -mcmodel=kernel -fno-pic",
            file->name, rela->type, elf_section_name(file, section));
    }
    if (size < width || rela->offset > size - width || rela->symbol >= file->nsymbols ||
        !has_address(file, rela->symbol)) {
        return diagnose(
            why, VMK_BAD_FORMAT,
            "%s: relocation at '%s'+0x%lx leads nowhere; the file is damaged, build or copy it again",
            file->name, elf_section_name(file, section), rela->offset);
    }
    value = values[rela->symbol] + (vmk_uint64)rela->addend;
    if (is_relative(rela->type)) {
        value -= section_address(file, memory, section) + rela->offset;
    }
    if (!relocation_fits(rela->type, value)) {
        return diagnose(why, VMK_BAD_FORMAT,
                        "%s: '%s' is out of reach of '%s'+0x%lx; compile with -mcmodel=kernel", file->name,
                        elf_symbol_name(file, rela->symbol), elf_section_name(file, section), rela->offset);
    }
    vmk_Memcpy(memory[place->region].bytes + place->offset + rela->offset, &value, width);
    return VMK_OK;
}

static VMK_ReturnStatus relocate_section(const struct elf_file *file,
                                         const struct elf_memory memory[ELF_REGIONS],
                                         const struct elf_section *table, const vmk_VA *values,
                                         struct diagnosis *why)
{
    const struct elf_rela *relas = (const struct elf_rela *)(file->image + table->offset);
    vmk_StatusValue status = VMK_OK;

    if (table->type == ELF_SECTION_REL || table->entry_size != sizeof(*relas) ||
        table->size % sizeof(*relas) != 0 || table->offset % ELF_IMAGE_ALIGN != 0) {
        return diagnose(why, VMK_BAD_FORMAT, "%s: malformed relocation section '%s'; build the module again",
                        file->name, file->section_names + table->name);
    }
    for (vmk_uint64 i = 0; i < table->size / sizeof(*relas) && status == VMK_OK; i++) {
        if (relas[i].type != ELF_R_NONE) {
            status = relocate(file, memory, table->info, &relas[i], values, why);
        }
    }
    return status;
}

VMK_ReturnStatus elf_relocate(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                              const vmk_VA *values, struct diagnosis *why)
{
    vmk_StatusValue status = VMK_OK;

    for (unsigned i = 1; i < file->nsections && status == VMK_OK; i++) {
        const struct elf_section *table = &file->sections[i];

        if (table->type != ELF_SECTION_RELA && table->type != ELF_SECTION_REL) {
            continue;
        }
        if (table->info < file->nsections && file->placed[table->info].region != ELF_NOT_LOADED) {
            status = relocate_section(file, memory, table, values, why);
        }
    }
    return status;
}

vmk_VA elf_find_symbol(const struct elf_file *file, const vmk_VA *values, const char *name,
                       enum elf_region region)
{
    for (unsigned i = 1; i < file->nsymbols; i++) {
        const struct elf_symbol *symbol = &file->symbols[i];

        if (ELF_SYMBOL_BIND(symbol->info) == ELF_BIND_GLOBAL && symbol->section != ELF_INDEX_UNDEFINED &&
            symbol->section < file->nsections && file->placed[symbol->section].region == region &&
            vmk_Strcmp(elf_symbol_name(file, i), name) == 0) {
            return values[i];
        }
    }
    return 0;
}
