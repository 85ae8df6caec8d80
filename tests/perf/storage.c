/* SPDX-License-Identifier: GPL-2.0-only */
#include "storage.h"

#include <stdio.h>

#define DEVICES_PART      8  /* Of the operations, where devices are counted. */
#define UNHALTED_AT_LEAST 50 /* So many operations make a median. */

#define CASE(disk_, name_, write_, depth_, operations_)                                                      \
    {                                                                                                        \
        .name = disk_ name_, .unit = "instructions/operation", .disk = disk_, .write = write_,               \
        .depth = depth_, .operations = operations_                                                           \
    }

const struct bench_case storage_cases[STORAGE_CASES] = {
    CASE("nvme", ".read4k.qd32", false, 32, 64000), CASE("nvme", ".read4k.qd1", false, 1, 32000),
    CASE("nvme", ".write4k.qd32", true, 32, 64000), CASE("nvme", ".write4k.qd1", true, 1, 32000),
    CASE("ahci", ".read4k.qd32", false, 32, 64000), CASE("ahci", ".read4k.qd1", false, 1, 32000),
    CASE("ahci", ".write4k.qd32", true, 32, 64000), CASE("ahci", ".write4k.qd1", true, 1, 32000),
};

const struct suite storage_suite = {.name = "storage",
                                    .cases = storage_cases,
                                    .count = STORAGE_CASES,
                                    .openvmk = storage_measure_openvmk,
                                    .linux_ = storage_measure_linux};

unsigned storage_operations(const struct bench_case *c, bool devices)
{
    return devices ? c->operations / DEVICES_PART : c->operations;
}

struct machine_options storage_machine(const char *append)
{
    return (struct machine_options){.nic = "none",
                                    .append = append,
                                    .disks = {{.kind = MACHINE_DISK_NVME, .backend = STORAGE_BACKEND},
                                              {.kind = MACHINE_DISK_AHCI, .backend = STORAGE_BACKEND}}};
}

/*
 * With one operation at a time the CPU may find nothing to do before it has ended, and halt; how often, the
 * host decides, and a halt costs thousands. Such operations are left out: the others' median is told.
 */
static bool enter_instructions(const struct guest *guest, const struct bench_case *c,
                               const struct window *window, double *value)
{
    if (c->depth > 1) {
        *value = (double)window->counts.instructions / c->operations;
        return true;
    }
    if (window->unhalted < UNHALTED_AT_LEAST) {
        fprintf(stderr, "%s: %s: the CPU halted in all but %u of %u operations\n", guest->name, c->name,
                window->unhalted, window->operations);
        return false;
    }
    *value = window->typical;
    return true;
}

static bool enter(const struct guest *guest, const struct bench_case *c, const struct window *window,
                  bool devices, double *value)
{
    double operations = storage_operations(c, devices);

    if (window->counts.instructions == 0 || (c->depth == 1 && window->operations != operations)) {
        return guest_lacks(guest, c);
    }
    if (devices) {
        value[METRIC_DEVICE_READS] = (double)window->counts.device_reads / operations;
        value[METRIC_DEVICE_WRITES] = (double)window->counts.device_writes / operations;
        return true;
    }
    value[METRIC_INTERRUPTS] = (double)window->counts.returns / operations;
    value[METRIC_HALTS] = (double)window->counts.halts / operations;
    if (guest->calls != NULL) {
        value[METRIC_ALLOCATIONS] = (double)window->counts.calls / operations;
    }
    return enter_instructions(guest, c, window, &value[METRIC_INSTRUCTIONS]);
}

bool storage_enter(const struct guest *guest, const struct marks *marks, bool devices, struct sample *sample)
{
    for (unsigned i = 0; i < STORAGE_CASES; i++) {
        if (!enter(guest, &storage_cases[i], &marks->windows[i], devices, sample->value[i])) {
            return false;
        }
    }
    return true;
}
