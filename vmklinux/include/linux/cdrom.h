/* SPDX-License-Identifier: GPL-2.0-only */
/* cdrom.h - the multimedia command set: opcodes and structures; there is no uniform CD-ROM layer. */
#ifndef VMKLINUX_LINUX_CDROM_H
#define VMKLINUX_LINUX_CDROM_H

#include <uapi/linux/cdrom.h>

#endif
