/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_openvmk.c - OpenVMK's side: each window is one load of the module bench_blocks (bench_blocks.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage.h"

#define WINDOW_TIMEOUT_S    240
#define POWER_OFF_TIMEOUT_S 30
#define COMMAND_TIMEOUT_S   30
#define DISK_TIMEOUT_S      60

/* The runtime name of the path whose line of CSV says @transport. */
static bool find_path(const char *csv, const char *transport, char *name, size_t size)
{
    for (const char *line = csv; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t len = strcspn(line, "\n");
        const char *found = memmem(line, len, transport, strlen(transport));
        if (found != NULL) {
            snprintf(name, size, "%.*s", (int)strcspn(line, ","), line);
            return true;
        }
    }
    return false;
}

/* The disks come when their drivers have found them. */
static bool find_disk(struct machine *m, const char *kind, char *name, size_t size)
{
    const char *transport = strcmp(kind, "nvme") == 0 ? ",pcie," : ",sata,";

    for (unsigned i = 0; i < DISK_TIMEOUT_S * 10; i++) {
        char *csv = NULL;
        bool found =
            machine_command(m, "storage core path list --formatter=csv", COMMAND_TIMEOUT_S, &csv) == 0 &&
            find_path(csv, transport, name, size);
        free(csv);
        if (found || machine_ended(m)) {
            return found;
        }
        machine_run_for(m, 100);
    }
    return false;
}

/* What the storage core has copied for all its devices; 0 when it cannot be asked. */
static double copied_bytes(struct machine *m)
{
    static const char counter[] = "/copied_bytes,";
    char *csv = NULL;
    double sum = 0;

    if (machine_command(m, "system stats get storage --formatter=csv", COMMAND_TIMEOUT_S, &csv) == 0) {
        for (const char *at = strstr(csv, counter); at != NULL; at = strstr(at + 1, counter)) {
            sum += strtod(at + sizeof counter - 1, NULL);
        }
    }
    free(csv);
    return sum;
}

static bool run_window(struct machine *m, const struct bench_case *c, bool devices, double *copied)
{
    char command[256], disk[64];
    double before = copied_bytes(m);

    if (!find_disk(m, c->disk, disk, sizeof disk)) {
        fprintf(stderr, "openvmk: there is no %s disk\n", c->disk);
        return false;
    }
    snprintf(command, sizeof command,
             "system module load bench_blocks --parameters 'disk=%s write=%d depth=%u operations=%u'", disk,
             c->write, c->depth, storage_operations(c, devices));
    if (machine_command(m, command, WINDOW_TIMEOUT_S, NULL) != 0 ||
        machine_command(m, "system module unload bench_blocks", WINDOW_TIMEOUT_S, NULL) != 0) {
        return false;
    }
    *copied = (copied_bytes(m) - before) / storage_operations(c, devices);
    return true;
}

static bool run_windows(struct machine *m, bool devices, struct sample *sample)
{
    if (!machine_wait_ready(m)) {
        return false;
    }
    for (unsigned i = 0; i < STORAGE_CASES; i++) {
        if (!run_window(m, &storage_cases[i], devices, &sample->value[i][METRIC_COPIED_BYTES])) {
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
    if (!run_windows(m, devices, sample)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return guest_marks(guest, boot, &marks) && storage_enter(guest, &marks, devices, sample);
}

bool storage_measure_openvmk(const struct guest *guest, struct sample *sample)
{
    return boot_and_run(guest, false, sample) && boot_and_run(guest, true, sample);
}
