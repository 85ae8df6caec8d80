/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_format.h - the records of an ELF64 relocatable file (System V ABI, chapters 4; x86-64 psABI 4.4).
 */
#ifndef CORE_ELF_FORMAT_H
#define CORE_ELF_FORMAT_H

#include <vmkapi/base/types.h>

#define ELF_MAGIC          0x464c457fu /**< 7f 45 4c 46, little-endian. */
#define ELF_CLASS_64       2
#define ELF_DATA_LITTLE    1
#define ELF_TYPE_REL       1
#define ELF_MACHINE_X86_64 62

struct elf_header {
    vmk_uint32 magic;
    vmk_uint8 class;
    vmk_uint8 data;
    vmk_uint8 ident_version;
    vmk_uint8 ident_pad[9];
    vmk_uint16 type;
    vmk_uint16 machine;
    vmk_uint32 version;
    vmk_uint64 entry;
    vmk_uint64 program_offset;
    vmk_uint64 section_offset;
    vmk_uint32 flags;
    vmk_uint16 header_size;
    vmk_uint16 program_entry_size;
    vmk_uint16 program_count;
    vmk_uint16 section_entry_size;
    vmk_uint16 section_count;
    vmk_uint16 section_names;
};
VMK_STATIC_ASSERT(sizeof(struct elf_header) == 64, "ELF64 file header");

#define ELF_SECTION_SYMTAB 2u
#define ELF_SECTION_STRTAB 3u
#define ELF_SECTION_RELA   4u
#define ELF_SECTION_NOBITS 8u
#define ELF_SECTION_REL    9u

#define ELF_FLAG_WRITE     1ul
#define ELF_FLAG_ALLOC     2ul
#define ELF_FLAG_EXEC      4ul
#define ELF_FLAG_TLS       0x400ul

struct elf_section {
    vmk_uint32 name;
    vmk_uint32 type;
    vmk_uint64 flags;
    vmk_uint64 address;
    vmk_uint64 offset;
    vmk_uint64 size;
    vmk_uint32 link;
    vmk_uint32 info;
    vmk_uint64 align;
    vmk_uint64 entry_size;
};
VMK_STATIC_ASSERT(sizeof(struct elf_section) == 64, "ELF64 section header");

#define ELF_INDEX_UNDEFINED 0
#define ELF_INDEX_ABSOLUTE  0xfff1
#define ELF_INDEX_COMMON    0xfff2

#define ELF_BIND_GLOBAL     1
#define ELF_BIND_WEAK       2
#define ELF_TYPE_FUNC       2

struct elf_symbol {
    vmk_uint32 name;
    vmk_uint8 info; /**< Binding in the high half, type in the low. */
    vmk_uint8 other;
    vmk_uint16 section;
    vmk_uint64 value;
    vmk_uint64 size;
};
VMK_STATIC_ASSERT(sizeof(struct elf_symbol) == 24, "ELF64 symbol");

#define ELF_SYMBOL_BIND(info) ((info) >> 4)
#define ELF_SYMBOL_TYPE(info) ((info)&15)

#define ELF_R_NONE            0u
#define ELF_R_64              1u
#define ELF_R_PC32            2u
#define ELF_R_PLT32           4u
#define ELF_R_32              10u
#define ELF_R_32S             11u
#define ELF_R_PC64            24u

struct elf_rela {
    vmk_uint64 offset;
    vmk_uint32 type;
    vmk_uint32 symbol;
    vmk_int64 addend;
};
VMK_STATIC_ASSERT(sizeof(struct elf_rela) == 24, "ELF64 relocation with addend");

#endif
