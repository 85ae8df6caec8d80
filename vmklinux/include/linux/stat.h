/* SPDX-License-Identifier: GPL-2.0-only */
/* stat.h - who may read and write an attribute or a module parameter. */
#ifndef VMKLINUX_LINUX_STAT_H
#define VMKLINUX_LINUX_STAT_H

#include <linux/types.h>
#include <uapi/linux/stat.h>

#define S_IRWXUGO (S_IRWXU | S_IRWXG | S_IRWXO)
#define S_IRUGO   (S_IRUSR | S_IRGRP | S_IROTH)
#define S_IWUGO   (S_IWUSR | S_IWGRP | S_IWOTH)
#define S_IXUGO   (S_IXUSR | S_IXGRP | S_IXOTH)

#endif
