/* SPDX-License-Identifier: GPL-2.0-only */
#include "guest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void shell(const char *format, ...)
{
    char command[4096];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    ck_assert_int_lt(len, sizeof command);
    ck_assert_msg(system(command) == 0, "failed: %s", command);
}

void guest_make_folder(const char *folder)
{
    shell("rm -rf %s && mkdir -p %s", folder, folder);
}

unsigned guest_machine_cpus(unsigned cpus)
{
    return cpus == 1 ? 1 : cpus + 1;
}

void guest_describe(const char *folder, const struct guest_description *d)
{
    shell("{ sed -e 's/^displayName.*/displayName = \"%s\"/' -e 's/^memSize.*/memSize = \"%u\"/'"
          " -e 's/^numvcpus.*/numvcpus = \"%u\"/' -e 's|^\\(kernel.cmdline.*\\)\"|\\1 %s\"|'"
          " -e 's/^disk0.device.*/disk0.device = \"%s\"/' " GUEST_DIR
          "/debian.vmx && echo '%s'; } >%s/%s.vmx",
          d->name, d->memory_mib, d->vcpus != 0 ? d->vcpus : 1, d->options != NULL ? d->options : "",
          d->disk != NULL ? d->disk : GUEST_DISK ":1", d->more != NULL ? d->more : "", folder, d->name);
}

const char *guest_make_archive(const char *folder)
{
    static char path[512];

    shell("MKARCHIVE=" MKARCHIVE " " GUEST_SCRIPT " && cd %s && " MKARCHIVE
          " own $(for file in *.vmx; do echo vm/$file=$file; done) &&"
          " cat " BOOT_ARCHIVE " " GUEST_DIR "/guest.archive own >archive",
          folder);
    snprintf(path, sizeof path, "%s/archive", folder);
    return path;
}

const char *guest_make_disk(const char *folder, unsigned roots)
{
    static char path[512];

    snprintf(path, sizeof path, "%s/nvme.img", folder);
    shell("rm -f %s && MKARCHIVE=" MKARCHIVE " " GUEST_SCRIPT " %s %u", path, folder, roots);
    return path;
}

void guest_warm_up(struct machine *m)
{
    free(boot_run(m, "network diag ping -H 10.0.2.2 -c 2"));
}

void guest_wait(struct machine *m, const char *vm, const char *text, unsigned timeout_s)
{
    char command[512], *output;

    snprintf(command, sizeof command, "vm console %s --until '%s' --timeout %u", vm, text, timeout_s);
    int status = machine_command(m, command, timeout_s + BOOT_COMMAND_TIMEOUT_S, &output);
    ck_assert_msg(status == 0, "%s has not written '%s' but: %s %s", vm, text,
                  output != NULL ? output : "nothing", machine_error(m));
    free(output);
}

void guest_type(struct machine *m, const char *vm, const char *line)
{
    char command[512];

    int len = snprintf(command, sizeof command, "vm console %s --type \"%s\"", vm, line);
    ck_assert_int_lt(len, sizeof command);
    free(boot_run(m, command));
}

/* The mark is put together by the shell, for the line that is typed is on the console too. */
void guest_run(struct machine *m, const char *vm, const char *command)
{
    static unsigned mark;
    char line[512], end[64];

    mark++;
    int len = snprintf(line, sizeof line, "%s && echo done''-%u- || echo failed''-%u-", command, mark, mark);
    ck_assert_int_lt(len, sizeof line);
    guest_type(m, vm, line);
    snprintf(end, sizeof end, "done-%u-", mark);
    guest_wait(m, vm, end, GUEST_SHELL_S);
}

void guest_expect_end(struct machine *m, const char *vm, const char *end)
{
    char command[128];

    snprintf(command, sizeof command, "vm wait %s", vm);
    /* It may have stopped already. */
    (void)machine_command(m, command, GUEST_BOOT_S, NULL);
    json_t *list = boot_json(m, "vm list"), *row = boot_row(list, "Name", vm);
    const char *by = json_string_value(json_object_get(row, "StoppedBy"));
    if (by == NULL || strcmp(by, end) != 0) {
        snprintf(command, sizeof command, "vm console %s --last", vm);
        ck_abort_msg("%s should have stopped by '%s', and is %s by '%s', having written %s", vm, end,
                     json_string_value(json_object_get(row, "State")), by != NULL ? by : "nothing",
                     boot_run(m, command));
    }
    ck_assert_str_eq(json_string_value(json_object_get(row, "State")), "stopped");
    json_decref(list);
}
