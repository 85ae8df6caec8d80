/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.h - relocatable ELF64 files: checked, laid out, bound and relocated.
 *
 * Pure: nothing here touches memory but the file and what the caller supplies, so the same code runs in the
 * kernel, in unit tests and under a fuzzer. The file is hostile until proved otherwise: every offset, size,
 * index and string is checked before use, and every refusal is one line in the diagnosis.
 *
 * Order of use: elf_parse, memory for region_bytes[], elf_copy, elf_bind, elf_relocate. Context: any.
 */
#ifndef CORE_ELF_H
#define CORE_ELF_H

#include <core/diagnosis.h>
#include <core/elf_format.h>
#include <vmkapi/base/status.h>
#include <vmkapi/base/types.h>

#define ELF_SECTIONS_MAX 128
#define ELF_IMAGE_ALIGN  8 /**< The file must lie at a multiple of this. */

/** Where a section goes: one stretch of memory per kind of protection, so that none is both writable and
 * executable. */
enum elf_region { ELF_TEXT, ELF_RODATA, ELF_DATA, ELF_REGIONS, ELF_NOT_LOADED = ELF_REGIONS };

struct elf_placement {
    enum elf_region region;
    vmk_ByteCount offset; /**< From the region's start. */
};

/** Memory for one region. */
struct elf_memory {
    vmk_uint8 *bytes; /**< Where to write; at least region_bytes[region], aligned to a page. */
    vmk_VA address;   /**< Where it will run: the same, except in tests. */
};

/** A file that passed elf_parse(); all pointers lead into the image. */
struct elf_file {
    const char *name; /**< What to call it in a diagnosis. */
    const vmk_uint8 *image;
    vmk_ByteCount len;
    const struct elf_section *sections;
    unsigned nsections;
    const char *section_names;
    vmk_ByteCount section_names_len;
    const struct elf_symbol *symbols;
    unsigned nsymbols;
    const char *strings;
    vmk_ByteCount strings_len;
    struct elf_placement placed[ELF_SECTIONS_MAX];
    vmk_ByteCount region_bytes[ELF_REGIONS]; /**< Multiples of the page size; 0 when nothing goes there. */
};

/** A stretch of the file: one section's contents. */
struct elf_span {
    const vmk_uint8 *bytes;
    vmk_ByteCount len;
};

/**
 * Find the address of an undefined symbol.
 *
 * @return VMK_OK; any other status, with @p why written, refuses the file.
 */
typedef VMK_ReturnStatus (*elf_resolver)(void *context, const char *name, vmk_VA *address,
                                         struct diagnosis *why);

/**
 * Check @p image and lay its sections out.
 *
 * @param name  what to call it in a diagnosis.
 * @param image the file's bytes, aligned to ELF_IMAGE_ALIGN. Both stay in use as long as @p file does.
 * @return VMK_OK; VMK_BAD_FORMAT; VMK_NOT_SUPPORTED for a well-formed file of another kind;
 *         VMK_LIMIT_EXCEEDED.
 */
VMK_ReturnStatus elf_parse(struct elf_file *file, const char *name, const void *image, vmk_ByteCount len,
                           struct diagnosis *why);

/** A section's name. */
const char *elf_section_name(const struct elf_file *file, unsigned section);

/** The contents of the section called @p name; a length of 0 when there is none or it has no contents. */
struct elf_span elf_contents(const struct elf_file *file, const char *name);

/**
 * Find where the loaded section called @p name is.
 *
 * @param[out] len its size in bytes.
 * @return its address under @p memory, or 0 when there is none.
 */
vmk_VA elf_section_address(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                           const char *name, vmk_ByteCount *len);

/** A symbol's name; "" for the nameless. */
const char *elf_symbol_name(const struct elf_file *file, unsigned symbol);

/** Copy every loaded section to its place and zero the rest. */
void elf_copy(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS]);

/**
 * Give every symbol its address.
 *
 * @param[out] values file->nsymbols addresses. A weak symbol the resolver does not find
 * (VMK_UNRESOLVED_SYMBOL) is 0.
 * @return VMK_OK; VMK_BAD_FORMAT; or what the resolver said.
 */
VMK_ReturnStatus elf_bind(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                          vmk_VA *values, elf_resolver resolver, void *context, struct diagnosis *why);

/**
 * Apply all relocations of loaded sections.
 *
 * @param values from elf_bind().
 * @return VMK_OK; VMK_BAD_FORMAT; VMK_NOT_SUPPORTED for a relocation type we do not have.
 */
VMK_ReturnStatus elf_relocate(const struct elf_file *file, const struct elf_memory memory[ELF_REGIONS],
                              const vmk_VA *values, struct diagnosis *why);

/** The address of the global symbol @p name that the file defines in @p region, or 0. */
vmk_VA elf_find_symbol(const struct elf_file *file, const vmk_VA *values, const char *name,
                       enum elf_region region);

#endif
