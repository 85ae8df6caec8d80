/* SPDX-License-Identifier: GPL-2.0-only */
/* ioprio.h - priorities of requests: nobody asks for one yet. */
#ifndef VMKLINUX_LINUX_IOPRIO_H
#define VMKLINUX_LINUX_IOPRIO_H

#include <uapi/linux/ioprio.h>

#endif
