/* SPDX-License-Identifier: GPL-2.0-only */
#include "elf_entry.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define NOTES_MAX                65536

static size_t align4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static uint64_t find_entry(const unsigned char *notes, size_t len)
{
    Elf64_Nhdr note;

    for (size_t at = 0; at + sizeof note <= len;) {
        memcpy(&note, notes + at, sizeof note);
        size_t name = at + sizeof note, value = name + align4(note.n_namesz);
        if (value + align4(note.n_descsz) > len) {
            return 0;
        }
        if (note.n_type == XEN_ELFNOTE_PHYS32_ENTRY && note.n_namesz == 4 &&
            memcmp(notes + name, "Xen", 4) == 0 && note.n_descsz >= 4) {
            uint32_t entry;
            memcpy(&entry, notes + value, sizeof entry);
            return entry;
        }
        at = value + align4(note.n_descsz);
    }
    return 0;
}

static uint64_t read_entry(FILE *file)
{
    static unsigned char notes[NOTES_MAX];
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    uint64_t entry = 0;

    if (fread(&header, sizeof header, 1, file) != 1 || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
        return 0;
    }
    for (unsigned i = 0; i < header.e_phnum && entry == 0; i++) {
        if (fseek(file, (long)(header.e_phoff + i * sizeof segment), SEEK_SET) != 0 ||
            fread(&segment, sizeof segment, 1, file) != 1) {
            return 0;
        }
        if (segment.p_type == PT_NOTE && segment.p_filesz <= sizeof notes &&
            fseek(file, (long)segment.p_offset, SEEK_SET) == 0) {
            entry = find_entry(notes, fread(notes, 1, segment.p_filesz, file));
        }
    }
    return entry;
}

uint64_t elf_entry(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint64_t entry = 0;

    if (file == NULL) {
        perror(path);
        return 0;
    }
    entry = read_entry(file);
    fclose(file);
    if (entry == 0) {
        fprintf(stderr, "%s: no PVH entry point\n", path);
    }
    return entry;
}
