/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf_segments.c - executables of both classes, their fields read by offset.
 */
#include "elf_segments.h"

#include <core/elf_format.h>
#include <vmkapi/lib/libc.h>

#define CLASS_OFFSET    4u
#define DATA_OFFSET     5u
#define MACHINE_OFFSET  18u
#define ELF_CLASS_32    1u
#define ELF_MACHINE_386 3u
#define SEGMENTS_MAX    64u

/** Where a class keeps its fields. */
static const struct layout {
    unsigned header_bytes, segment_bytes, word; /**< A word is an address, an offset or a size. */
    unsigned entry, table, entry_bytes, count;
    unsigned offset, address, file_bytes, memory_bytes;
} layouts[] = {
    [false] = {52, 32, 4, 24, 28, 42, 44, 4, 12, 16, 20},
    [true] = {64, 56, 8, 24, 32, 54, 56, 8, 24, 32, 40},
};

static vmk_uint64 read_at(const struct vm_image *image, vmk_uint64 offset, unsigned bytes)
{
    vmk_uint64 value = 0;

    vmk_Memcpy(&value, (const vmk_uint8 *)image->bytes + offset, bytes);
    return value;
}

bool elf_claims(const struct vm_image *image)
{
    return image->len >= layouts[false].header_bytes && read_at(image, 0, 4) == ELF_MAGIC;
}

VMK_ReturnStatus elf_executable_open(const struct vm_image *image, struct elf_executable *elf,
                                     struct diagnosis *why)
{
    vmk_uint64 class = read_at(image, CLASS_OFFSET, 1), machine = read_at(image, MACHINE_OFFSET, 2);
    const struct layout *layout = &layouts[class == ELF_CLASS_64];

    if ((class != ELF_CLASS_32 && class != ELF_CLASS_64) ||
        read_at(image, DATA_OFFSET, 1) != ELF_DATA_LITTLE ||
        (machine != ELF_MACHINE_X86_64 && machine != ELF_MACHINE_386) || image->len < layout->header_bytes) {
        return diagnose(why, VMK_BAD_FORMAT, "%s is no ELF executable for x86", image->name);
    }
    *elf = (struct elf_executable){.image = image,
                                   .is_64 = class == ELF_CLASS_64,
                                   .entry = read_at(image, layout->entry, layout->word),
                                   .table = read_at(image, layout->table, layout->word),
                                   .count = (vmk_uint32)read_at(image, layout->count, 2)};
    if (elf->count == 0 || elf->count > SEGMENTS_MAX ||
        read_at(image, layout->entry_bytes, 2) != layout->segment_bytes || elf->table > image->len ||
        (vmk_uint64)elf->count * layout->segment_bytes > image->len - elf->table) {
        return diagnose(why, VMK_BAD_FORMAT, "%s has no program headers, or they lie outside the file",
                        image->name);
    }
    return VMK_OK;
}

VMK_ReturnStatus elf_segment_get(const struct elf_executable *elf, vmk_uint32 index,
                                 struct elf_segment *segment, struct diagnosis *why)
{
    const struct layout *layout = &layouts[elf->is_64];
    vmk_uint64 at = elf->table + (vmk_uint64)index * layout->segment_bytes;

    *segment = (struct elf_segment){
        .type = (vmk_uint32)read_at(elf->image, at, 4),
        .offset = read_at(elf->image, at + layout->offset, layout->word),
        .address = read_at(elf->image, at + layout->address, layout->word),
        .file_bytes = read_at(elf->image, at + layout->file_bytes, layout->word),
        .memory_bytes = read_at(elf->image, at + layout->memory_bytes, layout->word),
    };
    if (segment->offset > elf->image->len || segment->file_bytes > elf->image->len - segment->offset) {
        return diagnose(why, VMK_BAD_FORMAT, "%s: segment %u lies outside the file", elf->image->name, index);
    }
    return VMK_OK;
}

static VMK_ReturnStatus load_segment(const struct vm_load *load, const struct elf_executable *elf,
                                     const struct elf_segment *segment, struct diagnosis *why)
{
    vmk_uint64 low_end = load_low_end(load);
    vmk_StatusValue status;

    if (segment->file_bytes > segment->memory_bytes || segment->address < LOAD_KERNEL_MIN) {
        return diagnose(
            why, VMK_BAD_FORMAT,
            "%s has a segment at 0x%lx of %lu bytes, %lu of them in the file; segments lie above 1 MiB",
            elf->image->name, segment->address, segment->memory_bytes, segment->file_bytes);
    }
    if (segment->address > low_end || segment->memory_bytes > low_end - segment->address) {
        return diagnose(why, VMK_NO_SPACE,
                        "%s: no room for a segment at 0x%lx of %lu bytes in %lu MiB of memory",
                        elf->image->name, segment->address, segment->memory_bytes, load->memory_bytes >> 20);
    }
    status = load_write(load, segment->address, (const vmk_uint8 *)elf->image->bytes + segment->offset,
                        segment->file_bytes, "a segment", why);
    if (status != VMK_OK) {
        return status;
    }
    return load_clear(load, segment->address + segment->file_bytes,
                      segment->memory_bytes - segment->file_bytes, "a segment", why);
}

VMK_ReturnStatus elf_segments_load(const struct vm_load *load, const struct elf_executable *elf,
                                   vmk_uint64 *end, struct diagnosis *why)
{
    struct elf_segment segment;
    vmk_StatusValue status = VMK_OK;

    *end = LOAD_KERNEL_MIN;
    for (vmk_uint32 i = 0; i < elf->count && status == VMK_OK; i++) {
        status = elf_segment_get(elf, i, &segment, why);
        if (status != VMK_OK || segment.type != ELF_SEGMENT_LOAD || segment.memory_bytes == 0) {
            continue;
        }
        status = load_segment(load, elf, &segment, why);
        if (status == VMK_OK && segment.address + segment.memory_bytes > *end) {
            *end = segment.address + segment.memory_bytes;
        }
    }
    return status;
}
