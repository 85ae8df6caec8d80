/* SPDX-License-Identifier: GPL-2.0-only */
/* disk_args.h - the part of the QEMU command line that makes a machine's disks. */
#ifndef MACHINE_DISK_ARGS_H
#define MACHINE_DISK_ARGS_H

#include "qemu_args.h"

/** Add the disks of @p options, and the adapters they name. */
void disk_args_add(struct qemu_args *args, const struct machine_options *options);

#endif
