/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.c - checking a relocatable ELF64 file and laying it out.
 *
 * All checks that a later access relies on are made here, once; what follows may index freely.
 */
#include <core/elf.h>
#include <vmkapi/lib/libc.h>

/** No module is near this; it keeps all arithmetic on offsets far from overflow. */
#define REGION_LIMIT (64ul << 20)

#define REFUSE(file, why, status, format, ...)                                                               \
    diagnose(why, status, "%s: " format, (file)->name, ##__VA_ARGS__)
#define DAMAGED(file, why, format, ...)                                                                      \
    REFUSE(file, why, VMK_BAD_FORMAT, format "; the file is damaged, build or copy it again", ##__VA_ARGS__)

static vmk_Bool in_file(const struct elf_file *file, vmk_uint64 offset, vmk_uint64 size)
{
    return offset <= file->len && size <= file->len - offset;
}

static VMK_ReturnStatus check_header(struct elf_file *file, struct diagnosis *why)
{
    const struct elf_header *header = (const struct elf_header *)file->image;

    if (file->len < sizeof(*header) || header->magic != ELF_MAGIC) {
        return DAMAGED(file, why, "not an ELF file");
    }
    if (header->class != ELF_CLASS_64 || header->data != ELF_DATA_LITTLE || header->type != ELF_TYPE_REL ||
        header->machine != ELF_MACHINE_X86_64) {
        return REFUSE(
            file, why, VMK_NOT_SUPPORTED,
            "not a relocatable x86-64 file (class %u, type %u, machine %u); build it with vmk_module()",
            header->class, header->type, header->machine);
    }
    if (header->section_count > ELF_SECTIONS_MAX) {
        return REFUSE(file, why, VMK_LIMIT_EXCEEDED,
                      "%u sections, at most %u are allowed; build it with vmk_module(), which merges them",
                      header->section_count, ELF_SECTIONS_MAX);
    }
    if (header->section_entry_size != sizeof(struct elf_section) ||
        header->section_offset % ELF_IMAGE_ALIGN != 0 ||
        !in_file(file, header->section_offset, header->section_count * sizeof(struct elf_section)) ||
        header->section_names >= header->section_count) {
        return DAMAGED(file, why, "section table at %lu lies outside its %lu bytes", header->section_offset,
                       file->len);
    }
    file->sections = (const struct elf_section *)(file->image + header->section_offset);
    file->nsections = header->section_count;
    return VMK_OK;
}

/** Section 0 stands for none, but what a damaged file has there is reached like any other. */
static VMK_ReturnStatus check_sections(struct elf_file *file, struct diagnosis *why)
{
    for (unsigned i = 0; i < file->nsections; i++) {
        const struct elf_section *section = &file->sections[i];

        if (section->type != ELF_SECTION_NOBITS && !in_file(file, section->offset, section->size)) {
            return DAMAGED(file, why, "section %u (%lu bytes at %lu) ends behind the file's %lu bytes", i,
                           section->size, section->offset, file->len);
        }
        if ((section->align & (section->align - 1)) != 0 || section->align > VMK_PAGE_SIZE) {
            return DAMAGED(file, why, "section %u wants an alignment of %lu", i, section->align);
        }
    }
    return VMK_OK;
}

/** Strings end in NUL: then every offset into the table is a terminated string. */
static VMK_ReturnStatus open_strings(const struct elf_file *file, unsigned index, const char **strings,
                                     vmk_ByteCount *len, struct diagnosis *why)
{
    const struct elf_section *section = index < file->nsections ? &file->sections[index] : NULL;

    if (section == NULL || section->type != ELF_SECTION_STRTAB || section->size == 0 ||
        file->image[section->offset + section->size - 1] != '\0') {
        return DAMAGED(file, why, "section %u is not a string table", index);
    }
    *strings = (const char *)file->image + section->offset;
    *len = section->size;
    return VMK_OK;
}

static VMK_ReturnStatus open_section_names(struct elf_file *file, struct diagnosis *why)
{
    const struct elf_header *header = (const struct elf_header *)file->image;
    vmk_StatusValue status =
        open_strings(file, header->section_names, &file->section_names, &file->section_names_len, why);

    if (status != VMK_OK) {
        return status;
    }
    for (unsigned i = 0; i < file->nsections; i++) {
        if (file->sections[i].name >= file->section_names_len) {
            return DAMAGED(file, why, "section %u has no name", i);
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus check_symbols(const struct elf_file *file, struct diagnosis *why)
{
    for (unsigned i = 0; i < file->nsymbols; i++) {
        const struct elf_symbol *symbol = &file->symbols[i];

        if (symbol->name >= file->strings_len) {
            return DAMAGED(file, why, "symbol %u has no name", i);
        }
        if (symbol->section == ELF_INDEX_COMMON) {
            return REFUSE(file, why, VMK_NOT_SUPPORTED, "'%s' is a common symbol; compile with -fno-common",
                          elf_symbol_name(file, i));
        }
        if (symbol->section != ELF_INDEX_ABSOLUTE &&
            (symbol->section >= file->nsections || symbol->value > file->sections[symbol->section].size) &&
            symbol->section != ELF_INDEX_UNDEFINED) {
            return DAMAGED(file, why, "symbol '%s' lies outside its section", elf_symbol_name(file, i));
        }
    }
    return VMK_OK;
}

static VMK_ReturnStatus open_symbols(struct elf_file *file, struct diagnosis *why)
{
    const struct elf_section *table = NULL;
    vmk_StatusValue status;

    for (unsigned i = 1; i < file->nsections && table == NULL; i++) {
        table = file->sections[i].type == ELF_SECTION_SYMTAB ? &file->sections[i] : NULL;
    }
    if (table == NULL) {
        return REFUSE(file, why, VMK_BAD_FORMAT, "no symbol table; strip debug information only (strip -g)");
    }
    if (table->entry_size != sizeof(struct elf_symbol) || table->offset % ELF_IMAGE_ALIGN != 0 ||
        table->size % sizeof(struct elf_symbol) != 0) {
        return DAMAGED(file, why, "malformed symbol table");
    }
    status = open_strings(file, table->link, &file->strings, &file->strings_len, why);
    if (status != VMK_OK) {
        return status;
    }
    file->symbols = (const struct elf_symbol *)(file->image + table->offset);
    file->nsymbols = (unsigned)(table->size / sizeof(struct elf_symbol));
    return check_symbols(file, why);
}

static enum elf_region region_of(const struct elf_section *section)
{
    if (!(section->flags & ELF_FLAG_ALLOC)) {
        return ELF_NOT_LOADED;
    }
    if (section->flags & ELF_FLAG_EXEC) {
        return ELF_TEXT;
    }
    return section->flags & ELF_FLAG_WRITE ? ELF_DATA : ELF_RODATA;
}

static vmk_ByteCount align_up(vmk_ByteCount value, vmk_ByteCount align)
{
    return align > 1 ? (value + align - 1) & ~(align - 1) : value;
}

static VMK_ReturnStatus place_section(struct elf_file *file, unsigned index, struct diagnosis *why)
{
    const struct elf_section *section = &file->sections[index];
    struct elf_placement *place = &file->placed[index];

    place->region = region_of(section);
    if (place->region == ELF_NOT_LOADED) {
        return VMK_OK;
    }
    if ((section->flags & ELF_FLAG_WRITE) && (section->flags & ELF_FLAG_EXEC)) {
        return REFUSE(file, why, VMK_NOT_SUPPORTED,
                      "section '%s' is writable and executable; make it one of the two",
                      elf_section_name(file, index));
    }
    if (section->flags & ELF_FLAG_TLS) {
        return REFUSE(file, why, VMK_NOT_SUPPORTED,
                      "section '%s' is thread-local; modules have no thread-local data",
                      elf_section_name(file, index));
    }
    place->offset = align_up(file->region_bytes[place->region], section->align);
    if (section->size > REGION_LIMIT || place->offset + section->size > REGION_LIMIT) {
        return REFUSE(file, why, VMK_LIMIT_EXCEEDED,
                      "section '%s' makes it larger than %lu MiB; split the module",
                      elf_section_name(file, index), REGION_LIMIT >> 20);
    }
    file->region_bytes[place->region] = place->offset + section->size;
    return VMK_OK;
}

static VMK_ReturnStatus place_sections(struct elf_file *file, struct diagnosis *why)
{
    for (unsigned i = 0; i < file->nsections; i++) {
        vmk_StatusValue status = place_section(file, i, why);

        if (status != VMK_OK) {
            return status;
        }
    }
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        file->region_bytes[region] = align_up(file->region_bytes[region], VMK_PAGE_SIZE);
    }
    return VMK_OK;
}

VMK_ReturnStatus elf_parse(struct elf_file *file, const char *name, const void *image, vmk_ByteCount len,
                           struct diagnosis *why)
{
    static VMK_ReturnStatus (*const steps[])(struct elf_file *, struct diagnosis *) = {
        check_header, check_sections, open_section_names, open_symbols, place_sections};
    vmk_StatusValue status = VMK_OK;

    vmk_Memset(file, 0, sizeof(*file));
    file->name = name;
    file->image = image;
    file->len = len;
    for (unsigned i = 0; i < VMK_ARRAY_SIZE(steps) && status == VMK_OK; i++) {
        status = steps[i](file, why);
    }
    return status;
}

const char *elf_section_name(const struct elf_file *file, unsigned section)
{
    return file->section_names + file->sections[section].name;
}

const char *elf_symbol_name(const struct elf_file *file, unsigned symbol)
{
    return file->strings + file->symbols[symbol].name;
}

/** @return the index of the section called @p name, 0 when there is none. */
static unsigned find_section(const struct elf_file *file, const char *name)
{
    for (unsigned i = 1; i < file->nsections; i++) {
        if (vmk_Strcmp(elf_section_name(file, i), name) == 0) {
            return i;
        }
    }
    return 0;
}

struct elf_span elf_contents(const struct elf_file *file, const char *name)
{
    unsigned index = find_section(file, name);
    const struct elf_section *section = &file->sections[index];

    if (index == 0 || section->type == ELF_SECTION_NOBITS) {
        return (struct elf_span){.bytes = file->image, .len = 0};
    }
    return (struct elf_span){.bytes = file->image + section->offset, .len = section->size};
}

vmk_VA elf_section_address(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                           const char *name, vmk_ByteCount *len)
{
    unsigned index = find_section(file, name);
    const struct elf_placement *place = &file->placed[index];

    *len = 0;
    if (index == 0 || place->region == ELF_NOT_LOADED) {
        return 0;
    }
    *len = file->sections[index].size;
    return memory[place->region].address + place->offset;
}
