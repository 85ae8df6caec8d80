/* SPDX-License-Identifier: GPL-2.0-only */
/* uio.h - lists of user memory, which there is none of. */
#ifndef VMKLINUX_LINUX_UIO_H
#define VMKLINUX_LINUX_UIO_H

#include <linux/types.h>
#include <linux/uaccess.h>

struct iov_iter {
    size_t count;
};

#endif
