/* SPDX-License-Identifier: GPL-2.0-only */
/* linux_disk.c - blocks read and written by Linux's nvme and ahci. */
#include "linux_init.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the order in which they depend on each other. */
static const char *const nvme_modules[] = {"crct10dif_common", "crc-t10dif", "crc64", "crc64-rocksoft",
                                           "t10-pi",           "nvme-core",  "nvme",  NULL};
static const char *const ahci_modules[] = {"scsi_common", "scsi_mod", "libata", "libahci",
                                           "ahci",        "sd_mod",   NULL};

/* What makes Linux's block layer do least. A queue that has no such setting needs none. */
static const struct {
    const char *name, *value;
} settings[] = {
    {"scheduler", "none"}, {"iostats", "0"}, {"nomerges", "2"}, {"add_random", "0"}, {"wbt_lat_usec", "0"}};

void load_nvme(void)
{
    load_modules(nvme_modules);
}

void wait_for_disk(const char *disk)
{
    char path[64];

    snprintf(path, sizeof path, "/dev/%s", disk);
    while (access(path, F_OK) != 0) {
        sleep_ms(10);
    }
    for (unsigned i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        snprintf(path, sizeof path, "/sys/block/%s/queue/%s", disk, settings[i].name);
        if (access(path, W_OK) == 0) {
            write_text(path, settings[i].value);
        }
    }
}

static void run_window(const char *disk, const char *write, const char *depth, const char *operations)
{
    char parameters[128];

    snprintf(parameters, sizeof parameters, "disk=/dev/%s writing=%s depth=%s operations=%s", disk, write,
             depth, operations);
    load_module("/linux_blocks.ko", parameters);
    unload_module("linux_blocks");
}

void run_disk_windows(char *windows)
{
    char *rest;

    load_nvme();
    load_modules(ahci_modules);
    wait_for_disk("nvme0n1");
    wait_for_disk("sda");
    for (char *window = strtok_r(windows, ",", &rest); window != NULL; window = strtok_r(NULL, ",", &rest)) {
        char *field;
        const char *disk = strtok_r(window, ":", &field), *write = strtok_r(NULL, ":", &field);
        const char *depth = strtok_r(NULL, ":", &field), *operations = strtok_r(NULL, ":", &field);
        run_window(disk, write, depth, operations);
    }
}
