/* SPDX-License-Identifier: GPL-2.0-only */
/* kobject.h - a named, counted object; there is no sysfs to show it in. */
#ifndef VMKLINUX_LINUX_KOBJECT_H
#define VMKLINUX_LINUX_KOBJECT_H

#include <linux/list.h>
#include <linux/types.h>

struct kobject {
    const char *name;
};

struct attribute {
    const char *name;
    umode_t mode;
};

struct attribute_group {
    const char *name;
    struct attribute **attrs;
};

#endif
