/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_none - a machine whose processor cannot run VMs, as Intel's are for now: the kernel works, and whoever
 * asks for a VM is told in one line what is missing.
 */
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER BOOT_LOG_DIR "/vm_none"

static struct machine *machine;

START_TEST(what_is_missing_is_told)
{
    char *list = boot_run(machine, "vm list");

    ck_assert_msg(strstr(list, "guest") == NULL, "%s", list);
    free(list);
    boot_run_failing(machine, "vm create /vm/guest.vmx",
                     "this machine runs no VMs: the processor has no SVM");
    boot_run_failing(machine, "vm start guest", "guest");
}
END_TEST

/* The boot archive with a description behind it, whose kernel nobody gets as far as to look for. */
static const char *make_archive(void)
{
    FILE *description;

    ck_assert_int_eq(system("mkdir -p " FOLDER), 0);
    description = fopen(FOLDER "/guest.vmx", "w");
    ck_assert_ptr_nonnull(description);
    fputs("displayName = \"guest\"\nmemSize = \"16\"\nkernel.file = \"/vm/kernel\"\n", description);
    ck_assert_int_eq(fclose(description), 0);
    ck_assert_int_eq(system(MKARCHIVE " " FOLDER "/guest vm/guest.vmx=" FOLDER
                                      "/guest.vmx && cat " BOOT_ARCHIVE " " FOLDER "/guest >" FOLDER
                                      "/archive"),
                     0);
    return FOLDER "/archive";
}

static void start_machine(void)
{
    struct machine_options options = boot_options("vm_none");

    options.cpu = "max,-svm";
    options.archive = make_archive();
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

int main(void)
{
    Suite *suite = suite_create("vm_none");
    TCase *tests = tcase_create("vm_none");

    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, what_is_missing_is_told);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
