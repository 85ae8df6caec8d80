/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * archive - a machine whose boot archive is cut off, wherever that is, comes up all the same, says where the
 * cut is, and has what lay before it; one whose archive is no archive says that.
 */
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT_PATH    BOOT_LOG_DIR "/cut.archive"
#define HEADER_LEN  110 /* Of a "newc" entry; numbers in it are 8 hexadecimal digits each. */
#define LENGTH_AT   54
#define NAME_LEN_AT 94
#define CUTS        11

/* --- the archive's entries --- */

struct entry {
    size_t at, name, contents, end; /* Offsets. */
    char path[64];
};

static char *archive;
static size_t archive_len;

static void read_archive(void)
{
    FILE *file = fopen(BOOT_ARCHIVE, "rb");
    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    archive_len = (size_t)ftell(file);
    rewind(file);
    archive = malloc(archive_len);
    ck_assert_uint_eq(fread(archive, 1, archive_len, file), archive_len);
    fclose(file);
}

static void free_archive(void)
{
    free(archive);
}

static size_t number(size_t at)
{
    char digits[9] = {0};
    memcpy(digits, archive + at, 8);
    return strtoul(digits, NULL, 16);
}

static struct entry entry_at(size_t at)
{
    struct entry entry = {.at = at, .name = at + HEADER_LEN};
    ck_assert_mem_eq(archive + at, "070701", 6);
    entry.contents = (entry.name + number(at + NAME_LEN_AT) + 3) & ~3ul;
    entry.end = entry.contents + number(at + LENGTH_AT);
    snprintf(entry.path, sizeof entry.path, "%s", archive + entry.name);
    return entry;
}

static struct entry next_entry(const struct entry *entry)
{
    return entry_at((entry->end + 3) & ~3ul);
}

/* The last entry with contents, and the trailer behind it. */
static void find_ends(struct entry *last, struct entry *trailer)
{
    struct entry entry = entry_at(0);
    while (strcmp(entry.path, "TRAILER!!!") != 0) {
        *last = entry.end > entry.contents ? entry : *last;
        entry = next_entry(&entry);
    }
    *trailer = entry;
}

/* How many modules lie whole before @len. */
static size_t count_modules(size_t len)
{
    static const char folder[] = "lib/modules/";
    size_t count = 0;
    for (struct entry entry = entry_at(0); strcmp(entry.path, "TRAILER!!!") != 0;
         entry = next_entry(&entry)) {
        count += entry.end <= len && strncmp(entry.path, folder, sizeof folder - 1) == 0;
    }
    return count;
}

/* --- booting --- */

static void write_file(const char *bytes, size_t len)
{
    FILE *out = fopen(CUT_PATH, "wb");
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
    fclose(out);
}

/* Boot from CUT_PATH and look for @cause in the log. @return how many modules there are. */
static size_t boot_cut(const char *cause)
{
    struct machine_options options = boot_options("archive");
    options.archive = CUT_PATH;
    struct machine *machine = boot_up(&options);
    char *log = boot_run(machine, "system file cat /var/log/vmkernel.log");
    ck_assert_msg(strstr(log, cause) != NULL, "the log does not say '%s': %s", cause, log);
    free(log);
    char *output = NULL;
    size_t count = 0;
    /* Without modules there is no folder for them. */
    if (machine_command(machine, "system file list /lib/modules --formatter=json", BOOT_COMMAND_TIMEOUT_S,
                        &output) == 0) {
        json_t *list = json_loads(output, 0, NULL);
        count = json_array_size(list);
        json_decref(list);
    }
    free(output);
    boot_down(machine);
    return count;
}

/* Cut at @len, which lies in the entry that begins at byte @entry. */
static void check_cut(size_t len, size_t entry)
{
    char cause[128];
    snprintf(cause, sizeof cause, "is cut off in the entry at byte %zu of %zu", entry, len);
    write_file(archive, len);
    ck_assert_uint_eq(boot_cut(cause), count_modules(len));
}

START_TEST(a_cut_is_named_wherever_it_is)
{
    struct entry last = {0}, trailer;
    find_ends(&last, &trailer);
    ck_assert_uint_gt(last.at, 0);
    const struct {
        size_t len, entry;
    } cuts[] = {
        {1, 0},                                    /* in the first header */
        {last.at, last.at},                        /* between two entries */
        {last.at + HEADER_LEN / 2, last.at},       /* in a header */
        {last.name, last.at},                      /* behind it */
        {last.name + 5, last.at},                  /* in a name */
        {last.contents, last.at},                  /* before contents */
        {(last.contents + last.end) / 2, last.at}, /* in them */
        {last.end - 1, last.at},                   /* before their last byte */
        {last.end, last.end},                      /* behind it */
        {trailer.at, trailer.at},                  /* before the trailer */
        {trailer.name + 5, trailer.at},            /* in it */
    };
    ck_assert_uint_eq(sizeof cuts / sizeof *cuts, CUTS);
    check_cut(cuts[_i].len, cuts[_i].entry);
}
END_TEST

START_TEST(what_is_no_archive_is_named)
{
    static const char text[] =
        "This is a text, and not at all what a boot archive looks like. It is long enough to hold a header, "
        "for which one hundred and ten bytes are needed.";
    write_file(text, sizeof text - 1);
    ck_assert_uint_eq(boot_cut("has no entry at byte 0"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("archive");
    TCase *tests = tcase_create("archive");

    tcase_add_unchecked_fixture(tests, read_archive, free_archive);
    tcase_add_loop_test(tests, a_cut_is_named_wherever_it_is, 0, CUTS);
    tcase_add_test(tests, what_is_no_archive_is_named);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
