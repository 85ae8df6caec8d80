/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_archive.c - reading boot archives, whole and damaged.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "run.h"

#include <core/archive.h>

static char archive[4096];
static size_t archive_len;

static void append(const void *bytes, size_t len)
{
    memcpy(archive + archive_len, bytes, len);
    archive_len += len;
}

static void append_padding(void)
{
    while (archive_len % 4 != 0) {
        archive[archive_len++] = '\0';
    }
}

static void append_entry(const char *path, unsigned mode, const char *contents)
{
    char header[111];

    snprintf(header, sizeof(header), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", 1, mode, 0,
             0, 1, 0, (unsigned)strlen(contents), 0, 0, 0, 0, (unsigned)strlen(path) + 1, 0);
    append(header, 110);
    append(path, strlen(path) + 1);
    append_padding();
    append(contents, strlen(contents));
    append_padding();
}

static void make_archive(void)
{
    archive_len = 0;
    append_entry("etc", 040755, "");
    append_entry("etc/motd", 0100644, "hello\n");
    append_entry("empty", 0100644, "");
    append_entry("TRAILER!!!", 0, "");
}

static struct archive_reader reader_of(const void *bytes, size_t len)
{
    return (struct archive_reader){.name = "test", .bytes = bytes, .len = len};
}

START_TEST(reads_files_and_directories)
{
    struct archive_reader reader;
    struct archive_entry entry;
    struct diagnosis why;

    make_archive();
    reader = reader_of(archive, archive_len);
    ck_assert_int_eq(archive_next(&reader, &entry, &why), VMK_OK);
    ck_assert_str_eq(entry.path, "etc");
    ck_assert(entry.is_directory);
    ck_assert_int_eq(archive_next(&reader, &entry, &why), VMK_OK);
    ck_assert_str_eq(entry.path, "etc/motd");
    ck_assert(!entry.is_directory);
    ck_assert_uint_eq(entry.len, 6);
    ck_assert_mem_eq(entry.contents, "hello\n", 6);
    ck_assert_int_eq(archive_next(&reader, &entry, &why), VMK_OK);
    ck_assert_uint_eq(entry.len, 0);
    ck_assert_int_eq(archive_next(&reader, &entry, &why), VMK_EOF);
}
END_TEST

START_TEST(reads_archives_behind_one_another)
{
    struct archive_reader reader;
    struct archive_entry entry;
    struct diagnosis why;
    unsigned count = 0;

    make_archive();
    memset(archive + archive_len, 0, 512);
    archive_len += 512;
    append_entry("second", 0100644, "2");
    append_entry("TRAILER!!!", 0, "");
    reader = reader_of(archive, archive_len);
    while (archive_next(&reader, &entry, &why) == VMK_OK) {
        count++;
    }
    ck_assert_uint_eq(count, 4);
    ck_assert_str_eq(entry.path, "TRAILER!!!");
}
END_TEST

/** Read to the end or the first refusal. */
static vmk_StatusValue read_all(const void *bytes, size_t len, struct diagnosis *why)
{
    struct archive_reader reader = reader_of(bytes, len);
    struct archive_entry entry;
    vmk_StatusValue status;
    unsigned sum = 0;

    while ((status = archive_next(&reader, &entry, why)) == VMK_OK) {
        sum += (unsigned)strlen(entry.path);
        for (size_t i = 0; i < entry.len; i++) {
            sum += ((const unsigned char *)entry.contents)[i];
        }
    }
    ck_assert_uint_ne(sum, ~0u);
    return status;
}

START_TEST(names_the_place_of_a_cut)
{
    make_archive();
    for (size_t len = 0; len + 4 < archive_len; len++) {
        char *cut = malloc(len);
        struct diagnosis why = {""};
        vmk_StatusValue status;

        memcpy(cut, archive, len);
        status = read_all(cut, len, &why);
        ck_assert_int_eq(status, VMK_BAD_FORMAT);
        ck_assert_ptr_nonnull(strstr(why.text, "archive test"));
        ck_assert_ptr_nonnull(strstr(why.text, "at byte"));
        free(cut);
    }
}
END_TEST

START_TEST(refuses_links)
{
    struct diagnosis why;

    archive_len = 0;
    append_entry("link", 0120777, "etc");
    ck_assert_int_eq(read_all(archive, archive_len, &why), VMK_NOT_SUPPORTED);
}
END_TEST

START_TEST(survives_mutations)
{
    make_archive();
    for (unsigned seed = 0; seed < 10000; seed++) {
        struct diagnosis why = {""};
        size_t len;
        unsigned char *bytes = mutate(archive, archive_len, seed, &len);
        vmk_StatusValue status = read_all(bytes, len, &why);

        ck_assert(status == VMK_EOF || why.text[0] != '\0');
        free(bytes);
    }
}
END_TEST

RUN_TESTS(reads_files_and_directories, reads_archives_behind_one_another, names_the_place_of_a_cut,
          refuses_links, survives_mutations)
