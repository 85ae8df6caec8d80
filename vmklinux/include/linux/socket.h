/* SPDX-License-Identifier: GPL-2.0-only */
/* socket.h - the address structure that set_mac_address operations take. */
#ifndef VMKLINUX_LINUX_SOCKET_H
#define VMKLINUX_LINUX_SOCKET_H

#include <linux/compiler.h>
#include <linux/sockios.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <uapi/linux/socket.h>

typedef __kernel_sa_family_t sa_family_t;

struct sockaddr {
    sa_family_t sa_family;
    union {
        char sa_data_min[14];
        DECLARE_FLEX_ARRAY(char, sa_data); /* longer for some families */
    };
};

#define AF_UNSPEC 0
#define AF_INET   2
#define AF_INET6  10

#endif
