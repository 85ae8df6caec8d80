/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * archive - a machine whose boot archive is cut off comes up all the same, says where the cut is, and has
 * what lay before it; one whose archive is no archive says that.
 */
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CUT_PATH BOOT_LOG_DIR "/cut.archive"

/** Write the first @p len bytes of the boot archive, or @p text in their place, to CUT_PATH. */
static void write_cut(size_t len, const char *text)
{
    FILE *in = fopen(BOOT_ARCHIVE, "rb"), *out = fopen(CUT_PATH, "wb");
    char *bytes = malloc(len);

    ck_assert(in != NULL && out != NULL && bytes != NULL);
    ck_assert_uint_eq(fread(bytes, 1, len, in), len);
    fwrite(text != NULL ? text : bytes, 1, text != NULL ? strlen(text) : len, out);
    free(bytes);
    fclose(in);
    fclose(out);
}

/** Boot from CUT_PATH and look for @p cause in the log. */
static void boot_cut(const char *cause)
{
    struct machine_options options = boot_options("archive");
    struct machine *machine;
    char *log;

    options.archive = CUT_PATH;
    machine = boot_up(&options);
    log = boot_run(machine, "system file cat /var/log/vmkernel.log");
    ck_assert_msg(strstr(log, cause) != NULL, "the log does not say '%s': %s", cause, log);
    free(log);
    free(boot_run(machine, "system file list /lib/modules"));
    boot_down(machine);
}

START_TEST(a_cut_archive_is_named)
{
    write_cut(100000, NULL);
    boot_cut("is cut off in the entry at byte");
}
END_TEST

START_TEST(what_is_no_archive_is_named)
{
    write_cut(
        1,
        "This is a text, and not at all what a boot archive looks like. It is long enough to hold a header, "
        "for which one hundred and ten bytes are needed.");
    boot_cut("has no entry at byte 0");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("archive");
    TCase *tests = tcase_create("archive");

    tcase_add_test(tests, a_cut_archive_is_named);
    tcase_add_test(tests, what_is_no_archive_is_named);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
