/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * qemu_args.h - the QEMU command line of a machine: the one place that knows it.
 */
#ifndef MACHINE_QEMU_ARGS_H
#define MACHINE_QEMU_ARGS_H

#include "machine.h"

#define QEMU_MAX_ARGS 320

struct qemu_args {
    char *argv[QEMU_MAX_ARGS]; /**< NULL-terminated, malloc'ed strings; [0] is the program. */
    unsigned argc;
};

/** QEMU runs by software emulation whatever the host has, so that every run counts the same. */
#define QEMU_PROGRAM "qemu-system-x86_64"

/**
 * Build the command line.
 *
 * @param console_fd,control_fd,qmp_fd Sockets inherited by QEMU. All three -1: the console is the terminal
 *        (with QEMU's monitor on Ctrl-A c), and there are no control port and no QMP.
 */
void qemu_args_build(struct qemu_args *args, const struct machine_options *options, int console_fd,
                     int control_fd, int qmp_fd);

/** Add one argument. Too many end the program. */
void qemu_args_add(struct qemu_args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
