/* SPDX-License-Identifier: GPL-2.0-only */
#include "qemu_args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OVMF_IMAGE "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS  "/usr/share/OVMF/OVMF_VARS_4M.fd"

__attribute__((format(printf, 2, 3))) static void add(struct qemu_args *args, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    char *text = NULL;
    if (args->argc + 1 >= QEMU_MAX_ARGS || vasprintf(&text, format, values) < 0) {
        fputs("too many QEMU arguments\n", stderr);
        exit(1);
    }
    va_end(values);
    args->argv[args->argc++] = text;
    args->argv[args->argc] = NULL;
}

static void add_boot(struct qemu_args *args, const struct machine_options *o, bool has_control)
{
    if (o->uefi) {
        add(args, "-drive");
        add(args, "if=pflash,unit=0,format=raw,readonly=on,file=%s", OVMF_IMAGE);
        add(args, "-drive");
        add(args, "if=pflash,unit=1,format=raw,snapshot=on,file=%s", OVMF_VARS);
    }
    if (o->iso != NULL) {
        add(args, "-cdrom");
        add(args, "%s", o->iso);
        return;
    }
    add(args, "-kernel");
    add(args, "%s", o->kernel);
    add(args, "-initrd");
    add(args, "%s", o->archive);
    add(args, "-append");
    char hint[128] = "";
    if (o->http_port != 0) {
        snprintf(hint, sizeof hint, "Startup.Hint=\"from the host: http://localhost:%u/\" ", o->http_port);
    }
    add(args, "%s%s%s", has_control ? "control=com2 panic=poweroff " : "", hint,
        o->append != NULL ? o->append : "");
}

static void add_network(struct qemu_args *args, const struct machine_options *o)
{
    if (o->nic != NULL && o->nic[0] == 'n' && o->nic[1] == 'o') {
        return; /* "none" */
    }
    add(args, "-netdev");
    if (o->netdev != NULL) {
        add(args, "%s", o->netdev);
    } else if (o->http_port != 0) {
        add(args, "user,id=net0,hostfwd=tcp:127.0.0.1:%u-:80", o->http_port);
    } else {
        add(args, "user,id=net0");
    }
    add(args, "-device");
    add(args, "%s,netdev=net0,id=nic0", o->nic != NULL ? o->nic : "e1000");
}

static void add_socket(struct qemu_args *args, const char *id, int fd)
{
    add(args, "-chardev");
    add(args, "socket,id=%s,fd=%d", id, fd);
}

static void add_channels(struct qemu_args *args, int console_fd, int control_fd, int qmp_fd)
{
    if (console_fd < 0) {
        add(args, "-serial");
        add(args, "mon:stdio");
        return;
    }
    add_socket(args, "console", console_fd);
    add(args, "-serial");
    add(args, "chardev:console");
    add_socket(args, "control", control_fd);
    add(args, "-serial");
    add(args, "chardev:control");
    add_socket(args, "qmp", qmp_fd);
    add(args, "-mon");
    add(args, "chardev=qmp,mode=control");
}

/* A machine's counts go to a file of its own: this process becomes QEMU. */
static void add_coverage(struct qemu_args *args)
{
    const char *folder = getenv("OPENVMK_COVERAGE");
    if (folder == NULL) {
        return;
    }
    add(args, "-chardev");
    add(args, "file,id=coverage,path=%s/%d", folder, (int)getpid());
    add(args, "-device");
    add(args, "isa-debugcon,iobase=0xe9,chardev=coverage");
}

void qemu_args_build(struct qemu_args *args, const struct machine_options *o, int console_fd, int control_fd,
                     int qmp_fd)
{
    *args = (struct qemu_args){0};
    add(args, QEMU_PROGRAM);
    add(args, "-machine");
    add(args, "%s", o->type != NULL ? o->type : "q35");
    add(args, "-accel");
    add(args, "tcg,thread=multi");
    add(args, "-cpu");
    add(args, "%s", o->cpu != NULL ? o->cpu : "max");
    add(args, "-smp");
    add(args, "%u", o->smp != 0 ? o->smp : 2);
    add(args, "-m");
    add(args, "%s", o->memory != NULL ? o->memory : "512M");
    add(args, "-nodefaults");
    add(args, "-vga");
    add(args, "std");
    add(args, "-display");
    add(args, "none");
    if (!o->restarts) {
        add(args, "-no-reboot");
    }
    add_boot(args, o, control_fd >= 0);
    add_network(args, o);
    add_channels(args, console_fd, control_fd, qmp_fd);
    add_coverage(args);
    for (unsigned i = 0; i < MACHINE_MAX_EXTRA && o->extra[i] != NULL; i++) {
        add(args, "%s", o->extra[i]);
    }
}
