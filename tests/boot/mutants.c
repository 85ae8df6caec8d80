/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mutants [COUNT] - damaged module files in a machine: each is refused in one line that names it, or is sound
 * and loads and unloads; all of them together leave nothing behind, and the whole module loads then.
 *
 * Half are damaged anywhere, which their checksum tells. The other half have a new checksum, so that the
 * loader comes to read them: there the damage is to what it reads of a module, not to what would run.
 */
#include "boot.h"
#include "holdings.h"

#include "../unit/support/mutate.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH        500 /* Of one boot. */
#define SEAL_LEN     16
#define CHECKSUM_AT  12 /* In the seal. */
#define NAME_MAX     64
#define ARCHIVE_PATH BOOT_LOG_DIR "/mutants.archive"

static const char *const modules[] = {"hello", "parameters"};
static int mutants = BATCH;

struct file {
    unsigned char bytes[1 << 16];
    size_t len;
};

/* --- damage --- */

static void read_module(const char *name, struct file *file)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.vmk", BOOT_MODULES_DIR, name);
    FILE *in = fopen(path, "rb");
    ck_assert_msg(in != NULL, "%s is not there", path);
    file->len = fread(file->bytes, 1, sizeof file->bytes, in);
    fclose(in);
}

/* CRC-32 as zip has it. */
static unsigned checksum(const unsigned char *bytes, size_t len)
{
    unsigned crc = ~0u;
    for (size_t i = 0; i < len; i++) {
        crc ^= bytes[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
    }
    return ~crc;
}

/* Sections that only the loader reads. */
static bool is_read(const char *name)
{
    static const char *const sections[] = {".modinfo", ".vmk.imports", ".strtab", ".shstrtab"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        if (strcmp(name, sections[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Damage one of these sections, and seal the file again. */
static void damage_inside(struct file *file, unsigned seed)
{
    Elf64_Ehdr header;
    Elf64_Shdr sections[64], chosen[64];
    unsigned count = 0;
    memcpy(&header, file->bytes, sizeof header);
    ck_assert_uint_le(header.e_shnum, 64);
    memcpy(sections, file->bytes + header.e_shoff, header.e_shnum * sizeof *sections);
    for (unsigned i = 0; i < header.e_shnum; i++) {
        const unsigned char *names = file->bytes + sections[header.e_shstrndx].sh_offset;
        if (is_read((const char *)names + sections[i].sh_name)) {
            chosen[count++] = sections[i];
        }
    }
    ck_assert_uint_eq(count, 4);
    const Elf64_Shdr *section = &chosen[seed % count];
    size_t len;
    unsigned char *bytes = mutate(file->bytes + section->sh_offset, section->sh_size, seed, &len);
    memcpy(file->bytes + section->sh_offset, bytes, len);
    free(bytes);
    unsigned sum = checksum(file->bytes, file->len - SEAL_LEN);
    memcpy(file->bytes + file->len - SEAL_LEN + CHECKSUM_AT, &sum, sizeof sum);
}

static void damage_anywhere(struct file *file, unsigned seed)
{
    unsigned char *bytes = mutate(file->bytes, file->len, seed, &file->len);
    memcpy(file->bytes, bytes, file->len);
    free(bytes);
}

static void make_mutant(struct file *file, unsigned seed)
{
    read_module(modules[seed / 2 % 2], file);
    if (seed % 2 == 0) {
        damage_anywhere(file, seed);
    } else {
        damage_inside(file, seed);
    }
}

/* --- the boot archive with them --- */

static void write_entry(FILE *out, const char *path, const struct file *file)
{
    static const char zeros[4];
    size_t name_len = strlen(path) + 1;
    fprintf(out, "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 0, 0100644, 0, 0, 1, 0,
            file->len, 0, 0, 0, 0, name_len, 0);
    fwrite(path, 1, name_len, out);
    fwrite(zeros, 1, -(110 + name_len) & 3, out);
    fwrite(file->bytes, 1, file->len, out);
    fwrite(zeros, 1, -file->len & 3, out);
}

static void path_of(char path[NAME_MAX], unsigned seed)
{
    snprintf(path, NAME_MAX, "mutants/%u.vmk", seed);
}

static void write_archive(unsigned first, unsigned count)
{
    static char buffer[1 << 16];
    static struct file file;
    FILE *in = fopen(BOOT_TEST_ARCHIVE, "rb"), *out = fopen(ARCHIVE_PATH, "wb");
    size_t len;
    ck_assert(in != NULL && out != NULL);
    while ((len = fread(buffer, 1, sizeof buffer, in)) > 0) {
        fwrite(buffer, 1, len, out);
    }
    fclose(in);
    for (unsigned seed = first; seed < first + count; seed++) {
        char path[NAME_MAX];
        path_of(path, seed);
        make_mutant(&file, seed);
        write_entry(out, path, &file);
    }
    file.len = 0;
    write_entry(out, "TRAILER!!!", &file);
    ck_assert_int_eq(fclose(out), 0);
}

/* --- loading --- */

static struct machine *machine;

/* A mutant has loaded; unload it, whatever it calls itself. */
static void unload_mutant(const json_t *before)
{
    json_t *list = boot_json(machine, "system module list"), *row;
    size_t i;
    json_array_foreach(list, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "Name"));
        char command[256];
        if (json_is_true(json_object_get(row, "IsLoaded")) && json_object_get(before, name) == NULL) {
            snprintf(command, sizeof command, "system module unload %s", name);
            free(boot_run(machine, command));
        }
    }
    json_decref(list);
}

/* Names of the modules that are loaded. */
static json_t *loaded_modules(void)
{
    json_t *list = boot_json(machine, "system module list"), *names = json_object(), *row;
    size_t i;
    json_array_foreach(list, i, row)
    {
        if (json_is_true(json_object_get(row, "IsLoaded"))) {
            json_object_set_new(names, json_string_value(json_object_get(row, "Name")), json_true());
        }
    }
    json_decref(list);
    return names;
}

/* @return whether it was refused, in one printable line. */
static bool load_mutant(unsigned seed)
{
    char path[NAME_MAX], command[128], *output = NULL;
    path_of(path, seed);
    snprintf(command, sizeof command, "system module load /%s", path);
    int status = machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, &output);
    ck_assert_msg(status >= 0, "mutant %u: %s", seed, machine_error(machine));
    if (status > 0) {
        size_t len = strlen(output);
        ck_assert_msg(strncmp(output, "error: ", 7) == 0 && strcspn(output, "\n") == len - 1,
                      "mutant %u is not refused in a line: %s", seed, output);
        ck_assert_msg(strstr(output, path) != NULL || strstr(output, modules[seed / 2 % 2]) != NULL,
                      "mutant %u is not named: %s", seed, output);
    }
    free(output);
    return status > 0;
}

START_TEST(test_mutants)
{
    unsigned first = (unsigned)_i * BATCH, refused = 0;
    write_archive(first, BATCH);
    struct machine_options options = boot_options("mutants");
    options.archive = ARCHIVE_PATH;
    machine = boot_up(&options);
    json_t *loaded = loaded_modules(), *before = holdings_take(machine);
    for (unsigned seed = first; seed < first + BATCH; seed++) {
        if (load_mutant(seed)) {
            refused++;
        } else {
            unload_mutant(loaded);
        }
    }
    ck_assert_uint_gt(refused, BATCH / 2);
    holdings_expect(machine, before, "e1000");
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        char command[128];
        snprintf(command, sizeof command, "system module load %s", modules[i]);
        free(boot_run(machine, command));
    }
    boot_down(machine);
    json_decref(before);
    json_decref(loaded);
    printf("%u of %u refused\n", refused, BATCH);
}
END_TEST

int main(int argc, char **argv)
{
    mutants = argc == 2 ? atoi(argv[1]) : mutants;
    Suite *suite = suite_create("mutants");
    TCase *tcase = tcase_create("mutants");
    tcase_add_loop_test(tcase, test_mutants, 0, mutants / BATCH);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
