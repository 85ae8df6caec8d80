/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

#include <inttypes.h>
#include <stdio.h>

#include "elf_entry.h"

#define BOOT_TIMEOUT_S 240

static void file_name(const struct guest *guest, const char *boot, const char *suffix, char *path,
                      size_t size)
{
    snprintf(path, size, "%s/%s-%s.%s", guest->folder, guest->name, boot, suffix);
}

struct machine *guest_start(const struct guest *guest, const char *boot, const struct machine_options *wants,
                            bool devices)
{
    char log[512], marks[512], plugin[1600];
    uint64_t entry = elf_entry(guest->kernel);
    struct machine_options options = *wants;

    if (entry == 0) {
        return NULL;
    }
    file_name(guest, boot, "log", log, sizeof log);
    file_name(guest, boot, "marks", marks, sizeof marks);
    snprintf(plugin, sizeof plugin, "file=%s,out=%s,entry=%#" PRIx64 "%s%s", guest->plugin, marks, entry,
             guest->calls != NULL ? guest->calls : "", devices ? ",mmio=on" : "");
    options.kernel = guest->kernel;
    options.archive = guest->archive;
    options.log_path = log;
    options.smp = 1;
    options.boot_timeout_s = BOOT_TIMEOUT_S;
    options.extra[0] = "-plugin";
    options.extra[1] = plugin;
    return machine_start(&options);
}

bool guest_marks(const struct guest *guest, const char *boot, struct marks *marks)
{
    char path[512];

    file_name(guest, boot, "marks", path, sizeof path);
    return marks_read(path, marks);
}

bool guest_lacks(const struct guest *guest, const struct bench_case *c)
{
    fprintf(stderr, "%s: nothing was counted for %s\n", guest->name, c->name);
    return false;
}

bool guest_fail(const struct guest *guest, struct machine *m)
{
    fprintf(stderr, "%s: %s; its console is in %s\n", guest->name, machine_error(m), guest->folder);
    machine_stop(m);
    return false;
}
