/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmkmod - what a module's build does beyond compiling and linking.
 *
 *   vmkmod describe [--provider NAME=LIST.def]... NAME MODULE.o OUT.S
 *       Find for each symbol the module leaves undefined who offers it, read its device tables, and write the
 *       assembly that adds both, as imports and aliases, to the module. Nobody's symbol is an error.
 *   vmkmod offers MODULE.o OUT.def
 *       List what a driver library exports, in the form in which it is a provider.
 *   vmkmod seal MODULE.vmk
 *       Append the checksum without which the loader takes no module.
 *
 * Providers are asked in the order given. MODULE.o is what our own compiler and linker have just made, so
 * that a malformed one is reported, not repaired.
 */
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <core/module_format.h>
#include <vmkapi/base/version.h>
#include <vmkapi/lib/crc.h>

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void fail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("vmkmod: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size ? size : 1);

    if (memory == NULL) {
        fail("out of memory");
    }
    return memory;
}

static unsigned char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes;
    long size;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
        fail("%s: %s", path, strerror(errno));
    }
    rewind(file);
    bytes = allocate((size_t)size + 1);
    *len = fread(bytes, 1, (size_t)size, file);
    if (*len != (size_t)size) {
        fail("%s: cannot be read", path);
    }
    fclose(file);
    return bytes;
}

/* Providers: who offers which symbol. */

struct offer {
    char *symbol;
    unsigned version;
};

struct provider {
    const char *name;
    struct offer *offers;
    size_t count;
};

static int compare_offers(const void *a, const void *b)
{
    return strcmp(((const struct offer *)a)->symbol, ((const struct offer *)b)->symbol);
}

/** Take a line `VMK_SYMBOL(name, version)` or `LINUX_SYMBOL(name, ...)`; Linux's interfaces have no version
 * but 1. */
static int parse_offer(const char *line, struct offer *offer)
{
    char symbol[256];
    unsigned version = 1;

    if (sscanf(line, "VMK_SYMBOL(%255[A-Za-z0-9_], %u)", symbol, &version) != 2 &&
        sscanf(line, "LINUX_SYMBOL(%255[A-Za-z0-9_],", symbol) != 1) {
        return 0;
    }
    offer->symbol = strdup(symbol);
    offer->version = version;
    return 1;
}

static void open_provider(struct provider *provider, char *argument)
{
    char *path = strchr(argument, '=');
    char *text, *line, *rest;
    size_t len;

    if (path == NULL) {
        fail("--provider wants NAME=LIST.def, not '%s'", argument);
    }
    *path++ = '\0';
    provider->name = argument;
    text = (char *)read_file(path, &len);
    provider->offers = allocate((len / 4 + 1) * sizeof(struct offer));
    for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        provider->count += (size_t)parse_offer(line, &provider->offers[provider->count]);
    }
    qsort(provider->offers, provider->count, sizeof(struct offer), compare_offers);
    free(text);
}

static const struct offer *find_offer(const struct provider *provider, const char *symbol)
{
    struct offer key = {.symbol = (char *)symbol};

    return bsearch(&key, provider->offers, provider->count, sizeof(key), compare_offers);
}

/* The module's object file. */

struct object {
    const char *path;
    unsigned char *bytes;
    size_t len;
    Elf64_Ehdr *header;
    Elf64_Shdr *sections;
    Elf64_Sym *symbols;
    size_t nsymbols;
    const char *names;
};

static const void *object_at(const struct object *object, size_t offset, size_t size)
{
    if (offset > object->len || size > object->len - offset) {
        fail("%s: malformed: %zu bytes wanted at %zu of %zu", object->path, size, offset, object->len);
    }
    return object->bytes + offset;
}

static void open_object(struct object *object, const char *path)
{
    object->path = path;
    object->bytes = read_file(path, &object->len);
    object->header = (Elf64_Ehdr *)object_at(object, 0, sizeof(Elf64_Ehdr));
    if (memcmp(object->header->e_ident, ELFMAG, SELFMAG) != 0 || object->header->e_type != ET_REL) {
        fail("%s: not a relocatable ELF file", path);
    }
    object->sections = (Elf64_Shdr *)object_at(object, object->header->e_shoff,
                                               object->header->e_shnum * sizeof(Elf64_Shdr));
    for (size_t i = 0; i < object->header->e_shnum; i++) {
        const Elf64_Shdr *section = &object->sections[i];

        if (section->sh_type == SHT_SYMTAB && section->sh_link < object->header->e_shnum) {
            const Elf64_Shdr *names = &object->sections[section->sh_link];

            object->symbols = (Elf64_Sym *)object_at(object, section->sh_offset, section->sh_size);
            object->nsymbols = section->sh_size / sizeof(Elf64_Sym);
            object->names = object_at(object, names->sh_offset, names->sh_size);
        }
    }
    if (object->symbols == NULL) {
        fail("%s: no symbol table", path);
    }
}

static const Elf64_Sym *find_symbol(const struct object *object, const char *name)
{
    for (size_t i = 1; i < object->nsymbols; i++) {
        if (object->symbols[i].st_shndx != SHN_UNDEF &&
            strcmp(object->names + object->symbols[i].st_name, name) == 0) {
            return &object->symbols[i];
        }
    }
    return NULL;
}

/** The bytes of a defined object. */
static const unsigned char *symbol_bytes(const struct object *object, const Elf64_Sym *symbol)
{
    const Elf64_Shdr *section = &object->sections[symbol->st_shndx];

    if (symbol->st_shndx >= object->header->e_shnum || section->sh_type == SHT_NOBITS) {
        fail("%s: '%s' has no contents", object->path, object->names + symbol->st_name);
    }
    return object_at(object, section->sh_offset + symbol->st_value, symbol->st_size);
}

/* Imports. */

struct import {
    const char *symbol;
    const struct provider *provider;
    unsigned version;
};

static int compare_imports(const void *a, const void *b)
{
    return strcmp(((const struct import *)a)->symbol, ((const struct import *)b)->symbol);
}

static int find_import(const struct provider *providers, size_t count, struct import *import)
{
    for (size_t i = 0; i < count; i++) {
        const struct offer *offer = find_offer(&providers[i], import->symbol);

        if (offer != NULL) {
            import->provider = &providers[i];
            import->version = offer->version;
            return 1;
        }
    }
    return 0;
}

static void report_missing(const char *module, const char *symbol, const struct provider *providers,
                           size_t count)
{
    fprintf(stderr, "vmkmod: module '%s' uses '%s', which is offered by none of:", module, symbol);
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, " %s", providers[i].name);
    }
    fputs(
        "; export it there (and list it in the provider's symbols.def), or name the module that has it under "
        "DEPENDS of vmk_module()\n",
        stderr);
}

/** @return the imports, sorted; all that are missing are reported before giving up. */
static struct import *collect_imports(const struct object *object, const char *module,
                                      const struct provider *providers, size_t nproviders, size_t *count)
{
    struct import *imports = allocate(object->nsymbols * sizeof(*imports));
    size_t missing = 0;

    *count = 0;
    for (size_t i = 1; i < object->nsymbols; i++) {
        const Elf64_Sym *symbol = &object->symbols[i];
        struct import *import = &imports[*count];

        import->symbol = object->names + symbol->st_name;
        if (symbol->st_shndx != SHN_UNDEF || strcmp(import->symbol, "vmk_ModuleCurrentID") == 0) {
            continue;
        }
        if (find_import(providers, nproviders, import)) {
            (*count)++;
        } else if (ELF64_ST_BIND(symbol->st_info) != STB_WEAK) {
            report_missing(module, import->symbol, providers, nproviders);
            missing++;
        }
    }
    if (missing != 0) {
        exit(1);
    }
    qsort(imports, *count, sizeof(*imports), compare_imports);
    return imports;
}

static void write_imports(FILE *out, const struct import *imports, size_t count)
{
    fprintf(out, "    .section %s, \"\", @progbits\n", MODULE_IMPORT_SECTION);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    .asciz \"%s:%s@%u\"\n", imports[i].provider->name, imports[i].symbol,
                imports[i].version);
    }
}

/** Name the modules that something is imported from, in the order they were declared. */
static void write_dependencies(FILE *out, const struct provider *providers, size_t nproviders,
                               const struct import *imports, size_t count)
{
    const char *separator = "";

    fputs("    .asciz \"depends=", out);
    for (size_t i = 0; i < nproviders; i++) {
        int used = 0;

        for (size_t j = 0; j < count; j++) {
            used |= imports[j].provider == &providers[i];
        }
        if (used && strcmp(providers[i].name, MODULE_KERNEL_PROVIDER) != 0) {
            fprintf(out, "%s%s", separator, providers[i].name);
            separator = ",";
        }
    }
    fputs("\"\n", out);
}

/* Aliases, in the form Linux's module tools gave them. */

enum { PCI_VENDOR, PCI_DEVICE, PCI_SUBVENDOR, PCI_SUBDEVICE, PCI_CLASS, PCI_CLASS_MASK, PCI_WORDS };
#define PCI_ANY 0xffffffffu

static void write_id(FILE *out, const char *key, unsigned id)
{
    if (id == PCI_ANY) {
        fprintf(out, "%s*", key);
    } else {
        fprintf(out, "%s%08X", key, id);
    }
}

/** One byte of the class; only a byte that counts as a whole can be matched. */
static void write_class(FILE *out, const char *key, const unsigned *words, unsigned shift)
{
    if ((words[PCI_CLASS_MASK] >> shift & 0xff) == 0xff) {
        fprintf(out, "%s%02X", key, words[PCI_CLASS] >> shift & 0xff);
    } else {
        fprintf(out, "%s*", key);
    }
}

static void write_pci_alias(FILE *out, const unsigned *words)
{
    fputs("    .asciz \"alias=pci:", out);
    write_id(out, "v", words[PCI_VENDOR]);
    write_id(out, "d", words[PCI_DEVICE]);
    write_id(out, "sv", words[PCI_SUBVENDOR]);
    write_id(out, "sd", words[PCI_SUBDEVICE]);
    write_class(out, "bc", words, 16);
    write_class(out, "sc", words, 8);
    write_class(out, "i", words, 0);
    fputs("\"\n", out);
}

static void write_pci_table(FILE *out, const struct object *object, const Elf64_Sym *table,
                            size_t entry_bytes)
{
    static const unsigned end[PCI_WORDS];
    const unsigned char *bytes = symbol_bytes(object, table);

    if (entry_bytes < sizeof(end)) {
        fail("%s: entries of '%s' have %zu bytes, a PCI device ID takes at least %zu", object->path,
             object->names + table->st_name, entry_bytes, sizeof(end));
    }
    for (size_t offset = 0; offset + entry_bytes <= table->st_size; offset += entry_bytes) {
        unsigned words[PCI_WORDS];

        memcpy(words, bytes + offset, sizeof(words));
        if (memcmp(words, end, sizeof(end)) == 0) {
            return;
        }
        write_pci_alias(out, words);
    }
}

/** Take `__mod_pci__<table>_device_table` and its companion `__mod_pci__<table>_entry_bytes`, a 32-bit
 * number. */
static void write_aliases(FILE *out, const struct object *object)
{
    static const char prefix[] = "__mod_pci__", suffix[] = "_device_table";

    for (size_t i = 1; i < object->nsymbols; i++) {
        const char *name = object->names + object->symbols[i].st_name;
        const Elf64_Sym *companion;
        unsigned entry_bytes;
        char key[512];
        size_t stem;

        if (strncmp(name, prefix, sizeof(prefix) - 1) != 0 ||
            strlen(name) < sizeof(prefix) + sizeof(suffix) - 2 ||
            strcmp(name + strlen(name) - (sizeof(suffix) - 1), suffix) != 0) {
            continue;
        }
        stem = strlen(name) - (sizeof(suffix) - 1);
        snprintf(key, sizeof(key), "%.*s_entry_bytes", (int)stem, name);
        companion = find_symbol(object, key);
        if (companion == NULL || companion->st_size != sizeof(entry_bytes)) {
            fail("%s: table '%s' does not say how long an entry is; declare it by VMK_DEVICE_TABLE()",
                 object->path, name);
        }
        memcpy(&entry_bytes, symbol_bytes(object, companion), sizeof(entry_bytes));
        write_pci_table(out, object, &object->symbols[i], entry_bytes);
    }
}

/** The datum that tells a module's code which module it is in; the loader sets it. */
static void write_module_id(FILE *out)
{
    fputs("    .section .rodata.vmk_ModuleCurrentID, \"a\", @progbits\n"
          "    .balign 4\n"
          "    .globl vmk_ModuleCurrentID\n"
          "    .type vmk_ModuleCurrentID, @object\n"
          "    .size vmk_ModuleCurrentID, 4\n"
          "vmk_ModuleCurrentID:\n"
          "    .long 0\n"
          "    .section .note.GNU-stack, \"\", @progbits\n",
          out);
}

static void require(const struct object *object, const char *module)
{
    if (find_symbol(object, "init_module") == NULL) {
        fail(
            "module '%s' has no init_module(); write `int init_module(void)`, or list the source that has it",
            module);
    }
    if (strlen(module) >= VMK_MODULE_NAME_MAX) {
        fail("module name '%s' is longer than %d characters", module, VMK_MODULE_NAME_MAX - 1);
    }
}

static void describe(const char *module, const char *object_path, const char *out_path,
                     const struct provider *providers, size_t nproviders)
{
    struct object object = {0};
    struct import *imports;
    size_t nimports;
    FILE *out;

    open_object(&object, object_path);
    require(&object, module);
    imports = collect_imports(&object, module, providers, nproviders, &nimports);

    out = fopen(out_path, "w");
    if (out == NULL) {
        fail("%s: %s", out_path, strerror(errno));
    }
    fprintf(out, "# Made by vmkmod for module %s.\n    .section %s, \"\", @progbits\n", module,
            MODULE_INFO_SECTION);
    fprintf(out, "    .asciz \"name=%s\"\n    .asciz \"vmkapi=%d.%d\"\n", module, VMKAPI_REVISION_MAJOR,
            VMKAPI_REVISION_MINOR);
    write_dependencies(out, providers, nproviders, imports, nimports);
    write_aliases(out, &object);
    write_imports(out, imports, nimports);
    write_module_id(out);
    if (fclose(out) != 0) {
        fail("%s: %s", out_path, strerror(errno));
    }
    free(imports);
    free(object.bytes);
}

/** A library of Linux's says in its source what it exports: each leaves a record (vmkapi/base/export.h). */
static void list_offers(const char *object_path, const char *out_path)
{
    static const char prefix[] = "vmk_export_";
    struct object object = {0};
    FILE *out = fopen(out_path, "w");

    if (out == NULL) {
        fail("%s: cannot be written: %s", out_path, strerror(errno));
    }
    open_object(&object, object_path);
    for (size_t i = 1; i < object.nsymbols; i++) {
        const char *name = object.names + object.symbols[i].st_name;

        if (strncmp(name, prefix, sizeof(prefix) - 1) == 0) {
            fprintf(out, "LINUX_SYMBOL(%s, real, any, \"\")\n", name + sizeof(prefix) - 1);
        }
    }
    if (fclose(out) != 0) {
        fail("%s: cannot be written: %s", out_path, strerror(errno));
    }
    free(object.bytes);
}

static void seal(const char *path)
{
    struct module_seal record = {0};
    size_t len;
    unsigned char *bytes = read_file(path, &len);
    FILE *file = fopen(path, "ab");

    memcpy(record.magic, MODULE_SEAL_MAGIC, sizeof(record.magic));
    record.checksum = ~vmk_CRC32(~0u, bytes, len);
    if (file == NULL || fwrite(&record, sizeof(record), 1, file) != 1 || fclose(file) != 0) {
        fail("%s: cannot be sealed: %s", path, strerror(errno));
    }
    free(bytes);
}

static void usage(void)
{
    fputs("usage: vmkmod describe [--provider NAME=LIST.def]... NAME MODULE.o OUT.S\n"
          "       vmkmod offers MODULE.o OUT.def\n"
          "       vmkmod seal MODULE.vmk\n",
          stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    struct provider *providers = allocate((size_t)argc * sizeof(*providers));
    size_t nproviders = 0;
    int i = 2;

    if (argc == 3 && strcmp(argv[1], "seal") == 0) {
        seal(argv[2]);
        free(providers);
        return 0;
    }
    if (argc == 4 && strcmp(argv[1], "offers") == 0) {
        list_offers(argv[2], argv[3]);
        free(providers);
        return 0;
    }
    if (argc < 2 || strcmp(argv[1], "describe") != 0) {
        usage();
    }
    for (; i + 1 < argc && strcmp(argv[i], "--provider") == 0; i += 2) {
        open_provider(&providers[nproviders++], argv[i + 1]);
    }
    if (argc - i != 3) {
        usage();
    }
    describe(argv[i], argv[i + 1], argv[i + 2], providers, nproviders);
    free(providers);
    return 0;
}
