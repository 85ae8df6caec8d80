/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * storage_linux.c - Linux's side: linux_init.c has the module of linux_blocks.c do all windows, which it is
 * told of by the environment that the kernel makes of unknown options.
 */
#include <stdio.h>
#include <string.h>

#include "storage.h"

#define TIMEOUT_S 600

static const char *disk_name(const struct bench_case *c)
{
    return strcmp(c->disk, "nvme") == 0 ? "nvme0n1" : "sda";
}

static void name_windows(char *append, size_t size, bool devices)
{
    snprintf(append, size, GUEST_LINUX_OPTIONS "blocks=");
    for (unsigned i = 0; i < STORAGE_CASES; i++) {
        const struct bench_case *c = &storage_cases[i];
        size_t len = strlen(append);
        snprintf(append + len, size - len, "%s:%d:%u:%u,", disk_name(c), c->write, c->depth,
                 storage_operations(c, devices));
    }
}

static bool boot_and_run(const struct guest *guest, bool devices, struct sample *sample)
{
    const char *boot = devices ? "devices" : "blocks";
    char append[1024];
    struct marks marks;

    name_windows(append, sizeof append, devices);
    struct machine_options wants = storage_machine(append);
    struct machine *m = guest_start(guest, boot, &wants, devices);
    if (m == NULL) {
        return false;
    }
    if (!machine_wait_console(m, "@@bench done", TIMEOUT_S)) {
        return guest_fail(guest, m);
    }
    machine_stop(m);
    return guest_marks(guest, boot, &marks) && storage_enter(guest, &marks, devices, sample);
}

bool storage_measure_linux(const struct guest *guest, struct sample *sample)
{
    return boot_and_run(guest, false, sample) && boot_and_run(guest, true, sample);
}
