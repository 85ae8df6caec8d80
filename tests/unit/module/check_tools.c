/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_tools.c - the host tools behind a module's build: vmkmod and mkarchive.
 *
 * WORK_DIR holds what the build of tests/modules left: <name>.o before, <name>.S after `vmkmod describe`.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "run.h"

/** Run a command. @return its exit status; what it wrote, both streams, is in @p output. */
static int run(const char *command, char output[4096])
{
    FILE *pipe = popen(command, "r");
    size_t len;

    ck_assert_ptr_nonnull(pipe);
    len = fread(output, 1, 4095, pipe);
    output[len] = '\0';
    return WEXITSTATUS(pclose(pipe));
}

START_TEST(nobodys_symbol_fails_the_build)
{
    char output[4096];

    ck_assert_int_eq(run(VMKMOD " describe --provider other=" FUTURE_DEF " depends " WORK_DIR
                                "/depends.o /dev/null 2>&1",
                         output),
                     1);
    ck_assert_ptr_nonnull(
        strstr(output, "module 'depends' uses 'hello_greet', which is offered by none of: other;"));
    ck_assert_ptr_nonnull(strstr(output, "DEPENDS"));
}
END_TEST

START_TEST(imports_name_provider_and_version)
{
    char output[4096];

    ck_assert_int_eq(run("cat " WORK_DIR "/wrong_version.S " WORK_DIR "/depends.S", output), 0);
    ck_assert_ptr_nonnull(strstr(output, "\"vmkapi:vmk_ModuleRegister@99\""));
    ck_assert_ptr_nonnull(strstr(output, "\"hello:hello_greet@1\""));
    ck_assert_ptr_nonnull(strstr(output, "\"depends=hello\""));
}
END_TEST

START_TEST(device_tables_become_aliases)
{
    char output[4096];

    ck_assert_int_eq(run("grep alias " WORK_DIR "/testdev.S", output), 0);
    ck_assert_str_eq(output, "    .asciz \"alias=pci:v00001B36d00000005sv*sd*bc*sc*i*\"\n");
}
END_TEST

START_TEST(archives_are_reproducible_and_sorted)
{
    char output[4096];
    int status = run("cd " WORK_DIR " && " MKARCHIVE " one.tmp b/f=depends.S a=hello.S c/ && " MKARCHIVE
                     " two.tmp c/ a=hello.S b/f=depends.S && cmp one.tmp two.tmp && rm one.tmp two.tmp 2>&1",
                     output);

    ck_assert_msg(status == 0, "%s", output);
}
END_TEST

START_TEST(archives_refuse_nonsense)
{
    char output[4096];

    ck_assert_int_eq(run(MKARCHIVE " /dev/null a=/nowhere 2>&1", output), 1);
    ck_assert_ptr_nonnull(strstr(output, "/nowhere"));
    ck_assert_int_eq(run(MKARCHIVE " /dev/null a 2>&1", output), 1);
    ck_assert_ptr_nonnull(strstr(output, "neither PATH=FILE nor PATH/"));
    ck_assert_int_eq(run(MKARCHIVE " /dev/null a=/dev/null a=/dev/null 2>&1", output), 1);
    ck_assert_ptr_nonnull(strstr(output, "given twice"));
}
END_TEST

RUN_TESTS(nobodys_symbol_fails_the_build, imports_name_provider_and_version, device_tables_become_aliases,
          archives_are_reproducible_and_sorted, archives_refuse_nonsense)
