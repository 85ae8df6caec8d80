/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_guests - Debian's Linux in several virtual machines at once, on two processors: each has a partition and
 * an address of its own, reaches the host and its neighbour, keeps what it writes and switches itself off;
 * nothing of them is left. No two write to one disk.
 *
 *   vm_guests [GUESTS]
 */
#include "guest.h"

#include <holdings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER     BOOT_LOG_DIR "/vm_guests"
#define GUESTS_MAX 4
#define MEMORY_MIB 96

static unsigned guests = GUESTS_MAX;
static struct machine *machine;

static const char *name_of(unsigned n)
{
    static const char *const names[GUESTS_MAX] = {"debian0", "debian1", "debian2", "debian3"};

    return names[n];
}

/* As little memory as Debian's kernel boots with. */
static void describe(const char *name, const char *disk, const char *more)
{
    guest_describe(FOLDER, &(struct guest_description){
                               .name = name, .memory_mib = MEMORY_MIB, .disk = disk, .more = more});
}

static const char *make_archive(void)
{
    char disk[128];

    guest_make_folder(FOLDER);
    for (unsigned i = 0; i < guests; i++) {
        snprintf(disk, sizeof disk, GUEST_DISK ":%u", i + 1);
        describe(name_of(i), disk, NULL);
    }
    describe("same", GUEST_DISK ":1", NULL);
    describe("whole", GUEST_DISK, NULL);
    describe("reader", GUEST_DISK ":1", "disk0.readOnly = \"TRUE\"");
    return guest_make_archive(FOLDER);
}

/* The address that DHCP has given it: "guest: 10.0.2.16/24" on its console. */
static void address_of(const char *name, char address[32])
{
    char command[128];

    snprintf(command, sizeof command, "vm console %s --last", name);
    char *output = boot_run(machine, command), *found = strstr(output, "guest: 10.");
    ck_assert_msg(found != NULL, "%s has no address: %s", name, output);
    ck_assert_int_eq(sscanf(found, "guest: %31[0-9.]/", address), 1);
    free(output);
}

START_TEST(no_two_write_to_one_disk)
{
    static const char said[] = "another VM or command writes to it";

    boot_do(machine, "vm create /vm/%s.vmx", name_of(0));
    boot_run_failing(machine, "vm create /vm/same.vmx", said);
    boot_run_failing(machine, "vm create /vm/whole.vmx", said);
    boot_do(machine, "vm create /vm/reader.vmx");
    boot_do(machine, "vm destroy reader");
    boot_do(machine, "vm destroy %s", name_of(0));
    /* Whoever has the whole disk has each part of it. */
    boot_do(machine, "vm create /vm/whole.vmx");
    boot_run_failing(machine, "vm create /vm/debian0.vmx", said);
    boot_do(machine, "vm destroy whole");
}
END_TEST

START_TEST(all_boot_work_and_end)
{
    guest_warm_up(machine);
    json_t *before = holdings_settle(machine);
    char addresses[GUESTS_MAX][32], line[256];

    for (unsigned i = 0; i < guests; i++) {
        boot_do(machine, "vm create /vm/%s.vmx", name_of(i));
    }
    for (unsigned i = 0; i < guests; i++) {
        boot_do(machine, "vm start %s", name_of(i));
    }
    for (unsigned i = 0; i < guests; i++) {
        guest_wait(machine, name_of(i), "guest: ready, boot 1", GUEST_BOOT_S);
        address_of(name_of(i), addresses[i]);
        for (unsigned j = 0; j < i; j++) {
            ck_assert_str_ne(addresses[i], addresses[j]);
        }
    }
    /* All at once: what each does takes as long as the others' doing. */
    for (unsigned i = 0; i < guests; i++) {
        guest_type(machine, name_of(i),
                   "dd if=/dev/urandom of=/file bs=64k count=64 && md5sum /file >/sum && sync && "
                   "echo 3 >/proc/sys/vm/drop_caches && echo written''-");
    }
    for (unsigned i = 0; i < guests; i++) {
        const char *neighbour = addresses[(i + 1) % guests];

        guest_wait(machine, name_of(i), "written-", GUEST_SHELL_S);
        snprintf(line, sizeof line, "md5sum -c /sum && ping -c 2 10.0.2.2 && ping -c 2 %s", neighbour);
        guest_run(machine, name_of(i), line);
    }
    for (unsigned i = 0; i < guests; i++) {
        guest_type(machine, name_of(i), "poweroff -f");
        guest_expect_end(machine, name_of(i), "power-off");
    }
    for (unsigned i = 0; i < guests; i++) {
        boot_do(machine, "vm destroy %s", name_of(i));
    }
    boot_run_failing(machine, "system stats get vm", "vm");
    holdings_expect(machine, before, "e1000");
    json_decref(before);
}
END_TEST

static void start_machine(void)
{
    struct machine_options options = boot_options("vm_guests");

    options.archive = make_archive();
    options.memory = "1G";
    options.smp = guest_machine_cpus(2);
    options.disks[0] =
        (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = guest_make_disk(FOLDER, guests)};
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_guests");
    TCase *tests = tcase_create("vm_guests");

    guests = argc > 1 ? (unsigned)atoi(argv[1]) : guests;
    if (guests < 2 || guests > GUESTS_MAX) {
        fprintf(stderr, "vm_guests [GUESTS], from 2 to %u\n", GUESTS_MAX);
        return 2;
    }
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, no_two_write_to_one_disk);
    tcase_add_test(tests, all_boot_work_and_end);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
