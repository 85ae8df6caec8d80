/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_ends - what becomes of a VM whose Linux comes to grief, each told for what it is: a panic of a system
 * that runs, by Linux's pvpanic driver; a panic before that driver is loaded; a triple fault.
 */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER BOOT_LOG_DIR "/vm_ends"

/** A VM, and what it is told and ends by. */
static const struct guest {
    const char *name;
    const char *disk;
    const char *options; /**< Of its kernel. */
    const char *typed;   /**< Into its shell; NULL: it has none. */
    const char *written; /**< On its console, when it ends. */
    const char *end;
} guests[] = {
    {"panics", GUEST_DISK ":1", "", "echo c >/proc/sysrq-trigger", "sysrq triggered crash", "panic"},
    /* As its user sees it: Linux with panic=-1 says why, and resets the machine. */
    {"rootless", GUEST_DISK ":2", "rdinit=/nosuch root=/dev/nosuch", NULL, "Unable to mount root fs",
     "reset"},
    {"faults", GUEST_DISK ":3", "reboot=t", "reboot -f", "reboot: machine restart", "triple fault"},
};
#define GUESTS (sizeof guests / sizeof *guests)

static struct machine *machine;

static const char *make_archive(void)
{
    guest_make_folder(FOLDER);
    for (unsigned i = 0; i < GUESTS; i++) {
        guest_describe(FOLDER, &(struct guest_description){.name = guests[i].name,
                                                           .memory_mib = 96,
                                                           .disk = guests[i].disk,
                                                           .options = guests[i].options,
                                                           .more = "onReset = \"stop\""});
    }
    return guest_make_archive(FOLDER);
}

START_TEST(each_is_told_for_what_it_is)
{
    for (unsigned i = 0; i < GUESTS; i++) {
        boot_do(machine, "vm create /vm/%s.vmx", guests[i].name);
        boot_do(machine, "vm start %s", guests[i].name);
    }
    for (unsigned i = 0; i < GUESTS; i++) {
        const struct guest *guest = &guests[i];
        char said[128];

        if (guest->typed != NULL) {
            guest_wait(machine, guest->name, "guest: ready, boot 1", GUEST_BOOT_S);
            guest_type(machine, guest->name, guest->typed);
        }
        guest_wait(machine, guest->name, guest->written, GUEST_BOOT_S);
        guest_expect_end(machine, guest->name, guest->end);
        snprintf(said, sizeof said, "%s has stopped: %s", guest->name, guest->end);
        ck_assert_msg(machine_wait_console(machine, said, BOOT_COMMAND_TIMEOUT_S), "the log has no '%s'",
                      said);
        boot_do(machine, "vm destroy %s", guest->name);
    }
}
END_TEST

static void start_machine(void)
{
    struct machine_options options = boot_options("vm_ends");

    options.archive = make_archive();
    options.memory = "1G";
    options.disks[0] =
        (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = guest_make_disk(FOLDER, GUESTS)};
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

int main(void)
{
    Suite *suite = suite_create("vm_ends");
    TCase *tests = tcase_create("vm_ends");

    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, each_is_told_for_what_it_is);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
