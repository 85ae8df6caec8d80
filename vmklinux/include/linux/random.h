/* SPDX-License-Identifier: GPL-2.0-only */
/* random.h - numbers for addresses and back-off. Not for secrets. */
#ifndef VMKLINUX_LINUX_RANDOM_H
#define VMKLINUX_LINUX_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *buf, size_t len);

#endif
