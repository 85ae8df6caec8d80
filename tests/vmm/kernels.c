/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernels - a test kernel passes on QEMU's machine and in a virtual machine, and prints the same on both.
 *
 * usage: kernels NAME
 */
#include "boot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define OUTPUT_MAX      65536
#define BARE_TIMEOUT_S  120
#define STOP_PATIENCE_S 60
#define DEBUG_EXIT_OK   1 /* QEMU's exit status for a debug exit with code 0. */

static const char *name;

/** What it prints on QEMU's own machine. */
static char *run_bare(void)
{
    static const char format[] =
        "timeout %d qemu-system-x86_64 -machine q35 -accel tcg -cpu max -m 64 -nodefaults -display none"
        " -kernel %s/%s.elf -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1 -no-reboot </dev/null";
    char command[1024], *output = calloc(1, OUTPUT_MAX);
    FILE *qemu;
    int status;

    snprintf(command, sizeof command, format, BARE_TIMEOUT_S, GUEST_KERNELS, name);
    qemu = popen(command, "r");
    ck_assert_ptr_nonnull(qemu);
    ck_assert_uint_lt(fread(output, 1, OUTPUT_MAX - 1, qemu), OUTPUT_MAX - 1);
    status = pclose(qemu);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == DEBUG_EXIT_OK,
                  "on QEMU's machine: status %d\n%s", status, output);
    return output;
}

static void wait_stopped(struct machine *m)
{
    for (int i = 0; i < STOP_PATIENCE_S * 10; i++) {
        json_t *list = boot_json(m, "vm list");
        const char *state = json_string_value(json_object_get(boot_row(list, "Name", name), "State"));
        bool stopped = strcmp(state, "stopped") == 0;

        if (stopped) {
            ck_assert_str_eq(json_string_value(json_object_get(boot_row(list, "Name", name), "StoppedBy")),
                             "debug exit, code 0");
        }
        json_decref(list);
        if (stopped) {
            return;
        }
        machine_run_for(m, 100);
    }
    ck_abort_msg("%s does not stop", name);
}

/** What it prints in a VM. */
static char *run_in_vm(void)
{
    struct machine_options options = boot_options("vmm");
    char command[256], *output;
    struct machine *m;

    options.archive = VMM_ARCHIVE;
    m = boot_up(&options);
    snprintf(command, sizeof command, "vm create /vm/%s.vmx", name);
    free(boot_run(m, command));
    snprintf(command, sizeof command, "vm start %s", name);
    free(boot_run(m, command));
    snprintf(command, sizeof command, "vm console %s --until ended", name);
    free(boot_run(m, command));
    wait_stopped(m);
    snprintf(command, sizeof command, "vm console %s --last", name);
    output = boot_run(m, command);
    boot_down(m);
    return output;
}

START_TEST(the_same_on_both)
{
    char *bare = run_bare(), *in_vm = run_in_vm();

    ck_assert_ptr_nonnull(strstr(bare, "all passed\n"));
    ck_assert_str_eq(bare, in_vm);
    free(bare);
    free(in_vm);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vmm");
    TCase *tests = tcase_create("vmm");

    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return 2;
    }
    name = argv[1];
    tcase_add_test(tests, the_same_on_both);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
