/* SPDX-License-Identifier: GPL-2.0-only */
#include "qemu_args.h"

#include "disk_args.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define OVMF_IMAGE "/usr/share/OVMF/OVMF_CODE_4M.fd"
#define OVMF_VARS  "/usr/share/OVMF/OVMF_VARS_4M.fd"

void qemu_args_add(struct qemu_args *args, const char *format, ...)
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
        qemu_args_add(args, "-drive");
        qemu_args_add(args, "if=pflash,unit=0,format=raw,readonly=on,file=%s", OVMF_IMAGE);
        qemu_args_add(args, "-drive");
        qemu_args_add(args, "if=pflash,unit=1,format=raw,snapshot=on,file=%s", OVMF_VARS);
    }
    if (o->iso != NULL) {
        qemu_args_add(args, "-cdrom");
        qemu_args_add(args, "%s", o->iso);
        qemu_args_add(args, "-boot");
        qemu_args_add(args, "order=d"); /* and not from a disk */
        return;
    }
    qemu_args_add(args, "-kernel");
    qemu_args_add(args, "%s", o->kernel);
    qemu_args_add(args, "-initrd");
    qemu_args_add(args, "%s", o->archive);
    qemu_args_add(args, "-append");
    char hint[128] = "";
    if (o->http_port != 0) {
        snprintf(hint, sizeof hint, "Startup.Hint=\"from the host: http://localhost:%u/\" ", o->http_port);
    }
    qemu_args_add(args, "%s%s%s", has_control ? "control=com2 panic=poweroff " : "", hint,
                  o->append != NULL ? o->append : "");
}

static void add_network(struct qemu_args *args, const struct machine_options *o)
{
    if (o->nic != NULL && o->nic[0] == 'n' && o->nic[1] == 'o') {
        return; /* "none" */
    }
    qemu_args_add(args, "-netdev");
    if (o->netdev != NULL) {
        qemu_args_add(args, "%s", o->netdev);
    } else if (o->http_port != 0) {
        qemu_args_add(args, "user,id=net0,hostfwd=tcp:127.0.0.1:%u-:80", o->http_port);
    } else {
        qemu_args_add(args, "user,id=net0");
    }
    qemu_args_add(args, "-device");
    qemu_args_add(args, "%s,netdev=net0,id=nic0", o->nic != NULL ? o->nic : "e1000");
}

static void add_socket(struct qemu_args *args, const char *id, int fd)
{
    qemu_args_add(args, "-chardev");
    qemu_args_add(args, "socket,id=%s,fd=%d", id, fd);
}

static void add_channels(struct qemu_args *args, int console_fd, int control_fd, int qmp_fd)
{
    if (console_fd < 0) {
        qemu_args_add(args, "-serial");
        qemu_args_add(args, "mon:stdio");
        return;
    }
    add_socket(args, "console", console_fd);
    qemu_args_add(args, "-serial");
    qemu_args_add(args, "chardev:console");
    add_socket(args, "control", control_fd);
    qemu_args_add(args, "-serial");
    qemu_args_add(args, "chardev:control");
    add_socket(args, "qmp", qmp_fd);
    qemu_args_add(args, "-mon");
    qemu_args_add(args, "chardev=qmp,mode=control");
}

/* A machine's counts go to a file of its own: this process becomes QEMU. */
static void add_coverage(struct qemu_args *args)
{
    const char *folder = getenv("OPENVMK_COVERAGE");
    if (folder == NULL) {
        return;
    }
    qemu_args_add(args, "-chardev");
    qemu_args_add(args, "file,id=coverage,path=%s/%d", folder, (int)getpid());
    qemu_args_add(args, "-device");
    qemu_args_add(args, "isa-debugcon,iobase=0xe9,chardev=coverage");
}

void qemu_args_build(struct qemu_args *args, const struct machine_options *o, int console_fd, int control_fd,
                     int qmp_fd)
{
    *args = (struct qemu_args){0};
    qemu_args_add(args, QEMU_PROGRAM);
    qemu_args_add(args, "-machine");
    qemu_args_add(args, "%s", o->type != NULL ? o->type : "q35");
    qemu_args_add(args, "-accel");
    qemu_args_add(args, "tcg,thread=multi");
    qemu_args_add(args, "-cpu");
    qemu_args_add(args, "%s", o->cpu != NULL ? o->cpu : "max");
    qemu_args_add(args, "-smp");
    qemu_args_add(args, "%u", o->smp != 0 ? o->smp : 2);
    qemu_args_add(args, "-m");
    qemu_args_add(args, "%s", o->memory != NULL ? o->memory : "512M");
    qemu_args_add(args, "-nodefaults");
    qemu_args_add(args, "-vga");
    qemu_args_add(args, "std");
    qemu_args_add(args, "-display");
    qemu_args_add(args, "none");
    if (!o->restarts) {
        qemu_args_add(args, "-no-reboot");
    }
    add_boot(args, o, control_fd >= 0);
    add_network(args, o);
    disk_args_add(args, o);
    add_channels(args, console_fd, control_fd, qmp_fd);
    add_coverage(args);
    for (unsigned i = 0; i < MACHINE_MAX_EXTRA && o->extra[i] != NULL; i++) {
        qemu_args_add(args, "%s", o->extra[i]);
    }
}
