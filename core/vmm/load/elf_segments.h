/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_segments.h - the program headers of an ELF executable of either class (System V ABI, chapter 5).
 */
#ifndef VMM_ELF_SEGMENTS_H
#define VMM_ELF_SEGMENTS_H

#include "load.h"

#define ELF_SEGMENT_LOAD 1u
#define ELF_SEGMENT_NOTE 4u

struct elf_executable {
    const struct vm_image *image;
    bool is_64;
    vmk_uint64 entry;
    vmk_uint64 table; /**< Offset of the program headers, */
    vmk_uint32 count; /**< all of which are in the file. */
};

struct elf_segment {
    vmk_uint32 type;
    vmk_uint64 offset, address, file_bytes, memory_bytes; /**< The address is the physical one. */
};

/** @return whether the image begins as a little-endian ELF file for x86 does. */
bool elf_claims(const struct vm_image *image);

/** Read the file header. @return VMK_OK, VMK_BAD_FORMAT. */
VMK_ReturnStatus elf_executable_open(const struct vm_image *image, struct elf_executable *elf,
                                     struct diagnosis *why);

/** Read program header @p index. @return VMK_OK; VMK_BAD_FORMAT: it lies outside the file. */
VMK_ReturnStatus elf_segment_get(const struct elf_executable *elf, vmk_uint32 index,
                                 struct elf_segment *segment, struct diagnosis *why);

/** Load all segments; *end is where the last ends. @return as load_write(); VMK_BAD_FORMAT. */
VMK_ReturnStatus elf_segments_load(const struct vm_load *load, const struct elf_executable *elf,
                                   vmk_uint64 *end, struct diagnosis *why);

#endif
