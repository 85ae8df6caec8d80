/* SPDX-License-Identifier: GPL-2.0-only */
/* in.h - IPv4 protocol numbers and addresses. */
#ifndef VMKLINUX_LINUX_IN_H
#define VMKLINUX_LINUX_IN_H
#include <linux/errno.h>
#include <linux/socket.h>
#include <uapi/linux/in.h>
#endif
