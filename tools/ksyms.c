/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ksyms - fills the kernel's table of function names, section .ksyms, from its own symbol table.
 *
 * usage: ksyms KERNEL. The file is changed in place, after the link: addresses are final then, and one link
 * suffices. The layout is core/mgmt/ksyms_table.h's.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/mgmt/ksyms_table.h"

struct function {
    uint64_t address;
    const char *name;
};

struct kernel {
    const char *path;
    char *bytes;
    size_t len;
    const Elf64_Sym *symbols;
    size_t nsymbols;
    const char *names;
};

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("ksyms: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static const Elf64_Shdr *section(const struct kernel *kernel, unsigned index)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)kernel->bytes;

    return (const Elf64_Shdr *)(kernel->bytes + header->e_shoff) + index;
}

static void open_kernel(struct kernel *kernel)
{
    struct stat stat;
    int fd = open(kernel->path, O_RDWR);

    if (fd < 0 || fstat(fd, &stat) != 0) {
        die("cannot open %s", kernel->path);
    }
    kernel->len = (size_t)stat.st_size;
    kernel->bytes = mmap(NULL, kernel->len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (kernel->bytes == MAP_FAILED || kernel->len < sizeof(Elf64_Ehdr) ||
        memcmp(kernel->bytes, ELFMAG, SELFMAG) != 0) {
        die("%s is no ELF file", kernel->path);
    }
    close(fd);
}

static void find_symbols(struct kernel *kernel)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)kernel->bytes;
    unsigned i;

    for (i = 0; i < header->e_shnum; i++) {
        const Elf64_Shdr *s = section(kernel, i);

        if (s->sh_type == SHT_SYMTAB) {
            kernel->symbols = (const Elf64_Sym *)(kernel->bytes + s->sh_offset);
            kernel->nsymbols = s->sh_size / sizeof(Elf64_Sym);
            kernel->names = kernel->bytes + section(kernel, s->sh_link)->sh_offset;
            return;
        }
    }
    die("%s has no symbol table: run ksyms before strip", kernel->path);
}

static uint64_t symbol_value(const struct kernel *kernel, const char *name)
{
    size_t i;

    for (i = 0; i < kernel->nsymbols; i++) {
        if (strcmp(kernel->names + kernel->symbols[i].st_name, name) == 0) {
            return kernel->symbols[i].st_value;
        }
    }
    die("%s has no symbol %s: the linker script defines it", kernel->path, name);
}

/* Where the byte at a virtual address lies in the file. */
static char *at_address(const struct kernel *kernel, uint64_t address)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)kernel->bytes;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(kernel->bytes + header->e_phoff);
    unsigned i;

    for (i = 0; i < header->e_phnum; i++, segment++) {
        if (segment->p_type == PT_LOAD && address - segment->p_vaddr < segment->p_filesz) {
            return kernel->bytes + segment->p_offset + (address - segment->p_vaddr);
        }
    }
    die("address 0x%lx of %s is not in the file", (unsigned long)address, kernel->path);
}

/* By address; of several names for one place the first in the alphabet, so that every build is the same. */
static int compare(const void *a, const void *b)
{
    const struct function *x = a, *y = b;

    if (x->address != y->address) {
        return x->address < y->address ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

/* Functions in [start, end), sorted, one per address. */
static size_t collect(const struct kernel *kernel, uint64_t start, uint64_t end, struct function *functions)
{
    size_t i, count = 0, kept = 0;

    for (i = 0; i < kernel->nsymbols; i++) {
        const Elf64_Sym *s = &kernel->symbols[i];
        unsigned type = ELF64_ST_TYPE(s->st_info);

        /* Assembly's labels have no type. */
        if ((type == STT_FUNC || type == STT_NOTYPE) && s->st_value >= start && s->st_value < end &&
            s->st_name != 0) {
            functions[count++] = (struct function){s->st_value, kernel->names + s->st_name};
        }
    }
    qsort(functions, count, sizeof(functions[0]), compare);
    for (i = 0; i < count; i++) {
        if (kept == 0 || functions[kept - 1].address != functions[i].address) {
            functions[kept++] = functions[i];
        }
    }
    return kept;
}

static size_t table_bytes(const struct function *functions, size_t count)
{
    size_t i, bytes = sizeof(struct ksyms_header) + 2 * count * sizeof(uint32_t);

    for (i = 0; i < count; i++) {
        bytes += strlen(functions[i].name) + 1;
    }
    return bytes;
}

static void write_table(char *table, const struct function *functions, size_t count, uint64_t base,
                        uint64_t end)
{
    struct ksyms_header *header = (struct ksyms_header *)table;
    uint32_t *offsets = (uint32_t *)(header + 1);
    uint32_t *names = offsets + count;
    char *text = (char *)(names + count);
    size_t i;

    *header = (struct ksyms_header){KSYMS_MAGIC, base, (uint32_t)count, (uint32_t)(end - base)};
    for (i = 0; i < count; i++) {
        offsets[i] = (uint32_t)(functions[i].address - base);
        names[i] = (uint32_t)(text - table);
        text = stpcpy(text, functions[i].name) + 1;
    }
}

int main(int argc, char **argv)
{
    struct kernel kernel = {.path = argv[argc - 1]};
    struct function *functions;
    uint64_t base, end, table;
    size_t count, room, wanted;

    if (argc != 2) {
        die("usage: ksyms KERNEL");
    }
    open_kernel(&kernel);
    find_symbols(&kernel);
    base = symbol_value(&kernel, "kernel_text_start");
    end = symbol_value(&kernel, "kernel_text_end");
    table = symbol_value(&kernel, "ksyms_start");
    room = symbol_value(&kernel, "ksyms_end") - table;
    functions = calloc(kernel.nsymbols, sizeof(*functions));
    if (functions == NULL) {
        die("out of memory");
    }
    count = collect(&kernel, base, end, functions);
    wanted = table_bytes(functions, count);
    if (wanted > room) {
        die("%zu functions need %zu bytes, section .ksyms has %zu: raise KSYMS_BYTES in openvmk.ld", count,
            wanted, room);
    }
    memset(at_address(&kernel, table), 0, room);
    write_table(at_address(&kernel, table), functions, count, base, end);
    free(functions);
    return 0;
}
