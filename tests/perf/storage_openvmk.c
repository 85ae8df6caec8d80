/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_openvmk.c - OpenVMK's side: each window is one load of the module bench_blocks (bench_blocks.c).
 */
#include <stdio.h>
#include <string.h>

#include "storage.h"

#define WINDOW_TIMEOUT_S    240
#define POWER_OFF_TIMEOUT_S 30

/* With no other disks, adapters come in the order of their places on the bus: NVMe before AHCI on a q35. */
static const char *disk_name(const struct bench_case *c)
{
    return strcmp(c->disk, "nvme") == 0 ? "vmhba0:C0:T0:L0" : "vmhba1:C0:T0:L0";
}

static bool run_window(struct machine *m, const struct bench_case *c, bool devices)
{
    char command[256];

    snprintf(command, sizeof command,
             "system module load bench_blocks --parameters 'disk=%s write=%d depth=%u operations=%u'",
             disk_name(c), c->write, c->depth, storage_operations(c, devices));
    return machine_command(m, command, WINDOW_TIMEOUT_S, NULL) == 0 &&
           machine_command(m, "system module unload bench_blocks", WINDOW_TIMEOUT_S, NULL) == 0;
}

static bool run_windows(struct machine *m, bool devices)
{
    if (!machine_wait_ready(m)) {
        return false;
    }
    for (unsigned i = 0; i < STORAGE_CASES; i++) {
        if (!run_window(m, &storage_cases[i], devices)) {
            return false;
        }
    }
    return machine_power_off(m, POWER_OFF_TIMEOUT_S);
}

static bool boot_and_run(const struct guest *guest, bool devices, struct sample *sample)
{
    const char *boot = devices ? "devices" : "blocks";
    struct machine_options wants = storage_machine("Startup.WaitSeconds=0");
    struct machine *m = guest_start(guest, boot, &wants, devices);
    struct marks marks;

    if (m == NULL) {
        return false;
    }
    if (!run_windows(m, devices)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return guest_marks(guest, boot, &marks) && storage_enter(guest, &marks, devices, sample);
}

bool storage_measure_openvmk(const struct guest *guest, struct sample *sample)
{
    return boot_and_run(guest, false, sample) && boot_and_run(guest, true, sample);
}
