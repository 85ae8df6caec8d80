/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_elf.c - parsing, laying out, binding and relocating module files, whole and damaged.
 *
 * The files are modules of tests/modules, as the build made them, in the folder MODULES_DIR.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "run.h"

#include <core/elf.h>

#define TEXT_ADDRESS 0xffffffffa0000000ul

static unsigned char *read_module(const char *name, size_t *len)
{
    unsigned char *bytes = malloc(1 << 20);
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), MODULES_DIR "/%s.vmk", name);
    file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s is not there; build the test modules", path);
    *len = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

/** Everything there is to a load but running the code. */
struct loaded {
    struct elf_file file;
    struct elf_memory memory[ELF_REGIONS];
    vmk_VA *values;
};

static unsigned resolved;

static VMK_ReturnStatus resolve_all(void *context, const char *name, vmk_VA *address, struct diagnosis *why)
{
    resolved += strlen(name) != 0;
    *address = 0xffffffff80123456ul;
    return VMK_OK;
}

static VMK_ReturnStatus resolve_none(void *context, const char *name, vmk_VA *address, struct diagnosis *why)
{
    return diagnose(why, VMK_UNRESOLVED_SYMBOL, "nobody has %s", name);
}

static void allocate(struct loaded *loaded)
{
    vmk_VA address = TEXT_ADDRESS;

    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        vmk_ByteCount bytes = loaded->file.region_bytes[region];

        loaded->memory[region].bytes = aligned_alloc(4096, bytes != 0 ? bytes : 4096);
        loaded->memory[region].address = address;
        address += bytes;
    }
    loaded->values = calloc(loaded->file.nsymbols + 1, sizeof(vmk_VA));
}

static void release(struct loaded *loaded)
{
    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        free(loaded->memory[region].bytes);
    }
    free(loaded->values);
}

static vmk_StatusValue link_module(struct loaded *loaded, elf_resolver resolver, struct diagnosis *why)
{
    vmk_StatusValue status;

    elf_copy(&loaded->file, loaded->memory);
    status = elf_bind(&loaded->file, loaded->memory, loaded->values, resolver, NULL, why);
    return status == VMK_OK ? elf_relocate(&loaded->file, loaded->memory, loaded->values, why) : status;
}

START_TEST(loads_a_module)
{
    struct loaded loaded;
    struct diagnosis why = {""};
    size_t len;
    unsigned char *bytes = read_module("parameters", &len);
    vmk_ByteCount params_len;
    vmk_VA params, init;

    ck_assert_msg(elf_parse(&loaded.file, "parameters", bytes, len, &why) == VMK_OK, "%s", why.text);
    ck_assert_uint_eq(loaded.file.region_bytes[ELF_TEXT] % 4096, 0);
    ck_assert_uint_gt(loaded.file.region_bytes[ELF_TEXT], 0);
    allocate(&loaded);
    resolved = 0;
    ck_assert_msg(link_module(&loaded, resolve_all, &why) == VMK_OK, "%s", why.text);
    ck_assert_uint_ge(resolved, 1);
    init = elf_find_symbol(&loaded.file, loaded.values, "init_module", ELF_TEXT);
    ck_assert_uint_ge(init, TEXT_ADDRESS);
    ck_assert_uint_lt(init, TEXT_ADDRESS + loaded.file.region_bytes[ELF_TEXT]);
    ck_assert_uint_eq(elf_find_symbol(&loaded.file, loaded.values, "init_module", ELF_DATA), 0);
    ck_assert_uint_eq(elf_find_symbol(&loaded.file, loaded.values, "vmk_LogNamed", ELF_TEXT), 0);
    params = elf_section_address(&loaded.file, loaded.memory, ".vmk.params", &params_len);
    ck_assert_uint_ne(params, 0);
    ck_assert_uint_eq(params_len, 6 * 32);
    ck_assert_uint_eq(elf_section_address(&loaded.file, loaded.memory, ".modinfo", &params_len), 0);
    ck_assert_uint_gt(elf_contents(&loaded.file, ".modinfo").len, 0);
    ck_assert_uint_eq(elf_contents(&loaded.file, ".nothing").len, 0);
    release(&loaded);
    free(bytes);
}
END_TEST

START_TEST(relocates_records_to_their_names)
{
    struct loaded loaded;
    struct diagnosis why = {""};
    size_t len;
    unsigned char *bytes = read_module("parameters", &len);
    vmk_ByteCount params_len;
    vmk_VA params, name;

    ck_assert_int_eq(elf_parse(&loaded.file, "parameters", bytes, len, &why), VMK_OK);
    allocate(&loaded);
    ck_assert_int_eq(link_module(&loaded, resolve_all, &why), VMK_OK);
    params = elf_section_address(&loaded.file, loaded.memory, ".vmk.params", &params_len);
    memcpy(&name, loaded.memory[ELF_RODATA].bytes + (params - loaded.memory[ELF_RODATA].address),
           sizeof(name));
    ck_assert_str_eq((char *)loaded.memory[ELF_RODATA].bytes + (name - loaded.memory[ELF_RODATA].address),
                     "word");
    release(&loaded);
    free(bytes);
}
END_TEST

START_TEST(says_which_symbol_is_missing)
{
    struct loaded loaded;
    struct diagnosis why = {""};
    size_t len;
    unsigned char *bytes = read_module("missing_symbol", &len);

    ck_assert_int_eq(elf_parse(&loaded.file, "missing_symbol", bytes, len, &why), VMK_OK);
    allocate(&loaded);
    ck_assert_int_eq(link_module(&loaded, resolve_none, &why), VMK_UNRESOLVED_SYMBOL);
    ck_assert_str_eq(why.text, "nobody has vmk_FutureCall");
    release(&loaded);
    free(bytes);
}
END_TEST

START_TEST(refuses_what_is_out_of_reach)
{
    struct loaded loaded;
    struct diagnosis why = {""};
    size_t len;
    unsigned char *bytes = read_module("hello", &len);

    ck_assert_int_eq(elf_parse(&loaded.file, "hello", bytes, len, &why), VMK_OK);
    allocate(&loaded);
    loaded.memory[ELF_TEXT].address = 0x100000000000ul;
    ck_assert_int_eq(link_module(&loaded, resolve_all, &why), VMK_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(why.text, "out of reach"));
    release(&loaded);
    free(bytes);
}
END_TEST

/** The header of the section called @p name. */
static struct elf_section *section_of(unsigned char *bytes, size_t len, const char *name)
{
    struct elf_file file;
    struct diagnosis why;

    ck_assert_int_eq(elf_parse(&file, "module", bytes, len, &why), VMK_OK);
    for (unsigned i = 0; i < file.nsections; i++) {
        if (strcmp(elf_section_name(&file, i), name) == 0) {
            return (struct elf_section *)(void *)(bytes + ((const unsigned char *)&file.sections[i] - bytes));
        }
    }
    ck_abort_msg("no section %s", name);
}

START_TEST(refuses_writable_code)
{
    struct elf_file file;
    struct diagnosis why = {""};
    size_t len;
    unsigned char *bytes = read_module("hello", &len);

    section_of(bytes, len, ".text")->flags |= ELF_FLAG_WRITE;
    ck_assert_int_eq(elf_parse(&file, "hello", bytes, len, &why), VMK_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(why.text, "writable and executable"));
    free(bytes);
}
END_TEST

START_TEST(refuses_contents_behind_the_file)
{
    /* The nameless one is number 0, which stands for none. */
    static const char *const names[] = {"", ".text", ".modinfo"};

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct elf_file file;
        struct diagnosis why = {""};
        size_t len;
        unsigned char *bytes = read_module("hello", &len);
        struct elf_section *section = section_of(bytes, len, names[i]);

        section->type = 1;
        section->flags |= ELF_FLAG_ALLOC;
        section->size = len - section->offset + 1;
        ck_assert_int_eq(elf_parse(&file, "hello", bytes, len, &why), VMK_BAD_FORMAT);
        ck_assert_ptr_nonnull(strstr(why.text, "ends behind the file"));
        free(bytes);
    }
}
END_TEST

START_TEST(refuses_other_kinds_of_file)
{
    static const unsigned char script[] = "#!/bin/sh\n";
    struct elf_header header = {.magic = ELF_MAGIC, .class = 1};
    struct elf_file file;
    struct diagnosis why = {""};

    ck_assert_int_eq(elf_parse(&file, "script", script, sizeof(script), &why), VMK_BAD_FORMAT);
    ck_assert_ptr_nonnull(strstr(why.text, "script: not an ELF file"));
    ck_assert_int_eq(elf_parse(&file, "32-bit", &header, sizeof(header), &why), VMK_NOT_SUPPORTED);
    ck_assert_int_eq(elf_parse(&file, "empty", &header, 0, &why), VMK_BAD_FORMAT);
}
END_TEST

/** Take a damaged file as far as it goes. */
static vmk_StatusValue try_load(const unsigned char *bytes, size_t len, struct diagnosis *why)
{
    struct loaded loaded;
    vmk_StatusValue status = elf_parse(&loaded.file, "mutant", bytes, len, why);
    vmk_ByteCount total = 0;

    for (unsigned region = 0; region < ELF_REGIONS; region++) {
        total += loaded.file.region_bytes[region];
    }
    if (status != VMK_OK || total > 1 << 20) {
        return status;
    }
    allocate(&loaded);
    status = link_module(&loaded, resolve_all, why);
    if (status == VMK_OK) {
        elf_find_symbol(&loaded.file, loaded.values, "init_module", ELF_TEXT);
        elf_contents(&loaded.file, ".modinfo");
    }
    release(&loaded);
    return status;
}

static void mutate_module(const char *name)
{
    size_t original_len, len;
    unsigned char *original = read_module(name, &original_len);
    unsigned refused = 0;

    for (unsigned seed = 0; seed < 10000; seed++) {
        struct diagnosis why = {""};
        unsigned char *bytes = mutate(original, original_len, seed, &len);

        if (try_load(bytes, len, &why) != VMK_OK) {
            ck_assert_str_ne(why.text, "");
            ck_assert_ptr_null(strchr(why.text, '\n'));
            refused++;
        }
        free(bytes);
    }
    ck_assert_uint_gt(refused, 1000);
    free(original);
}

START_TEST(survives_10000_mutations)
{
    mutate_module("parameters");
    mutate_module("hello");
}
END_TEST

RUN_TESTS(loads_a_module, relocates_records_to_their_names, says_which_symbol_is_missing,
          refuses_what_is_out_of_reach, refuses_writable_code, refuses_contents_behind_the_file,
          refuses_other_kinds_of_file, survives_10000_mutations)
