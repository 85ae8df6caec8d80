/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_load [LOADS RESETS] - a disk kept busy (tests/modules/disk_load.c) while its adapter is reset, and
 * while its drivers are unloaded and loaded: every operation ends once, what was written is read, a reset
 * costs no operation, and each time the drivers are gone all modules hold what they held without them.
 */
#include "disks.h"
#include "holdings.h"

#include <stdlib.h>
#include <string.h>

#define MIB        (1ull << 20)
#define PATIENCE_S 120
#define PROGRESS   64 /* Operations after each disturbance. */

static int loads = 3, resets = 10;

static const struct stack {
    enum machine_disk_kind kind;
    const char *driver;
    const char *unload[3], *load; /* modules, in order */
} stacks[] = {
    {MACHINE_DISK_AHCI, "ahci", {"ahci", "libahci", "libata"}, "ahci"},
    {MACHINE_DISK_NVME, "nvme", {"nvme", "nvme-core"}, "nvme"},
};

static struct machine *machine;

static void start_machine(const struct stack *stack)
{
    static char name[64];
    snprintf(name, sizeof name, "storage_load.%s", stack->driver);
    struct machine_options options = boot_options(name);
    options.archive = BOOT_TEST_ARCHIVE;
    options.nic = "none";
    options.disks[0] = (struct machine_disk){.kind = stack->kind, .file = disks_image(name, 64 * MIB)};
    machine = boot_up(&options);
    disks_wait(machine, 1);
}

static long long load_stat(const char *counter)
{
    char path[64];
    snprintf(path, sizeof path, "test/disk_load/%s", counter);
    return boot_stat(machine, path);
}

static void wait_for(const char *counter, long long count)
{
    for (int i = 0; load_stat(counter) < count; i++) {
        ck_assert_msg(i < PATIENCE_S * 10, "%s does not go on at %lld", counter, load_stat(counter));
        machine_run_for(machine, 100);
    }
}

static void start_load(const char *disk)
{
    char command[128];
    snprintf(command, sizeof command, "system module load disk_load --parameters 'disk=%s'", disk);
    free(boot_run(machine, command));
    wait_for("read", PROGRESS);
}

static void assert_nothing_wrong(void)
{
    ck_assert_int_eq(load_stat("wrong"), 0);
    ck_assert_int_eq(load_stat("twice"), 0);
    ck_assert_int_eq(load_stat("failed"), 0);
}

START_TEST(test_resets)
{
    const struct stack *stack = &stacks[_i];
    char command[128];
    start_machine(stack);
    const char *disk = disks_path(machine, stack->driver, 0, 0);
    snprintf(command, sizeof command, "storage core adapter reset -A %s",
             disks_adapter(machine, stack->driver, 0));
    free(boot_run(machine, command));          /* What a first reset makes for good is no leak. */
    json_t *before = holdings_settle(machine); /* What looks for disks after it gives back what that takes. */
    start_load(disk);
    for (int i = 0; i < resets; i++) {
        free(boot_run(machine, command));
        wait_for("read", load_stat("read") + PROGRESS);
    }
    assert_nothing_wrong();
    ck_assert_int_eq(load_stat("lost"), 0);
    ck_assert_int_eq(load_stat("opened"), 1);
    free(boot_run(machine, "system module unload disk_load"));
    ck_assert_int_eq(disks_stat(machine, disk, "CommandsInFlight"), 0);
    holdings_expect(machine, before, NULL);
    json_decref(before);
    boot_down(machine);
}
END_TEST

static void unload_stack(const struct stack *stack)
{
    char command[128];
    for (unsigned i = 0; i < sizeof stack->unload / sizeof *stack->unload && stack->unload[i] != NULL; i++) {
        snprintf(command, sizeof command, "system module unload %s", stack->unload[i]);
        free(boot_run(machine, command));
    }
}

START_TEST(test_unloads_and_loads)
{
    const struct stack *stack = &stacks[_i];
    char command[128];
    start_machine(stack);
    start_load(disks_path(machine, stack->driver, 0, 0));
    json_t *without = NULL;
    for (int i = 0; i < loads; i++) {
        unload_stack(stack);
        disks_wait(machine, 0);
        if (without == NULL) {
            without = holdings_take(machine);
            ck_assert(holdings_lack(without, stack->load));
        }
        holdings_expect(machine, without, NULL);
        long long opened = load_stat("opened");
        snprintf(command, sizeof command, "system module load %s", stack->load);
        free(boot_run(machine, command));
        wait_for("opened", opened + 1);
        wait_for("read", load_stat("read") + PROGRESS);
    }
    assert_nothing_wrong();
    ck_assert_int_gt(load_stat("lost"), 0);
    json_decref(without);
    free(boot_run(machine, "system module unload disk_load"));
    boot_down(machine);
}
END_TEST

int main(int argc, char **argv)
{
    if (argc == 3) {
        loads = atoi(argv[1]);
        resets = atoi(argv[2]);
    }
    Suite *suite = suite_create("storage_load");
    TCase *tcase = tcase_create("storage_load");
    tcase_add_loop_test(tcase, test_resets, 0, sizeof stacks / sizeof *stacks);
    tcase_add_loop_test(tcase, test_unloads_and_loads, 0, sizeof stacks / sizeof *stacks);
    suite_add_tcase(suite, tcase);
    return boot_main(suite);
}
