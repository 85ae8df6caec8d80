/* SPDX-License-Identifier: GPL-2.0-only */
/* netlink.h - where an ethtool operation may say why it failed; the text goes to the log. */
#ifndef VMKLINUX_LINUX_NETLINK_H
#define VMKLINUX_LINUX_NETLINK_H

#include <linux/types.h>

struct netlink_ext_ack {
    const char *_msg;
};

#define NL_SET_ERR_MSG(extack, msg)                                                                          \
    do {                                                                                                     \
        if (extack)                                                                                          \
            (extack)->_msg = (msg);                                                                          \
    } while (0)
#define NL_SET_ERR_MSG_MOD(extack, msg) NL_SET_ERR_MSG(extack, KBUILD_MODNAME ": " msg)

#endif
