/* SPDX-License-Identifier: GPL-2.0-only */
#include "vm.h"

#include <stdio.h>
#include <string.h>

#include "sender.h"
#include "storage.h"

#define QUIET_AT_LEAST 20 /* So many operations make a median. */

/* What is told of a window. */
enum number {
    HOST_TYPICAL, /* The host's instructions for an operation, their median. */
    HOST_QUIET,   /* The same, of operations that no interrupt of the host's fell into. */
    HOST_EACH,    /* The host's instructions in all, for each operation. */
    EXITS_EACH,   /* Exits, for each operation. */
    ALL,          /* Instructions in all, the guest's too. */
    HOST_ALL,     /* The host's in all. */
};

#define EXIT(name_, window_, operations_)                                                                    \
    {                                                                                                        \
        .name = "vm.exit." name_, .unit = "host instructions", .kind = VM_GUEST_EXITS, .window = window_,    \
        .number = HOST_QUIET, .operations = operations_                                                      \
    }
#define HOST(name_, unit_, guest_, window_, number_, operations_)                                            \
    {                                                                                                        \
        .name = "vm.host." name_, .unit = "host instructions/" unit_, .kind = guest_, .window = window_,     \
        .number = number_, .operations = operations_                                                         \
    }
#define EXITS(name_, unit_, guest_, window_, operations_)                                                    \
    {                                                                                                        \
        .name = "vm.exits." name_, .unit = "exits/" unit_, .kind = guest_, .window = window_,                \
        .number = EXITS_EACH, .operations = operations_, .digits = 3                                         \
    }

const struct bench_case vm_cases[VM_CASES] = {
    EXIT("cpuid", 0, VM_EXITS),
    EXIT("port", 1, VM_EXITS),
    EXIT("mmio", 2, VM_EXITS),
    EXIT("msr", 3, VM_EXITS),
    {.name = "vm.exit.halt",
     .unit = "host instructions",
     .kind = VM_GUEST_EXITS,
     .window = 4,
     .number = HOST_TYPICAL,
     .operations = VM_HALTS},
    {.name = "vm.exit.virtio-kick",
     .unit = "host instructions",
     .kind = VM_GUEST_KICKS,
     .window = 0,
     .number = HOST_QUIET,
     .operations = VM_KICKS},
    EXITS("read4k.qd1", "read", VM_GUEST_DISK, 1, VM_READS_ALONE),
    EXITS("read4k.qd32", "read", VM_GUEST_DISK, 2, VM_READS_DEEP),
    EXITS("tx", "packet", VM_GUEST_SEND, 0, VM_FRAMES),
    EXITS("rx", "packet", VM_GUEST_RECEIVE, 0, VM_FRAMES),
    HOST("read4k.qd1", "read", VM_GUEST_DISK, 1, HOST_TYPICAL, VM_READS_ALONE),
    HOST("read4k.qd32", "read", VM_GUEST_DISK, 2, HOST_EACH, VM_READS_DEEP),
    HOST("tx", "packet", VM_GUEST_SEND, 0, HOST_EACH, VM_FRAMES),
    HOST("rx", "packet", VM_GUEST_RECEIVE, 0, HOST_EACH, VM_FRAMES),
    {.name = "vm.boot.init",
     .unit = "instructions",
     .kind = VM_GUEST_LINUX,
     .window = 0,
     .number = ALL,
     .operations = 1},
    {.name = "vm.boot.host",
     .unit = "host instructions",
     .kind = VM_GUEST_LINUX,
     .window = 0,
     .number = HOST_ALL,
     .operations = 1},
};

const struct suite vm_suite = {.name = "vm",
                               .cases = vm_cases,
                               .count = VM_CASES,
                               .openvmk = vm_measure_openvmk,
                               .linux_ = vm_measure_linux,
                               .divisible = true};

const char *vm_guest_name(enum vm_guest which)
{
    static const char *const names[VM_GUESTS] = {"vm_exits", "vm_disk",    "vm_disk",
                                                 "vm_send",  "vm_receive", "vm_linux"};

    return names[which];
}

bool vm_has_disk(enum vm_guest which)
{
    return which == VM_GUEST_KICKS || which == VM_GUEST_DISK;
}

struct machine_options vm_machine(enum vm_guest which, const char *netdev)
{
    struct machine_options options = {.nic = "none", .memory = "1G"};

    if (vm_has_disk(which)) {
        options.disks[0] = (struct machine_disk){.kind = MACHINE_DISK_NVME, .backend = STORAGE_BACKEND};
    } else if (which == VM_GUEST_SEND) {
        options.nic = NULL;
        options.netdev = GUEST_NETDEV_NOWHERE;
    } else if (which == VM_GUEST_RECEIVE) {
        options.nic = NULL;
        options.netdev = netdev;
    }
    return options;
}

static bool case_wanted(const struct guest *guest, const struct bench_case *c)
{
    return guest->only == NULL || strncmp(c->name, guest->only, strlen(guest->only)) == 0;
}

static bool is_wanted(const struct guest *guest, enum vm_guest which)
{
    for (unsigned i = 0; i < VM_CASES; i++) {
        if (vm_cases[i].kind == which && case_wanted(guest, &vm_cases[i])) {
            return true;
        }
    }
    return false;
}

static double number_of(const struct bench_case *c, const struct window *window)
{
    switch ((enum number)c->number) {
    case HOST_TYPICAL:
        return window->host_typical;
    case HOST_QUIET:
        return window->host_quiet;
    case HOST_EACH:
    case HOST_ALL:
        return (double)marks_host(&window->counts) / c->operations;
    case EXITS_EACH:
        return (double)window->counts.vm_entries / c->operations;
    case ALL:
        return (double)window->counts.instructions;
    }
    return 0;
}

/* The guest has left at all; if its operations count one by one, they are as many as they should be. */
static bool is_whole(const struct bench_case *c, const struct window *window)
{
    switch ((enum number)c->number) {
    case HOST_TYPICAL:
        return window->counts.vm_entries != 0 && window->operations == c->operations;
    case HOST_QUIET:
        return window->counts.vm_entries != 0 && window->operations == c->operations &&
               window->quiet >= QUIET_AT_LEAST;
    default:
        return window->counts.vm_entries != 0;
    }
}

static bool enter(const struct guest *guest, const struct bench_case *c, const struct window *window,
                  double *value)
{
    double operations = c->operations;

    if (!is_whole(c, window)) {
        return guest_lacks(guest, c);
    }
    value[METRIC_INSTRUCTIONS] = number_of(c, window);
    value[METRIC_INTERRUPTS] = (double)window->counts.returns / operations;
    value[METRIC_HALTS] = (double)window->counts.halts / operations;
    if (guest->calls != NULL) {
        value[METRIC_ALLOCATIONS] = (double)window->counts.calls / operations;
    }
    value[METRIC_VM_EXITS] = (double)window->counts.vm_entries / operations;
    value[METRIC_VM_HALTS] = (double)window->counts.vm_halts / operations;
    value[METRIC_VM_KICKS] = window->kicks / operations;
    return true;
}

static bool enter_all(const struct guest *guest, const struct marks *marks, enum vm_guest which,
                      struct sample *sample)
{
    for (unsigned i = 0; i < VM_CASES; i++) {
        const struct bench_case *c = &vm_cases[i];

        if (c->kind == which && case_wanted(guest, c) &&
            !enter(guest, c, &marks->windows[c->window], sample->value[i])) {
            return false;
        }
    }
    return true;
}

static bool measure(const struct guest *guest, vm_run_fn *run, enum vm_guest which, struct sample *sample)
{
    struct sender *sender = which == VM_GUEST_RECEIVE ? sender_open(guest->folder) : NULL;
    struct marks marks;
    bool good = (which != VM_GUEST_RECEIVE || sender != NULL) && run(guest, which, sender);

    sender_close(sender);
    return good && guest_marks(guest, vm_guest_name(which), &marks) &&
           enter_all(guest, &marks, which, sample);
}

bool vm_measure(const struct guest *guest, vm_run_fn *run, struct sample *sample)
{
    for (enum vm_guest which = 0; which < VM_GUESTS; which++) {
        if (is_wanted(guest, which) && !measure(guest, run, which, sample)) {
            return false;
        }
    }
    return true;
}
