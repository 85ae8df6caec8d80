/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm_limits - what VMs get of one another's and the host's: processor time by shares and up to limits, guests
 * that take all they can beside others and the host, and pauses in which no time passes.
 *
 * Progress is counted, by exits the guests make after so many rounds and by the time their worlds ran, both
 * read at one moment: a busy host makes the tests slower, and changes no ratio.
 */
#include "boot.h"
#include "fetch.h"
#include "guest.h"
#include "tiny_vm.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FETCH_TIMEOUT_S 60
#define PATIENCE        600  /* Looks at the counters... */
#define LOOK_EACH_MS    100  /* ...between which guests have the processors: a look is the kernel's work. */
#define CLOCKS_RUN_MS   2000 /* What is compared takes long beside what comes between two readings. */
#define ROUNDS          20
#define ROUND_NS        1e9 /* Of processor time of the VM that is measured by. */

#define GUESTS(X)       X(counts) X(spins) X(leaves) X(babbles) X(storms) X(restores) X(clocks)
#define X(name)         extern const uint8_t guest_##name[], guest_##name##_end[];
GUESTS(X)
#undef X

/** The VMs: name, guest, further lines of the description. */
static const struct vm {
    const char *name;
    const uint8_t *code, *end;
    const char *options;
} vms[] = {
#define GUEST(name) guest_##name, guest_##name##_end
    {"one-a", GUEST(counts), "sched.cpu.shares = \"1000\"\n"},
    {"one-b", GUEST(counts), "sched.cpu.shares = \"normal\"\n"},
    {"three-a", GUEST(counts), "sched.cpu.shares = \"3000\"\n"},
    {"three-b", GUEST(counts), "sched.cpu.shares = \"3000\"\n"},
    {"fifth", GUEST(counts), "sched.cpu.max = \"20\"\n"},
    {"spins", GUEST(spins), ""},
    {"leaves", GUEST(leaves), ""},
    {"babbles", GUEST(babbles), ""},
    {"storms", GUEST(storms), ""},
    {"restores", GUEST(restores), ""},
    {"clocks", GUEST(clocks), "numvcpus = \"1\"\n"},
    {"clocks2", GUEST(clocks), "numvcpus = \"2\"\n"},
    {"clocks4", GUEST(clocks), "numvcpus = \"4\"\n"},
#undef GUEST
};

static struct machine *machine;
static unsigned cpus, port; /* CPUs that run guests. */

static const char *make_archive(void)
{
    static struct tiny_vms guests;

    tiny_vms_init(&guests, BOOT_LOG_DIR "/vm_limits");
    for (size_t i = 0; i < sizeof vms / sizeof *vms; i++) {
        tiny_vms_add(&guests, vms[i].name, vms[i].code, (size_t)(vms[i].end - vms[i].code), vms[i].options);
    }
    return tiny_vms_archive(&guests);
}

static void begin(const char *name)
{
    boot_do(machine, "vm create /vm/%s.vmx", name);
    boot_do(machine, "vm start %s", name);
}

static void end(const char *name)
{
    boot_do(machine, "vm stop %s", name);
    boot_do(machine, "vm destroy %s", name);
}

/* Counters. */

/** All counters of all VMs, of one moment. */
static json_t *counters(void)
{
    return boot_json(machine, "system stats get vm");
}

static double counter(json_t *all, const char *vm, const char *name)
{
    char path[256];

    snprintf(path, sizeof path, "vm/%s/%s", vm, name);
    return json_number_value(json_object_get(boot_row(all, "Path", path), "Value"));
}

/** How much a counter has grown in between. */
static double grown(json_t *from, json_t *to, const char *vm, const char *name)
{
    return counter(to, vm, name) - counter(from, vm, name);
}

/** Look at the counters until @p name of @p vm has grown by @p by. @return them. */
static json_t *wait_grown(json_t *from, const char *vm, const char *name, double by)
{
    for (int i = 0; i < PATIENCE; i++) {
        json_t *now = counters();

        if (grown(from, now, vm, name) >= by) {
            return now;
        }
        json_decref(now);
        machine_run_for(machine, LOOK_EACH_MS);
    }
    ck_abort_msg("%s of %s does not come forward", name, vm);
}

/** What a VM is to get, by a counter, for each 1 that the one measured by gets. */
struct part {
    const char *vm, *counter;
    double due, tolerance;
};

static bool is_due(json_t *from, json_t *to, const char *base, const struct part *part)
{
    double got = grown(from, to, part->vm, part->counter) / grown(from, to, base, part->counter);

    printf("%s: %s / %s = %.3f, due %.3f\n", part->counter, part->vm, base, got, part->due);
    return fabs(got - part->due) <= part->due * part->tolerance;
}

/**
 * Each gets its part of the processors. What a stall of the host costs the guest it comes upon is made up for
 * after a while: the longer is looked, the closer it must come.
 */
static void expect_parts(const char *base, const struct part *parts, unsigned count)
{
    json_t *from = counters();

    for (unsigned round = 1; round <= ROUNDS; round++) {
        json_t *to = wait_grown(from, base, "vcpu0/run_ns", round * ROUND_NS);
        unsigned due = 0;

        for (unsigned i = 0; i < count; i++) {
            due += is_due(from, to, base, &parts[i]);
        }
        json_decref(to);
        if (due == count) {
            json_decref(from);
            return;
        }
    }
    ck_abort_msg("not each has what is due to it");
}

/* Shares. */

START_TEST(time_is_shared_by_shares)
{
    /* As many of each as there are CPUs, so that none could have one of its own. What a guest makes of its
     * time is the machine's affair: QEMU's translations are lost at each switch, and who runs longer has more
     * of them. */
    static const char *const names[] = {"one-a", "three-a", "one-b", "three-b"};
    static const struct part parts[] = {{"three-a", "vcpu0/run_ns", 3, 0.1},
                                        {"three-a", "vcpu0/exits/io", 3, 0.4},
                                        {"one-b", "vcpu0/run_ns", 1, 0.1},
                                        {"three-b", "vcpu0/run_ns", 3, 0.1}};

    for (unsigned i = 0; i < 2 * cpus; i++) {
        begin(names[i]);
    }
    expect_parts("one-a", parts, 2 * cpus);
    for (unsigned i = 0; i < 2 * cpus; i++) {
        end(names[i]);
    }
}
END_TEST

/* Alone on the machine, it gets a fifth of a processor by its own clock, which is the host's. */
START_TEST(a_limit_holds_though_the_cpus_are_idle)
{
    json_t *from, *to;
    double part = 0;

    begin("fifth");
    from = counters();
    for (unsigned round = 1; round <= ROUNDS && fabs(part - 0.2) > 0.02; round++) {
        to = wait_grown(from, "fifth", "clock_ns", 2 * round * ROUND_NS);
        part = grown(from, to, "fifth", "vcpu0/run_ns") / grown(from, to, "fifth", "clock_ns");
        printf("sched.cpu.max = 20: %.1f %%\n", 100 * part);
        json_decref(to);
    }
    ck_assert_double_le(fabs(part - 0.2), 0.02);
    json_decref(from);
    to = boot_json(machine, "vm get fifth");
    ck_assert_str_eq(json_string_value(json_object_get(to, "Limits")), "CPU: 20 %");
    ck_assert_int_ge(json_integer_value(json_object_get(to, "LimitWaits")), 2);
    json_decref(to);
    end("fifth");
}
END_TEST

/* Hogs. */

START_TEST(hogs_starve_nobody)
{
    static const struct part hogs[] = {{"spins", "vcpu0/run_ns", 1, 0.2},
                                       {"leaves", "vcpu0/run_ns", 1, 0.2},
                                       {"babbles", "vcpu0/run_ns", 1, 0.2},
                                       {"storms", "vcpu0/run_ns", 1, 0.2},
                                       {"restores", "vcpu0/run_ns", 1, 0.2}};
    enum { HOGS = sizeof hogs / sizeof *hogs };
    json_t *from;

    for (unsigned i = 0; i < HOGS; i++) {
        begin(hogs[i].vm);
    }
    /* The host's console and NIC. */
    for (unsigned i = 0; i < 5; i++) {
        char *page = fetch(port, "/status.json", FETCH_TIMEOUT_S);

        ck_assert_msg(page != NULL, "the status page does not come");
        free(page);
        free(boot_run(machine, "vm list"));
    }
    /* A guest that comes late gets what each of them does, and comes forward. */
    begin("one-a");
    from = counters();
    json_decref(wait_grown(from, "one-a", "vcpu0/exits/io", 10));
    json_decref(from);
    expect_parts("one-a", hogs, HOGS);
    end("one-a");
    for (unsigned i = 0; i < HOGS; i++) {
        end(hogs[i].vm);
    }
}
END_TEST

/* Pauses. */

struct clocks {
    uint64_t tsc;
    uint32_t timer;
};

static uint64_t letters(const char *text, unsigned count)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < count; i++) {
        ck_assert(text[i] >= 'a' && text[i] <= 'p');
        value = value << 4 | (uint64_t)(text[i] - 'a');
    }
    return value;
}

/** Have the guest tell its clocks; it is the @p n-th time. */
static struct clocks ask(const char *name, unsigned n)
{
    char command[256], *text, *at;

    boot_do(machine, "vm console %s --type t", name);
    for (int i = 0; i < PATIENCE; i++) {
        unsigned seen = 0;

        snprintf(command, sizeof command, "vm console %s --last", name);
        text = boot_run(machine, command);
        for (at = text; (at = strchr(at, ']')) != NULL; at++) {
            if (++seen == n) {
                struct clocks clocks = {letters(at - 24, 16), (uint32_t)letters(at - 8, 8)};

                free(text);
                return clocks;
            }
        }
        free(text);
    }
    ck_abort_msg("%s does not tell its clocks", name);
}

/** Counts of the TSC to one of the timer's, between two answers. */
static double rate(struct clocks from, struct clocks to)
{
    return (double)(to.tsc - from.tsc) / (uint32_t)(to.timer - from.timer);
}

static void expect_state(const char *name, const char *state)
{
    json_t *list = boot_json(machine, "vm list");

    ck_assert_str_eq(json_string_value(json_object_get(boot_row(list, "Name", name), "State")), state);
    json_decref(list);
}

/** Nothing of it moves while the host does this and that. @return whether its world has been asleep all the
 * time: it may have been on its way there. */
static bool stands(const char *name)
{
    json_t *from = counters(), *to;
    bool asleep;

    for (int i = 0; i < 20; i++) {
        free(boot_run(machine, "vm list"));
    }
    to = counters();
    ck_assert_double_eq(grown(from, to, name, "clock_ns"), 0);
    ck_assert_double_eq(grown(from, to, name, "vcpu0/entries"), 0);
    asleep = grown(from, to, name, "vcpu0/run_ns") == 0;
    json_decref(from);
    json_decref(to);
    return asleep;
}

static void expect_standing(const char *name)
{
    for (int i = 0; i < PATIENCE; i++) {
        if (stands(name)) {
            return;
        }
    }
    ck_abort_msg("the world of %s does not go to sleep", name);
}

START_TEST(no_time_passes_in_a_pause)
{
    static const char *const names[] = {"clocks", "clocks2", "clocks4"};
    const char *name = names[_i];
    struct clocks a, b, c;
    json_t *before, *after;
    double shown, told;

    begin(name);
    a = ask(name, 1);
    before = counters();
    machine_run_for(machine, CLOCKS_RUN_MS);
    b = ask(name, 2);
    boot_do(machine, "vm pause %s", name);
    expect_state(name, "paused");
    boot_run_failing(machine, "vm pause clocks9", "there is no VM");
    expect_standing(name);
    boot_do(machine, "vm resume %s", name);
    expect_state(name, "running");
    machine_run_for(machine, CLOCKS_RUN_MS);
    c = ask(name, 3);
    after = counters();
    /* Its two clocks stood still together, */
    printf("TSC to timer: %.4f, over the pause %.4f\n", rate(a, b), rate(b, c));
    ck_assert_double_le(fabs(rate(b, c) / rate(a, b) - 1), 0.02);
    /* and with the one that the host shows of it. */
    shown = grown(before, after, name, "clock_ns");
    told = (uint32_t)(c.timer - b.timer) / 3.579545e6 * 1e9;
    ck_assert_double_gt(told, 0);
    ck_assert_double_le(told, shown);
    json_decref(before);
    json_decref(after);
    boot_do(machine, "vm pause %s", name);
    boot_do(machine, "vm resume %s", name);
    end(name);
}
END_TEST

START_TEST(a_paused_vm_can_be_ended)
{
    boot_run_failing(machine, "vm pause clocks", "there is no VM");
    begin("clocks4");
    boot_run_failing(machine, "vm resume clocks4", "is not paused");
    boot_do(machine, "vm pause clocks4");
    boot_run_failing(machine, "vm pause clocks4", "is paused already");
    boot_run_failing(machine, "vm destroy clocks4", "vm stop clocks4");
    boot_do(machine, "vm stop clocks4");
    expect_state("clocks4", "stopped");
    boot_run_failing(machine, "vm pause clocks4", "is not running");
    boot_run_failing(machine, "vm resume clocks4", "is not paused");
    boot_do(machine, "vm start clocks4");
    (void)ask("clocks4", 1);
    boot_do(machine, "vm pause clocks4");
    boot_do(machine, "vm reset clocks4");
    ck_assert(machine_wait_console(machine, "VM: clocks4 is reset", BOOT_COMMAND_TIMEOUT_S));
    (void)ask("clocks4", 2);
    expect_state("clocks4", "running");
    boot_do(machine, "vm pause clocks4");
    end("clocks4");
}
END_TEST

static void start_machine(void)
{
    static char name[32];
    struct machine_options options;

    snprintf(name, sizeof name, "vm_limits.%u", cpus);
    options = boot_options(name);
    options.smp = guest_machine_cpus(cpus);
    options.archive = make_archive();
    options.http_port = port = fetch_free_port();
    machine = boot_up(&options);
}

static void stop_machine(void)
{
    boot_down(machine);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("vm_limits");
    TCase *tests = tcase_create("vm_limits");

    cpus = argc == 2 ? (unsigned)atoi(argv[1]) : 0;
    if (cpus != 1 && cpus != 2) {
        fprintf(stderr, "usage: %s 1|2\n", argv[0]);
        return 2;
    }
    tcase_add_unchecked_fixture(tests, start_machine, stop_machine);
    tcase_add_test(tests, time_is_shared_by_shares);
    tcase_add_test(tests, a_limit_holds_though_the_cpus_are_idle);
    tcase_add_test(tests, hogs_starve_nobody);
    tcase_add_loop_test(tests, no_time_passes_in_a_pause, 0, 3);
    tcase_add_test(tests, a_paused_vm_can_be_ended);
    suite_add_tcase(suite, tests);
    return boot_main(suite);
}
