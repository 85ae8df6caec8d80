/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_life - virtual machines with kernels of a few bytes: those that say so are started at boot, each way a
 * guest can end is reported for what it is, descriptions that are no good are told, and what VMs held comes
 * back.
 */
#include "guest.h"
#include "tiny_vm.h"

#include <holdings.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** A guest: what it does, and what becomes of it. */
static const struct guest {
    const char *name;
    uint8_t code[40];
    const char *end; /**< As 'vm list' tells it. */
    const char *options;
} guests[] = {
    /* mov $0x604, %dx; mov $0x3400, %ax; out %ax, (%dx) */
    {"power-off", {0x66, 0xba, 0x04, 0x06, 0x66, 0xb8, 0x00, 0x34, 0x66, 0xef, 0xeb, 0xfe}, "power-off", ""},
    /* mov $0xcf9, %dx; mov $6, %al; out %al, (%dx) */
    {"reset", {0x66, 0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee, 0xeb, 0xfe}, "reset", "onReset = \"stop\"\n"},
    /* mov $0x2a, %al; out %al, $0xf4 */
    {"debug-exit", {0xb0, 0x2a, 0xe6, 0xf4, 0xeb, 0xfe}, "debug exit, code 42", ""},
    /* lidt (an empty one, of the zeroes behind the code); int3 */
    {"triple-fault", {0x0f, 0x01, 0x1d, 0x00, 0x08, 0x10, 0x00, 0xcc}, "triple fault", ""},
    /* mov $0x505, %dx; mov $1, %al; out %al, (%dx) */
    {"panic", {0x66, 0xba, 0x05, 0x05, 0xb0, 0x01, 0xee, 0xeb, 0xfe}, "panic", ""},
};

/* mov $0x3f8, %dx; mov $'H', %al; out; mov $'i', %al; out; jmp here */
static const uint8_t talks[40] = {0x66, 0xba, 0xf8, 0x03, 0xb0, 'H', 0xee, 0xb0, 'i', 0xee, 0xeb, 0xfe};
/* again: mov $0x3f8, %dx; mov $'x', %al; out %al, (%dx); mov $0, %al; out; mov $'@', %al; out; out; jmp again
 */
static const uint8_t babbles[40] = {0x66, 0xba, 0xf8, 0x03, 0xb0, 'x',  0xee, 0xb0,
                                    0,    0xee, 0xb0, '@',  0xee, 0xee, 0xeb, 0xf0};
/* hlt, for ever, interrupts off */
static const uint8_t halts[40] = {0xfa, 0xf4, 0xeb, 0xfd};

/* The boot archive with all guests behind it. */
static const char *make_archive(void)
{
    static struct tiny_vms vms;

    tiny_vms_init(&vms, BOOT_LOG_DIR "/vm_life");
    for (size_t i = 0; i < sizeof guests / sizeof *guests; i++) {
        tiny_vms_add(&vms, guests[i].name, guests[i].code, sizeof guests[i].code, guests[i].options);
    }
    tiny_vms_add(&vms, "talks", talks, sizeof talks, "");
    tiny_vms_add(&vms, "babbles", babbles, sizeof babbles, "");
    tiny_vms_add(&vms, "halts", halts, sizeof halts, "numvcpus = \"4\"\n");
    tiny_vms_add(&vms, "a-first", talks, sizeof talks, "autostart = \"TRUE\"\n");
    tiny_vms_describe(&vms, "b-lost",
                      "displayName = \"b-lost\"\nmemSize = \"8\"\nkernel.file = \"/vm/nowhere\"\n"
                      "autostart = \"TRUE\"\n");
    tiny_vms_add(&vms, "z-last", halts, sizeof halts, "autostart = \"TRUE\"\n");
    tiny_vms_describe(&vms, "broken", "displayName = \"broken\"\nmemSize = \"many\"\n");
    tiny_vms_describe(&vms, "greedy",
                      "displayName = \"greedy\"\nmemSize = \"100000\"\nkernel.file = \"/vm/talks\"\n");
    tiny_vms_describe(&vms, "diskless",
                      "displayName = \"diskless\"\nmemSize = \"8\"\nkernel.file = \"/vm/talks\"\n"
                      "disk0.device = \"nosuch\"\n");
    tiny_vms_describe(&vms, "lost",
                      "displayName = \"lost\"\nmemSize = \"8\"\nkernel.file = \"/vm/nosuch\"\n");
    return tiny_vms_archive(&vms);
}

static struct machine *machine;
static int cycles = 20;

static void expect_state(const char *name, const char *state, const char *end)
{
    json_t *list = boot_json(machine, "vm list"), *row = boot_row(list, "Name", name),
           *by = json_object_get(row, "StoppedBy");

    ck_assert_str_eq(json_string_value(json_object_get(row, "State")), state);
    if (end != NULL) {
        ck_assert_msg(json_is_string(by), "%s has no end", name);
        ck_assert_str_eq(json_string_value(by), end);
    } else {
        ck_assert(json_is_null(by));
    }
    json_decref(list);
}

static void expect_said(const char *line)
{
    ck_assert_msg(strstr(machine_console(machine), line) != NULL, "nothing said '%s'", line);
}

START_TEST(those_that_say_so_are_started_at_boot)
{
    static const char *const names[] = {"a-first", "b-lost", "z-last"};
    json_t *list = boot_json(machine, "vm list");

    ck_assert_uint_eq(json_array_size(list), 3);
    for (unsigned i = 0; i < 3; i++) {
        json_t *name = json_object_get(json_array_get(list, i), "Name");
        ck_assert_str_eq(json_string_value(name), names[i]);
    }
    json_decref(list);
    expect_state("a-first", "running", NULL);
    expect_state("b-lost", "created", NULL);
    expect_state("z-last", "running", NULL);
    expect_said("a-first is started, as /vm/a-first.vmx says");
    expect_said("not started: /vm/nowhere: ");
    expect_said("not started: /vm/broken.vmx:2: memSize");
    expect_said("z-last is started, as /vm/z-last.vmx says");
    boot_do(machine, "vm stop a-first");
    boot_do(machine, "vm stop z-last");
    for (unsigned i = 0; i < 3; i++) {
        boot_do(machine, "vm destroy %s", names[i]);
    }
}
END_TEST

START_TEST(each_end_is_told_for_what_it_is)
{
    const struct guest *guest = &guests[_i];

    boot_do(machine, "vm create /vm/%s.vmx", guest->name);
    expect_state(guest->name, "created", NULL);
    boot_do(machine, "vm start %s", guest->name);
    /* It may have ended already. */
    char command[256];
    snprintf(command, sizeof command, "vm wait %s", guest->name);
    (void)machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, NULL);
    expect_state(guest->name, "stopped", guest->end);
    /* It can be started again. */
    boot_do(machine, "vm start %s", guest->name);
    (void)machine_command(machine, command, BOOT_COMMAND_TIMEOUT_S, NULL);
    expect_state(guest->name, "stopped", guest->end);
    boot_do(machine, "vm destroy %s", guest->name);
}
END_TEST

START_TEST(a_command_stops_and_resets)
{
    boot_do(machine, "vm create /vm/talks.vmx");
    boot_do(machine, "vm start talks");
    expect_state("talks", "running", NULL);
    free(boot_run(machine, "vm console talks --until Hi"));
    boot_run_failing(machine, "vm start talks", "is running");
    boot_run_failing(machine, "vm destroy talks", "vm stop talks");
    boot_run_failing(machine, "vm create /vm/talks.vmx", "already");
    free(boot_run(machine, "vm reset talks"));
    free(boot_run(machine, "vm console talks --until HiHi"));
    ck_assert_int_eq(boot_stat(machine, "vm/talks/resets"), 1);
    boot_do(machine, "vm stop talks");
    expect_state("talks", "stopped", "command");
    boot_run_failing(machine, "vm stop talks", "is not running");
    boot_do(machine, "vm destroy talks");
    boot_run_failing(machine, "vm get talks", "there is no VM");
}
END_TEST

START_TEST(mistakes_are_told)
{
    boot_run_failing(machine, "vm create /vm/nosuch.vmx", "/vm/nosuch.vmx");
    boot_run_failing(machine, "vm create /vm/broken.vmx", "/vm/broken.vmx:2: memSize");
    boot_run_failing(machine, "vm create /vm/greedy.vmx", "100000 MiB");
    boot_run_failing(machine, "vm create /vm/diskless.vmx", "disk0, 'nosuch'");
    boot_do(machine, "vm create /vm/lost.vmx");
    boot_run_failing(machine, "vm start lost", "/vm/nosuch");
    expect_state("lost", "created", NULL);
    boot_do(machine, "vm destroy lost");
}
END_TEST

/* It writes faster than anybody can read, and what might end a command's output. */
START_TEST(a_guest_that_does_not_stop_writing_keeps_nobody)
{
    char *output;

    boot_do(machine, "vm create /vm/babbles.vmx");
    boot_do(machine, "vm start babbles");
    free(boot_run(machine, "vm console babbles --until x"));
    output = boot_run(machine, "vm console babbles --last");
    ck_assert_ptr_nonnull(strstr(output, "x\\x00@\\x40x\\x00@\\x40"));
    free(output);
    boot_run_failing(machine, "vm console babbles --until y --timeout 1", "has not written 'y'");
    boot_do(machine, "vm stop babbles");
    boot_do(machine, "vm destroy babbles");
}
END_TEST

/* Four vCPUs, of which three wait for start-up and one halts for ever, stop at once. */
START_TEST(what_vms_held_comes_back)
{
    guest_warm_up(machine);
    json_t *before = holdings_settle(machine);

    for (int i = 0; i < cycles; i++) {
        boot_do(machine, "vm create /vm/halts.vmx");
        boot_do(machine, "vm start halts");
        if (i % 2 == 0) {
            boot_do(machine, "vm reset halts");
        }
        boot_do(machine, "vm stop halts");
        boot_do(machine, "vm destroy halts");
    }
    holdings_expect(machine, before, "e1000");
    json_decref(before);
    boot_run_failing(machine, "system stats get vm", "vm");
}
END_TEST

static void start_machine(void)
{
    struct machine_options options = boot_options("vm_life");

    options.archive = make_archive();
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_life");
    TCase *tests = tcase_create("vm_life");

    cycles = argc > 1 ? atoi(argv[1]) : cycles;
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, those_that_say_so_are_started_at_boot);
    tcase_add_loop_test(tests, each_end_is_told_for_what_it_is, 0, sizeof guests / sizeof *guests);
    tcase_add_test(tests, a_command_stops_and_resets);
    tcase_add_test(tests, a_guest_that_does_not_stop_writing_keeps_nobody);
    tcase_add_test(tests, mistakes_are_told);
    tcase_add_test(tests, what_vms_held_comes_back);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
