/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_kill - Debian's Linux in a VM is stopped or reset at any moment: at its n-th exit, from the first
 * instruction on, while it boots, and while its disk and NIC are at work; or after any time. Each time what
 * it held is back, and the host still serves its status page.
 *
 *   vm_kill [CYCLES [SEED]]   the same moments and ends again by the same seed, which is printed
 */
#include "fetch.h"
#include "guest.h"

#include <holdings.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FOLDER       BOOT_LOG_DIR "/vm_kill"
#define VMS          2
#define RESETS       3     /* Before a VM that is reset is stopped, at most. */
#define BOOT_EXITS   60000 /* About as many as Debian takes to its shell, and as many ms. */
#define BOOT_MS      15000
#define WORK_EXITS   20000
#define STEP_MS      20
#define FETCH_S      30
#define RESET_WAIT_S 600

/** When, and what. */
struct kill {
    const char *vm;
    enum { AT_EXIT_OF_BOOT, AT_EXIT_AT_WORK, AFTER_TIME } moment;
    unsigned n;      /**< Exits, or ms. */
    unsigned resets; /**< So many, one after n exits or ms each; then it is stopped. 0: it is stopped. */
};

static const char *const vms[VMS] = {"alone", "pair"};
static const char *const moments[] = {"exits from its start", "exits at work", "ms from its start"};
static struct machine *machine;
static unsigned port, cycles = 10;
static uint64_t seed;
static json_t *before;

/* SplitMix64. */
static uint64_t draw(void)
{
    static uint64_t state;
    uint64_t z = (seed * 0x5851f42d4c957f2d) + (state += 0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static unsigned draw_below(unsigned n)
{
    return (unsigned)(draw() % n);
}

/* From 1 to @p max, as often below 10 as from 10 to 100: the beginnings are where most is different. */
static unsigned draw_magnitude(unsigned max)
{
    return (unsigned)exp(draw_below(1000000) / 1e6 * log(max)) % max + 1;
}

static struct kill draw_kill(void)
{
    static const struct kill kinds[] = {
        {.moment = AT_EXIT_OF_BOOT}, {.moment = AT_EXIT_OF_BOOT}, {.moment = AT_EXIT_OF_BOOT},
        {.moment = AT_EXIT_AT_WORK}, {.moment = AFTER_TIME},
    };
    struct kill kill = kinds[draw_below(sizeof kinds / sizeof *kinds)];

    kill.vm = vms[draw_below(VMS)];
    kill.resets = draw_below(2) == 0 ? 0 : 1 + draw_below(RESETS);
    switch (kill.moment) {
    case AT_EXIT_OF_BOOT:
        kill.n = draw_magnitude(BOOT_EXITS);
        break;
    case AT_EXIT_AT_WORK:
        kill.n = 1 + draw_below(WORK_EXITS);
        break;
    case AFTER_TIME:
        kill.n = draw_below(BOOT_MS) / (1 + kill.resets);
        break;
    }
    return kill;
}

static long long stat_of(const char *vm, const char *counter)
{
    char path[128];

    snprintf(path, sizeof path, "vm/%s/%s", vm, counter);
    return boot_stat(machine, path);
}

static void arm(const char *point, unsigned every)
{
    boot_do(machine, "system stress set %s %u", point, every);
}

static void start(const char *vm)
{
    boot_do(machine, "vm create /vm/%s.vmx", vm);
    boot_do(machine, "vm start %s", vm);
}

/* Its disk read and written, and echoes from the switch's other side, for as long as it lives. */
static void work(const char *vm)
{
    guest_wait(machine, vm, "guest: ready", GUEST_BOOT_S);
    guest_type(machine, vm,
               "while :; do dd if=/dev/vda of=/dev/null bs=64k count=100 iflag=direct; done 2>/dev/null &");
    guest_type(machine, vm,
               "while :; do dd if=/dev/zero of=/f bs=16k count=100 conv=fsync; done 2>/dev/null &");
    guest_type(machine, vm, "ping -q -A -s 1400 10.0.2.15 &");
    guest_run(machine, vm, "true");
}

static void wait_for_resets(const char *vm, unsigned count)
{
    time_t end = time(NULL) + RESET_WAIT_S;

    while (stat_of(vm, "resets") < count) {
        ck_assert_msg(time(NULL) < end, "%s was not reset", vm);
        machine_run_for(machine, STEP_MS);
    }
}

/* The point hits in the vCPU's own world; whoever waits is told. */
static void kill_at_exit(const struct kill *kill)
{
    const char *point = kill->resets > 0 ? "vm_reset_at_exit" : "vm_stop_at_exit";

    if (kill->moment == AT_EXIT_AT_WORK) {
        start(kill->vm);
        work(kill->vm);
        arm(point, kill->n);
    } else {
        arm(point, kill->n);
        start(kill->vm);
    }
    if (kill->resets > 0) {
        wait_for_resets(kill->vm, kill->resets);
        boot_do(machine, "vm stop %s", kill->vm);
    }
    guest_expect_end(machine, kill->vm, "command");
    arm(point, 0);
}

static void kill_after_time(const struct kill *kill)
{
    start(kill->vm);
    machine_run_for(machine, kill->n);
    for (unsigned i = 0; i < kill->resets; i++) {
        boot_do(machine, "vm reset %s", kill->vm);
        machine_run_for(machine, kill->n);
    }
    boot_do(machine, "vm stop %s", kill->vm);
    guest_expect_end(machine, kill->vm, "command");
}

static void expect_all_is_well(void)
{
    char *page = fetch(port, "/", FETCH_S);

    ck_assert_msg(page != NULL && strstr(page, "OpenVMK") != NULL, "the status page does not come");
    free(page);
    holdings_wait_for_connections(machine);
    boot_run_failing(machine, "system stats get vm", "vm");
    holdings_expect(machine, before, "e1000");
}

START_TEST(what_is_killed_leaves_nothing)
{
    printf("seed %llu\n", (unsigned long long)seed);
    for (unsigned i = 0; i < cycles; i++) {
        struct kill kill = draw_kill();

        printf("%u: %s after %u %s, %u resets\n", i + 1, kill.vm, kill.n, moments[kill.moment], kill.resets);
        fflush(stdout);
        if (kill.moment == AFTER_TIME) {
            kill_after_time(&kill);
        } else {
            kill_at_exit(&kill);
        }
        boot_do(machine, "vm destroy %s", kill.vm);
        expect_all_is_well();
    }
}
END_TEST

static void start_machine(void)
{
    struct machine_options options = boot_options("vm_kill");

    options.smp = guest_machine_cpus(2);
    guest_make_folder(FOLDER);
    for (unsigned i = 0; i < VMS; i++) {
        guest_describe(FOLDER, &(struct guest_description){.name = vms[i], .memory_mib = 96, .vcpus = i + 1});
    }
    options.archive = guest_make_archive(FOLDER);
    options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .file = guest_make_disk(FOLDER, 1)};
    options.http_port = port = fetch_free_port();
    machine = boot_up(&options);
    /* What is made once, for the first VM, the first connection and the first frame, is made. */
    start(vms[0]);
    boot_do(machine, "vm stop %s", vms[0]);
    boot_do(machine, "vm destroy %s", vms[0]);
    free(fetch(port, "/", FETCH_S));
    guest_warm_up(machine);
    holdings_wait_for_connections(machine);
    before = holdings_settle(machine);
}

static void stop_machine(void)
{
    boot_down(machine);
    json_decref(before);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_kill");
    TCase *tests = tcase_create("vm_kill");

    cycles = argc > 1 ? (unsigned)atoi(argv[1]) : cycles;
    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, what_is_killed_leaves_nothing);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
