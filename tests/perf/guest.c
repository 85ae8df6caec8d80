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

struct machine *guest_start(const struct guest *guest, const char *boot, const char *netdev,
                            const char *append)
{
    char log[512], marks[512], plugin[1600];
    uint64_t entry = elf_entry(guest->kernel);

    if (entry == 0) {
        return NULL;
    }
    file_name(guest, boot, "log", log, sizeof log);
    file_name(guest, boot, "marks", marks, sizeof marks);
    snprintf(plugin, sizeof plugin, "file=%s,out=%s,entry=%#" PRIx64, guest->plugin, marks, entry);
    struct machine_options options = {
        .kernel = guest->kernel,
        .archive = guest->archive,
        .append = append,
        .log_path = log,
        .smp = 1,
        .netdev = netdev,
        .boot_timeout_s = BOOT_TIMEOUT_S,
        .extra = {"-plugin", plugin},
    };
    return machine_start(&options);
}

bool guest_marks(const struct guest *guest, const char *boot, struct marks *marks)
{
    char path[512];

    file_name(guest, boot, "marks", path, sizeof path);
    return marks_read(path, marks);
}

bool guest_enter(const struct guest *guest, const struct marks *marks, enum case_kind kind,
                 const unsigned *frames, struct sample *sample)
{
    unsigned window = 0;

    for (unsigned i = 0; i < CASES; i++) {
        const struct bench_case *c = &cases[i];
        if (c->kind != kind) {
            continue;
        }
        uint64_t counted = kind == CASE_BOOT ? marks->since_entry[c->mark] : marks->windows[window];
        if (counted == 0) {
            fprintf(stderr, "%s: nothing was counted for %s\n", guest->name, c->name);
            return false;
        }
        unsigned of = kind == CASE_BOOT ? 1 : frames != NULL ? frames[window] : c->frames;
        sample->value[i] = (double)counted / of;
        window++;
    }
    return true;
}

bool guest_fail(const struct guest *guest, struct machine *m)
{
    fprintf(stderr, "%s: %s; its console is in %s\n", guest->name, machine_error(m), guest->folder);
    machine_stop(m);
    return false;
}
